// Guarantee: no telephony event is lost and nothing that was answered 200 is missing, however often the gateway is killed. 50 times, at random
// moments, under commands and simulated traffic, with 200 resuming streams, 5 event streams and 3 webhooks. DESKLINE_KILLS sets another number.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, sleep, startGateway, until } from './harness.mjs';
import { ResumingEventSource, ResumingStream, journalOf, numberOf } from './clients.mjs';

const kills = Number(process.env.DESKLINE_KILLS ?? 50);

test(`killed ${kills} times: every client has every telephony event once, in order`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-test-')), port = await freePort();
  const options = { folder, port, keep: true, traffic: 20, config: '[webhooks]\nallow_private_networks = true\nretries = ["1 s", "1 s", "1 s", "1 s", "1 s", "1 s", "1 s", "1 s"]\n' };
  let gateway = await startGateway(options), running = true;
  const answered = [], topics = ['agent-session', 'agent', 'call', 'queue', 'source'];
  const token = gateway.token();
  const clients = Array.from({ length: 200 }, () => new ResumingStream(gateway.url, token, topics));
  for (let i = 0; i < 5; ++i) clients.push(new ResumingEventSource(gateway.url, token));
  const receivers = [];
  for (let i = 0; i < 3; ++i) {
    const heard = { numbers: [], first: 0 };
    const server = http.createServer((request, response) => {
      let body = '';
      request.on('data', (d) => (body += d));
      request.on('end', () => {
        heard.numbers.push(numberOf(JSON.parse(body).id));
        response.writeHead(200).end();
      });
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const { body } = await gateway.request('POST', '/webhooks', { url: `http://127.0.0.1:${server.address().port}/`, types: topics });
    receivers.push(Object.assign(heard, { server, first: numberOf(body.cursor) }));
  }
  await until('all clients are there', () => clients.every((c) => c.first !== undefined));

  // Agents at work: sign in, ready, not ready; after a kill, again. Whatever is answered with an event must be found in the journal.
  const work = async (agent) => {
    let session;
    for (let i = 0; running; ++i) {
      try {
        const now = gateway;
        const answer = session ? await now.setState(session, i % 2 ? 'ready' : 'not-ready') : await now.request('PUT', '/agents/' + agent, { pin: agent });
        if (answer.status < 300 && answer.body?.event) answered.push(numberOf(answer.body.event));
        if (!session && answer.status < 300) {
          const created = await now.request('POST', `/agents/${agent}/sessions`, { acdGroup: ['Sales', 'Support', 'Billing'][agent % 3], address: 'Line ' + (agent - 1000) });
          if (created.body?.event) answered.push(numberOf(created.body.event));
          session = created.body?.session?.id;
        }
        if (answer.status === 404) session = undefined;
      } catch {
        session = undefined; // it was killed
        await sleep(50);
      }
      await sleep(40);
    }
  };
  const workers = Array.from({ length: 12 }, (_, i) => work(String(1001 + i)));
  for (let i = 0; i < kills; ++i) {
    await sleep(200 + Math.random() * 1300);
    gateway.signal('SIGKILL');
    await gateway.exit;
    gateway = await startGateway(options);
  }
  await sleep(2000);
  running = false;
  await Promise.all(workers);
  await gateway.telephony({ do: 'traffic', rate: 0 }).catch(() => {});

  // Everything up to a moment after the last command, in the order of the journal.
  const truth = await journalOf(gateway), end = truth.at(-1);
  const expected = (first) => truth.filter((n) => n > first);
  for (const [i, client] of clients.entries()) {
    await until(`client ${i} has all`, () => client.numbers.at(-1) >= end, 60_000);
    assert.equal(client.resets, 0, 'no reset');
    assert.equal(client.snapshots, 1, 'one snapshot, at the beginning');
    const heard = client.unique();
    assert.ok(heard, `client ${i} heard them in order`);
    assert.deepEqual(heard.filter((n) => n <= end), expected(client.first), `client ${i} heard each once`);
  }
  for (const [i, receiver] of receivers.entries()) {
    await until(`webhook ${i} has all`, () => receiver.numbers.at(-1) >= end, 120_000);
    const once = [...new Set(receiver.numbers)].filter((n) => n <= end);
    assert.deepEqual(once, expected(receiver.first), `webhook ${i}`);
  }
  const known = new Set(truth);
  assert.deepEqual(answered.filter((n) => !known.has(n)), [], 'nothing that was answered is missing');
  const connects = clients.reduce((sum, c) => sum + c.connects, 0);
  console.log(`# ${kills} kills, ${truth.length} telephony events, ${answered.length} answers with an event, ${connects} connections`);
  for (const client of clients) client.stop();
  await gateway.stop();
  for (const { server } of receivers) server.closeAllConnections(), server.close();
  rmSync(folder, { recursive: true, force: true });
});
