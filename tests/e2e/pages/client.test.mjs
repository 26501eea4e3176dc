// The client library as it is published, in Node, against a real gateway over a network that fails.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { WebSocket } from 'ws';
import { freePort, sleep, startGateway, until } from '../harness/harness.mjs';
import { FaultyProxy } from '../harness/faulty_proxy.mjs';
import { journalOf } from '../harness/clients.mjs';

// The client listens for the event `online`, which Node does not have.
const browser = new EventTarget();
for (const name of ['addEventListener', 'removeEventListener']) globalThis[name] = browser[name].bind(browser);
const { connect, numberOf } = await import(resolve(import.meta.dirname, '../../../build/webclient/client/client.js'));
class Insecure extends WebSocket {
  constructor(url, protocol) {
    super(url, protocol, { rejectUnauthorized: false });
  }
}

let gateway, proxy, options;
const open = new Set();
const client = (more = {}) => {
  const made = connect({
    gateway: `https://127.0.0.1:${proxy.port}`,
    token: () => gateway.token(),
    webSocket: Insecure,
    ...more,
  });
  open.add(made);
  return made;
};
const live = (c, milliseconds) => until('it is live', () => c.freshness.status === 'live', milliseconds);

before(async () => {
  options = { port: await freePort(), config: '[server]\nheartbeat = 2\n' };
  gateway = await startGateway(options);
  proxy = await FaultyProxy.to(new URL(gateway.url).port);
});
after(async () => {
  for (const one of open) one.close();
  proxy.close();
  await gateway.stop();
});

const lists = {
  agents: 'agents',
  sessions: 'sessions',
  queues: 'queues',
  calls: 'calls',
  groups: 'acdGroups',
  handlers: 'agentHandlers',
  addresses: 'addresses',
  devices: 'audioDevices',
  audioSessions: 'audioSessions',
};
// Compares a fresh snapshot with the copy, without statistics, which events do not carry.
async function equalsSnapshot(c, what) {
  const stream = await gateway.stream({});
  const bare = (items) => Object.fromEntries(items.map(({ statistics, ...item }) => [item.id, item]));
  const { cursor } = stream.snapshot;
  await until('the copy has come as far', () => numberOf(c.state.cursor) >= numberOf(cursor));
  for (const [name, key] of Object.entries(lists))
    assert.deepEqual(bare([...c.state[name].values()]), bare(stream.snapshot[key]), `${what}: ${name}`);
  assert.deepEqual([...c.state.sources.values()], stream.snapshot.sources, what);
  stream.close();
}

// Cuts the clients off again and again, 200 times, while 10,000 events come. Returns how often, how many connections,
// and how many events there were.
async function cutAtRandom(clients, sessions, begin) {
  const devices = [...clients[0].state.devices.keys()];
  const number = () =>
    gateway
      .request('GET', '/events?limit=1')
      .then(() => gateway.request('GET', '/sessions'))
      .then(({ headers }) => numberOf(headers['deskline-cursor']));
  let cuts = 0,
    cut = 0,
    now = begin;
  for (let i = 0; cuts < 200 || now - begin < 10_000; ++i) {
    await gateway.telephony({ do: 'burst', events: 20 + Math.floor(Math.random() * 60) });
    if (i % 3 === 0) await gateway.telephony({ do: 'call', group: ['Sales', 'Support', 'Billing'][(i % 9) / 3] });
    if (i % 4 === 0) await gateway.audio({ do: 'volume', device: devices[i % devices.length], volume: Math.random() });
    if (i % 10 === 0) await gateway.setState(sessions[(i % 30) / 10], i % 20 ? 'ready' : 'not-ready');
    await sleep(Math.random() * 200);
    if (!clients.every((c) => c.freshness.status === 'live') && Math.random() < 0.7) continue;
    const connections = proxy.cut();
    if (connections) (++cuts, (cut += connections));
    // With that event it does not wait for its next attempt.
    if (Math.random() < 0.6) (await sleep(20), browser.dispatchEvent(new Event('online')));
    now = await number();
  }
  return { cuts, cut, events: now - begin };
}

