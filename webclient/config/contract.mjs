// Writes the client's types from the two descriptions (openapi.yaml, asyncapi.yaml), so that a call that they do not
// have does not compile. Schemas of asyncapi.yaml get the prefix Stream, since some names are in both.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { parse } from 'yaml';

const here = new URL('.', import.meta.url).pathname;
const api = resolve(here, '../../gateway/api'),
  out = resolve(here, '../client/source/generated');
const read = (name) => parse(readFileSync(resolve(api, name), 'utf8'), { merge: true });

const rest = read('openapi.yaml');
const stream = JSON.parse(
  JSON.stringify(read('asyncapi.yaml').components.schemas)
    .replaceAll('"#/components/schemas/', '"#/components/schemas/Stream')
    .replaceAll('"./openapi.yaml#/components/schemas/', '"#/components/schemas/'),
);
const kinds = stream.EventFrame.allOf.map((rule) => [
  rule.if.properties.type.const,
  rule.then.properties.data.$ref.split('/').pop(),
]);
delete stream.EventFrame;
for (const [name, schema] of Object.entries(stream)) rest.components.schemas['Stream' + name] = schema;
const topicOf = (type) => type.replace('deskline.', '');
const refOf = (schema) => schema?.$ref;

// The lists of things in a snapshot, and by the topic of their events the member of the data that is one of these.
const lists = Object.entries(stream.Snapshot.properties).filter(([, schema]) => refOf(schema.items));
const things = kinds.flatMap(([type, data]) =>
  lists.flatMap(([list, { items }]) =>
    Object.entries(rest.components.schemas[data].properties)
      .filter(([, schema]) => refOf(schema) === refOf(items))
      .map(([member]) => [topicOf(type), { list, member }]),
  ),
);

const types = astToString(await openapiTS(rest, { immutable: true, defaultNonNullable: false }));
const data = kinds.map(([type, schema]) => `  '${topicOf(type)}': components['schemas']['${schema}'];`).join('\n');
mkdirSync(out, { recursive: true });
writeFileSync(
  resolve(out, 'contract.ts'),
  `// Made by config/contract.mjs from openapi.yaml and asyncapi.yaml.
${types}
/** The data of each type of event, by its topic. */
export interface EventData {
${data}
}
export const topics = ${JSON.stringify(kinds.map(([type]) => topicOf(type)))} as const;
export const snapshotLists = ${JSON.stringify(lists.map(([list]) => list))} as const;
/** Of which of them there are events, by topic: the list, and the member of the data that is one of its things. */
export const things = ${JSON.stringify(Object.fromEntries(things))} as const;
`,
);
