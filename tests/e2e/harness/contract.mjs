// Checks a gateway against its own descriptions: every answer of REST against openapi.json, every frame of a stream
// against asyncapi.json.
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export class Contract {
  constructor(openapi, asyncapi) {
    this.openapi = openapi;
    this.asyncapi = asyncapi;
    this.covered = new Set(); // operation ids
    this.problems = new Set(); // slugs
    this.ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(this.ajv);
    this.ajv.addSchema({ $id: 'https://deskline.test/openapi.json', ...openapi });
    this.ajv.addSchema({ $id: 'https://deskline.test/asyncapi.json', ...asyncapi });
    this.paths = Object.entries(openapi.paths).map(([path, item]) => ({
      path,
      item,
      pattern: new RegExp('^' + path.replace(/\{[^}]+\}/g, '[^/]+').replaceAll('.', '\\.') + '$'),
    }));
    this.paths.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
    this.frames = Object.fromEntries(
      Object.entries(asyncapi.components.messages).map(([op, message]) => [
        op,
        this.schema(message.payload.$ref, 'asyncapi'),
      ]),
    );
  }
  // The validator of a $ref in one of the two documents.
  schema(ref, document = 'openapi') {
    const full = `https://deskline.test/${document}.json${ref.slice(ref.indexOf('#'))}`;
    return this.ajv.getSchema(full) ?? this.ajv.compile({ $ref: full });
  }
  static read(node, document) {
    return node?.$ref
      ? node.$ref
          .slice(2)
          .split('/')
          .reduce((at, part) => at[part], document)
      : node;
  }
  find(method, path) {
    const found = this.paths.find(({ pattern }) => pattern.test(path.split('?')[0]));
    return found && { ...found, operation: found.item[method.toLowerCase()] };
  }
  // What is wrong with an answer; '' when nothing is.
  answer(method, path, status, type, body) {
    const found = this.find(method === 'HEAD' ? 'GET' : method, path);
    if (method === 'HEAD' && body === undefined) return '';
    if (type?.startsWith('application/problem+json')) {
      const validate = this.schema('#/components/schemas/Problem');
      if (!validate(body)) return this.wrong(validate, body);
      this.problems.add(body.type.slice('/problems/'.length));
      if (body.status !== status) return `status ${status}, and its problem says ${body.status}`;
    }
    if (!found?.operation)
      return status < 400 && method !== 'OPTIONS' && method !== 'HEAD'
        ? `${method} ${path} is not documented and answered ${status}`
        : '';
    const responses = found.operation.responses;
    const documented = Contract.read(responses[status] ?? responses[`${String(status)[0]}XX`], this.openapi);
    if (!documented) return `status ${status} is not documented`;
    if (responses[status]) this.covered.add(found.operation.operationId);
    const content = documented.content?.[type?.split(';')[0]];
    if (body === undefined)
      return documented.content && method !== 'HEAD' && !content
        ? `a body of ${Object.keys(documented.content)} is documented`
        : '';
    if (!content) return `${type} is not documented for ${status}`;
    if (!content.schema.$ref) return '';
    const validate = this.schema(content.schema.$ref);
    return validate(body) ? '' : this.wrong(validate, body);
  }
  frame(frame) {
    const validate = this.frames[frame.op];
    if (!validate) return `there is no frame ${frame.op}`;
    return validate(frame) ? '' : this.wrong(validate, frame);
  }
  wrong(validate, value) {
    return (
      validate.errors.map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`).join('; ') +
      ' in ' +
      (JSON.stringify(value) ?? 'nothing').slice(0, 600)
    );
  }
}