// `heard`: for each client the numbers that it heard, and whether each is an audio event. Returns how many telephony
// events there were.
async function eachHeardEveryEvent(heard, begin) {
  const told = (await journalOf(gateway, 'agent-session,agent,call,queue,source,acd-group,agent-handler')).filter(
    (n) => n > begin,
  );
  for (const [i, numbers] of heard.entries()) {
    assert.deepEqual(
      numbers.filter(([, audio]) => !audio).map(([n]) => n),
      told,
      `client ${i} saw every event once, in order`,
    );
    const all = numbers.map(([n]) => n);
    assert.ok(
      all.every((n, at) => at === 0 || n > all[at - 1]),
      'audio events too are in order, none twice',
    );
  }
  return told.length;
}

test(
  '200 random cuts during 10,000 events: every event once, and the copy is the snapshot',
  { timeout: 600_000 },
  async () => {
    const clients = [
      client(),
      client({ audioRate: 60 }),
      client({
        topics: [
          'agent-session',
          'agent',
          'call',
          'queue',
          'source',
          'acd-group',
          'agent-handler',
          'audio.session',
          'audio.device',
        ],
      }),
    ];
    const heard = clients.map((c) => {
      const numbers = [];
      c.on('event', ({ id, type }) => numbers.push([numberOf(id), type.startsWith('deskline.audio.')]));
      return numbers;
    });
    const resets = [];
    for (const c of clients) c.on('reset', (frame) => resets.push(frame.reason));
    await Promise.all(clients.map((c) => c.ready));
    const begin = numberOf(clients[0].state.cursor);
    const sessions = await Promise.all(
      ['1001', '1002', '1003'].map((agent, i) => gateway.signIn(agent, ['Sales', 'Support', 'Billing'][i])),
    );
    const { cuts, cut, events } = await cutAtRandom(clients, sessions, begin);
    await Promise.all(clients.map((c) => live(c, 60_000)));
    await gateway.setState(sessions[0], 'ready');
    for (const [i, c] of clients.entries()) await equalsSnapshot(c, `client ${i}`);
    assert.deepEqual(resets, [], 'nobody had to begin anew');
    const told = await eachHeardEveryEvent(heard, begin);
    console.log(
      `# ${cuts} cuts (${cut} connections of 3 clients) during ${events} events: each saw each of ` +
        `${told} telephony events once`,
    );
    for (const c of clients) c.close();
  },
);

test(
  'a half-open connection is found, never shown as live for long, and what it says later is not heard',
  { timeout: 60_000 },
  async () => {
    const c = client(),
      seen = [];
    const said = [];
    c.on('freshness', (f) => said.push(f.status));
    c.on('agent', (event) => seen.push(event.id));
    await live(c);
    const again = proxy.silence(),
      at = Date.now();
    await gateway.request('PUT', '/agents/1004', { pin: '1004' });
    await until('it is found', () => c.freshness.status !== 'live', 15_000);
    assert.ok(['recovering', 'stale'].includes(c.freshness.status));
    assert.ok(c.freshness.since <= at + 2100, 'since it was heard last');
    await live(c, 30_000);
    assert.equal(c.state.agents.get('1004')?.id, '1004');
    again(); // the old connection speaks again, after the new one
    await gateway.request('DELETE', '/agents/1004');
    await until('the end of it', () => !c.state.agents.has('1004'));
    await sleep(300);
    assert.equal(new Set(seen).size, seen.length, 'each once');
    await equalsSnapshot(c, 'after half-open');
    assert.deepEqual(said.slice(0, 2), ['live', 'recovering']);
    c.close();
  },
);

test('a command resolves when the copy shows it, over a slow network too; a refusal is a typed problem', async () => {
  const c = client();
  await live(c);
  proxy.delay = 120;
  const signedIn = await c.signIn('1005', { pin: '1005' });
  assert.equal(c.state.agents.get('1005')?.id, signedIn.id);
  const session = await c.openSession('1005', { acdGroup: 'Sales', address: 'Line 5' });
  assert.equal(c.state.sessions.get(session.id)?.state, 'not-ready');
  await c.setState(session.id, 'ready', { reason: 'at my desk' });
  assert.equal(c.state.sessions.get(session.id).state, 'ready');
  await assert.rejects(
    c.setState(session.id, 'busy-on-call'),
    (problem) =>
      problem.name === 'Problem' &&
      problem.is('/problems/' + problem.slug) &&
      problem.status >= 400 &&
      problem.body.remedy.length > 0,
  );
  await assert.rejects(c.signIn('1006', { pin: 'wrong' }), (problem) => problem.slug === 'wrong-pin');
  proxy.delay = 0;
  const device = [...c.state.devices.values()][0];
  await c.setDevice(device.id, { volume: 0.25 });
  assert.equal(c.state.devices.get(device.id).volume, 0.25);
  await c.signOut('1005');
  assert.ok(!c.state.agents.has('1005') && !c.state.sessions.has(session.id));
  c.close();
});

