// Guarantees under a thousand clients: all come back at once after 30 seconds without a network and have lost nothing;
// one that reads 1 KiB a second is sent away and the others do not notice.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { sleep, startGateway, until } from '../harness/harness.mjs';
import { ResumingStream, journalOf } from '../harness/clients.mjs';

const many = Number(process.env.DESKLINE_RECONNECT_STORM ?? 1000),
  outage = Number(process.env.DESKLINE_OUTAGE ?? 30) * 1000;
const topics = ['agent-session', 'agent', 'call', 'queue', 'source'];

async function atWork(config = '') {
  const gateway = await startGateway({ config, traffic: 5 });
  const sessions = [];
  for (let i = 1; i <= 12; ++i)
    sessions.push(await gateway.signIn(String(1000 + i), ['Sales', 'Support', 'Billing'][i % 3]));
  return { gateway, sessions };
}

// Makes about `perSecond` changes of state a second until it is stopped.
function commands(gateway, sessions, perSecond) {
  let running = true;
  const done = (async () => {
    for (let i = 0; running; ++i) {
      await gateway.setState(
        sessions[i % sessions.length],
        Math.floor(i / sessions.length) % 2 ? 'not-ready' : 'ready',
      );
      await sleep(1000 / perSecond);
    }
  })();
  return { stop: () => ((running = false), done) };
}

test(`${many} clients cut off for ${outage / 1000} s come back at once: all resume, nothing is lost`, async () => {
  const { gateway, sessions } = await atWork();
  const clients = [];
  for (let i = 0; i < many; ++i) {
    clients.push(new ResumingStream(gateway.url, gateway.token(), topics));
    if (i % 50 === 49) await until('they are there', () => clients.every((c) => c.live), 120_000);
  }
  await until('all have begun', () => clients.every((c) => c.first !== undefined && c.live), 60_000);
  const load = commands(gateway, sessions, 10);
  await sleep(1000);
  for (const client of clients) client.cut();
  await sleep(outage);
  const missed = (await journalOf(gateway)).length;
  const started = performance.now();
  let resumed = 0;
  for (const client of clients) {
    client.running = true;
    client.resumed = () => ++resumed;
    client.connect();
  }
  await until('all have resumed', () => resumed === many, 120_000);
  const seconds = (performance.now() - started) / 1000;
  await load.stop();
  await sleep(500);
  const truth = await journalOf(gateway),
    end = truth.at(-1);
  for (const [i, client] of clients.entries()) {
    await until(`client ${i} has all`, () => client.numbers.at(-1) >= end, 60_000);
    assert.equal(client.resets, 0);
    assert.equal(client.snapshots, 1);
    assert.deepEqual(
      client.unique(),
      truth.filter((n) => n > client.first),
      `client ${i}`,
    );
  }
  console.log(
    `# ${many} clients resumed in ${seconds.toFixed(1)} s (${missed} events in the journal, the client and the ` +
      'gateway on this machine)',
  );
  for (const client of clients) client.stop();
  await gateway.stop();
});

test('a client that reads 1 KiB a second is closed with 4108, and the others see no delay above their usual p99', async () => {
  // The heartbeat is long, so that the missing pong does not end the connection first.
  const { gateway, sessions } = await atWork('[server]\nqueue_limit = "64 KiB"\nheartbeat = 60\n');
  const clients = [];
  for (let i = 0; i < many - 1; ++i) {
    clients.push(new ResumingStream(gateway.url, gateway.token(), topics));
    if (i % 50 === 49) await until('they are there', () => clients.every((c) => c.live), 120_000);
  }
  await until('all are there', () => clients.every((c) => c.first !== undefined), 60_000);
  let delays = [];
  for (const client of clients.filter((_, i) => i % 20 === 0))
    client.onEvent = (event) => delays.push(Date.now() - Date.parse(event.time));
  const p99 = () => {
    const sorted = delays.sort((a, b) => a - b);
    delays = [];
    return sorted[Math.floor(sorted.length * 0.99)];
  };
  const load = commands(gateway, sessions, 20);
  await sleep(2000);
  p99();
  await sleep(10_000);
  const usual = p99();
  const slow = spawn(
    'python3',
    [join(import.meta.dirname, '../harness/slow_reader.py'), gateway.url, gateway.token(), topics.join(',')],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let said = '';
  slow.stdout.on('data', (d) => (said += d));
  await until('it listens', () => said.includes('listening'));
  const slowClients = () => gateway.metric('slow_clients_total');
  const started = performance.now();
  await until('it is sent away', async () => (await slowClients()) === 1, 90_000);
  const seconds = (performance.now() - started) / 1000;
  await sleep(3000);
  const beside = p99();
  slow.stdin.write('read on\n');
  await until('it knows why', () => /closed .*\n/.test(said), 30_000);
  assert.match(said, /closed 4108 \{"reason":"too-slow","retry":2000\}/);
  await load.stop();
  console.log(
    `# the slow client was closed after ${seconds.toFixed(1)} s; p99 of ${many - 1} others: ${usual} ms ` +
      `before, ${beside} ms beside it`,
  );
  assert.equal(await slowClients(), 1, 'nobody else');
  assert.ok(
    clients.every((c) => c.live && c.connects === 1),
    'nobody else',
  );
  assert.ok(beside <= Math.max(2 * usual, usual + 20), `${beside} ms beside ${usual} ms`);
  for (const client of clients) client.stop();
  await gateway.stop();
});
