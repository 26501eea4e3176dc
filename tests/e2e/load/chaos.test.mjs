// Guarantee: no telephony event is lost and nothing that was answered 200 is missing, however often the gateway is
// killed. 50 times, at random moments, under commands and simulated traffic, with 200 resuming streams, 5 event streams
// and 3 webhooks. DESKLINE_KILLS sets another number.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Beside, Unanswered, freePort, sleep, startGateway, until } from '../harness/harness.mjs';
import { ResumingEventSource, ResumingStream, WebhookReceiver, journalOf, numberOf } from '../harness/clients.mjs';

const kills = Number(process.env.DESKLINE_KILLS ?? 50);

test(`killed ${kills} times: every client has every telephony event once, in order`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-test-')),
    port = await freePort();
  const options = {
    folder,
    port,
    keep: true,
    traffic: 20,
    config:
      '[webhooks]\nallow_private_networks = true\nretries = ["1 s", "1 s", "1 s", "1 s", "1 s", "1 s", "1 s", "1 s"]\n',
  };
  const beside = new Beside();
  let gateway = await startGateway(options);
  const answered = [],
    topics = ['agent-session', 'agent', 'call', 'queue', 'source'];
  const token = gateway.token();
  const clients = Array.from({ length: 200 }, () => new ResumingStream(gateway.url, token, topics));
  for (let i = 0; i < 5; ++i) clients.push(new ResumingEventSource(gateway.url, token));
  const receivers = [];
  for (let i = 0; i < 3; ++i) receivers.push(await WebhookReceiver.begin(gateway, topics));
  await until('all clients are there', () => clients.every((c) => c.first !== undefined));

  // Agents at work: sign in, ready, not ready; after a kill, again. An event that an answer names must be in the
  // journal.
  const work = async (agent) => {
    let session;
    for (let i = 0; beside.running; ++i) {
      try {
        const now = gateway;
        const answer = session
          ? await now.setState(session, i % 2 ? 'ready' : 'not-ready')
          : await now.request('PUT', '/agents/' + agent, { pin: agent });
        if (answer.status < 300 && answer.body?.event) answered.push(numberOf(answer.body.event));
        if (!session && answer.status < 300) {
          const created = await now.request('POST', `/agents/${agent}/sessions`, {
            acdGroup: ['Sales', 'Support', 'Billing'][agent % 3],
            address: 'Line ' + (agent - 1000),
          });
          if (created.body?.event) answered.push(numberOf(created.body.event));
          session = created.body?.session?.id;
        }
        if (answer.status === 404) session = undefined;
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        session = undefined; // it was killed
        await sleep(50);
      }
      await sleep(40);
    }
  };
  for (let i = 0; i < 12; ++i) beside.add(work(String(1001 + i)));
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
  const truth = await journalOf(gateway),
    end = truth.at(-1);
  const expected = (first) => truth.filter((n) => n > first);
  for (const [i, client] of clients.entries()) {
    await until(`client ${i} has all`, () => client.numbers.at(-1) >= end, 60_000);
    assert.equal(client.resets, 0, 'no reset');
    assert.equal(client.snapshots, 1, 'one snapshot, at the beginning');
    const heard = client.unique();
    assert.ok(heard, `client ${i} heard them in order`);
    assert.deepEqual(
      heard.filter((n) => n <= end),
      expected(client.first),
      `client ${i} heard each once`,
    );
  }
  for (const [i, receiver] of receivers.entries()) {
    await receiver.upTo(end);
    assert.deepEqual(
      receiver.once().filter((n) => n <= end),
      expected(receiver.first),
      `webhook ${i}`,
    );
  }
  const known = new Set(truth);
  assert.deepEqual(
    answered.filter((n) => !known.has(n)),
    [],
    'nothing that was answered is missing',
  );
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
