// Guarantee: no telephony event is lost and nothing that was answered 200 is missing, however often the gateway is
// killed. 50 times, at random moments, under commands and simulated traffic, with 200 resuming streams, 5 event streams
// and 3 webhooks. DESKLINE_KILLS sets another number.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Beside, freePort, sleep, startGateway, until } from '../harness/harness.mjs';
import { ResumingEventSource, ResumingStream, WebhookReceiver, journalOf } from '../harness/clients.mjs';
import {
  AgentsAtWork,
  config,
  everyClientHeardAll,
  everyEventWasDelivered,
  nothingIsMissing,
  topics,
} from '../harness/kills.mjs';

const kills = Number(process.env.DESKLINE_KILLS ?? 50);

test(`killed ${kills} times: every client has every telephony event once, in order`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-test-')),
    port = await freePort();
  const options = { folder, port, keep: true, traffic: 20, config };
  const beside = new Beside();
  let gateway = await startGateway(options);
  const token = gateway.token();
  const clients = Array.from({ length: 200 }, () => new ResumingStream(gateway.url, token, topics));
  for (let i = 0; i < 5; ++i) clients.push(new ResumingEventSource(gateway.url, token));
  const receivers = [];
  for (let i = 0; i < 3; ++i) receivers.push(await WebhookReceiver.begin(gateway, topics));
  await until('all clients are there', () => clients.every((c) => c.first !== undefined));

  const agents = new AgentsAtWork(beside, () => gateway, { pause: 40 });
  agents.begin(12);
  for (let i = 0; i < kills; ++i) {
    await sleep(200 + Math.random() * 1300);
    gateway.signal('SIGKILL');
    await gateway.exit;
    gateway = await startGateway(options);
    beside.look();
  }
  await sleep(2000);
  await beside.end();

  // Everything up to a moment after the last command, in the order of the journal.
  const truth = await journalOf(gateway);
  await everyClientHeardAll(clients, truth);
  for (const client of clients) assert.equal(client.snapshots, 1, 'one snapshot, at the beginning');
  for (const [i, receiver] of receivers.entries()) {
    await receiver.upTo(truth.at(-1));
    everyEventWasDelivered(receiver, truth, `webhook ${i}`);
  }
  const { answered } = agents;
  nothingIsMissing(answered, truth);
  assert.ok(answered.length >= kills, `answers with an event: ${answered.length}`);
  const connects = clients.reduce((sum, c) => sum + c.connects, 0);
  console.log(
    `# ${kills} kills, ${truth.length} telephony events, ${answered.length} answers with an event, ${connects} ` +
      'connections',
  );
  for (const client of clients) client.stop();
  await gateway.stop();
  for (const receiver of receivers) receiver.stop();
  rmSync(folder, { recursive: true, force: true });
});