test('a command survives a lost connection and is carried out once', async () => {
  const c = client();
  await live(c);
  for (let i = 0; i < 5; ++i) {
    await live(c);
    const agent = String(1007 + i),
      done = c.signIn(agent, { pin: agent });
    await sleep(i * 2);
    proxy.cut();
    await done;
    assert.ok(c.state.agents.has(agent));
    const events = (await gateway.request('GET', `/events?types=agent&subject=/agents/${agent}&limit=500`)).body.items;
    assert.equal(events.filter((e) => e.data.event === 'signed-in').length, 1, 'once');
    await c.signOut(agent);
  }
  const waiting = c.request('GET', '/me', undefined, { patience: 100 });
  proxy.cut();
  assert.ok(
    await waiting.then(
      () => true,
      (problem) => problem.slug === 'offline',
    ),
    'answered, or told that it was not sent',
  );
  c.close();
  await assert.rejects(c.request('GET', '/me'), (problem) => ['closed', 'offline'].includes(problem.slug));
});

test('a token is fetched before each attempt; a refused one ends the attempts until somebody signs in', async () => {
  let asked = 0,
    token = gateway.token();
  const c = client({ token: async () => (++asked, token) });
  await live(c);
  assert.equal(asked, 1);
  proxy.cut();
  await until('it is gone', () => c.freshness.status !== 'live');
  await live(c);
  assert.equal(asked, 2);
  token = 'nonsense';
  proxy.cut();
  await until('it is refused', () => c.freshness.status === 'refused');
  assert.equal(c.freshness.code, 4001);
  await sleep(1500);
  assert.equal(asked, 3, 'it stays away');
  token = gateway.token();
  c.reconnect();
  await live(c);
  c.close();
});

test('a token that ends is renewed on the open stream', { timeout: 60_000 }, async () => {
  let asked = 0;
  const tokens = [];
  const token = () => {
    ++asked;
    const made = gateway.cli('token', '--subject', 'ada', '--role', 'admin', '--ttl', '6s').stdout.trim();
    tokens.push(gateway.secrets.token(made));
    return made;
  };
  const c = client({ token });
  await live(c);
  const connections = proxy.accepted;
  await until('it was asked for another', () => asked >= 3, 15_000);
  await sleep(500);
  assert.equal(proxy.accepted, connections, 'on the open stream');
  assert.equal(new Set(tokens).size, tokens.length);
  assert.equal(c.freshness.status, 'live');
  c.close();
});

test('the gateway is killed and comes back: the copy is right by itself', { timeout: 120_000 }, async () => {
  const c = client();
  await live(c);
  await c.signIn('1001', { pin: '1001' }).catch(() => {});
  gateway.signal('SIGKILL');
  await gateway.exit;
  await until('it is noticed', () => c.freshness.status !== 'live');
  const before = gateway;
  gateway = await startGateway({ ...options, folder: before.folder });
  await live(c, 60_000);
  await equalsSnapshot(c, 'after the restart');
  c.close();
});

test('a selector is called when what it picks has changed, and only then; events can be iterated', async () => {
  const c = client();
  await live(c);
  const names = [];
  const end = c.subscribe(
    (state) => state.agents,
    (agents) => names.push(agents.size),
  );
  const device = [...c.state.devices.values()][0];
  const size = c.state.agents.size;
  const iterate = (async () => {
    for await (const event of c.events('agent')) return event.data;
  })();
  await c.setDevice(device.id, { volume: 0.75 });
  assert.deepEqual(names, []);
  await c.signIn('1012', { pin: '1012' });
  await sleep(0);
  assert.equal(names.at(-1), size + 1);
  assert.equal((await iterate).agent.id, '1012');
  end();
  await c.signOut('1012');
  assert.equal(names.at(-1), size + 1);
  c.close();
});
