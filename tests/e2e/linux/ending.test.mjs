// The end of a gateway: every open request is answered and every connection is closed, and the exit code is 0. One row
// for each kind of open request or connection.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import tls from 'node:tls';
import { createServer, connect } from 'node:net';
import { startGateway, until, sleep } from '../harness/harness.mjs';
import { SigningKey } from '../harness/provider.mjs';

const key = new SigningKey('k1');
const newest = async (g) => (await g.request('GET', '/events?limit=500')).body.cursor;

// A raw connection; `gone` resolves to all bytes that came, once the gateway has closed it.
function raw(g, { secure = true, text = '', paused = false } = {}) {
  const { port } = new URL(g.url);
  return new Promise((done) => {
    const socket = secure
      ? tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
      : connect(port, '127.0.0.1');
    let came = '';
    socket.on('error', () => {});
    const gone = new Promise((told) => socket.on('close', () => told(came)));
    const next = (what) => until(what, () => came.includes(what));
    socket.on(secure ? 'secureConnect' : 'connect', () => {
      if (text) socket.write(text);
      done({ socket, gone, next, came: () => came });
    });
    paused ? socket.pause() : socket.on('data', (d) => (came += d));
  });
}
const get = (g, path, more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${g.token()}\r\n${more}\r\n`;
const upgrade = (token) =>
  'GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
  `Authorization: Bearer ${token}\r\n\r\n`;

// Calls `send`, and waits until the gateway has counted so many more requests.
async function arrived(g, count, send) {
  let asked = -1;
  const total = async () => (++asked, g.metric('requests_total')); // the metric counts these requests too
  const before = await total();
  const sent = send();
  await until('the requests have come in', async () => (await total()) - before - asked >= count);
  return sent;
}

// A request whose answer is looked at after the end.
const ask = (g, ...request) => {
  const answer = g.request(...request);
  answer.catch(() => {});
  return answer;
};
const each =
  (answers, ...expected) =>
  async () => {
    for (const { status } of await Promise.all(answers)) assert.ok(expected.includes(status), `status ${status}`);
  };

// Answers by `expected` statuses; the last answer says that the connection ends with it.
const answered =
  (answer, ...expected) =>
  async () => {
    const { status, headers, body } = await answer;
    assert.ok(expected.includes(status), `status ${status}`);
    assert.equal(headers.connection, 'close');
    if (status === 503) assert.equal(body.type, '/problems/shutting-down');
  };
const goodbye = (stream) => async () =>
  assert.deepEqual(await stream.closed, { code: 1001, reason: '{"reason":"going-away","retry":1000}' });
const closed =
  (connection, fits = (text) => text === '') =>
  async () => {
    const came = await connection.gone;
    assert.ok(fits(came), `it was sent: ${came.slice(0, 200)}`);
  };
const rawAnswer = (connection, status) =>
  closed(
    connection,
    (text) =>
      text.startsWith(`HTTP/1.1 ${status}`) && /Connection: close/.test(text) && /problems\/shutting-down/.test(text),
  );

// A receiver or an identity provider that never answers. `asked` resolves when a request has come.
async function silent() {
  let come;
  const asked = new Promise((done) => (come = done));
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => come(socket));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { port: server.address().port, asked, stop: () => (sockets.forEach((s) => s.destroy()), server.close()) };
}

async function waitingToken(g, { provider }) {
  await provider.asked; // the keys are being fetched now
  return key.token({
    iss: `https://127.0.0.1:${provider.port}`,
    aud: 'deskline',
    sub: 'ada',
    role: 'admin',
    exp: Math.floor(Date.now() / 1000) + 600,
  });
}

const stuckSwitch = async (g) => {
  const session = await g.signIn('1001');
  await g.telephony({ do: 'fault', call: 'put_State', object: session, delay: 120_000 });
  return session;
};

async function stuckCommand(g, session) {
  const answer = ask(g, 'PUT', `/sessions/${session}/state`, { state: 'ready' }, { headers: { Prefer: 'wait=60' } });
  await until('the command is under way', async () =>
    /under way/.test((await g.setState(session, 'ready', {}, { headers: { 'If-Match': '"none"' } })).text),
  );
  return { answer };
}

// Each opens something, and checks what the end made of it.
const rows = {
  'a long poll': async (g) => {
    const after = await newest(g);
    const polls = await arrived(g, 3, () =>
      [1, 2, 3].map(() => ask(g, 'GET', `/events?after=${after}&types=agent-handler&wait=25`)),
    );
    return async () => {
      for (const poll of polls) await answered(poll, 503)();
    };
  },
  'a command that waits for the switch': async (g) => {
    const { answer } = await stuckCommand(g, await stuckSwitch(g));
    return answered(answer, 200, 503);
  },
  'a source that is being rebuilt and does not come back': async (g) => {
    await g.telephony({ do: 'fault', call: 'EnumerateAgentHandlers', delay: 120_000 });
    await g.telephony({ do: 'lose' });
    await g.request('PUT', '/agents/1002', { pin: '1002' }); // the source learns of the loss by this call
    await until('it is lost', () => /telephony source lost/.test(g.log()));
    const answer = await g.request('PUT', '/agents/1001', { pin: '1001' });
    return async () => assert.equal(answer.status, 503);
  },
  'an operation': async (g) => {
    const answer = await g.setState(await stuckSwitch(g), 'ready', {}, { headers: { Prefer: 'respond-async' } });
    return async () => assert.equal(answer.status, 202);
  },
  'a stream': async (g) => goodbye(await g.stream({ topics: ['agent-handler'] })),
  'a stream whose command is being carried out': async (g) => {
    const stream = await g.stream({ topics: ['agent-handler'] }),
      after = await newest(g); // no event after this cursor is there yet
    stream.send({
      op: 'command',
      id: 'poll',
      method: 'GET',
      path: `/events?after=${after}&types=agent-handler&wait=25`,
    });
    stream.send({ op: 'command', id: 'next', method: 'GET', path: '/me' });
    await stream.frame('the next result', (f) => f.op === 'result' && f.id === 'next');
    return async () => {
      const result = await stream.frame('the result', (f) => f.op === 'result' && f.id === 'poll');
      assert.equal(result.status, 503);
      assert.equal(result.body.type, '/problems/shutting-down');
      await goodbye(stream)();
    };
  },
  'a stream before its hello': async (g) => goodbye(await g.open()),
  'an event stream': async (g) => {
    const stream = await raw(g, { text: get(g, '/api/v1/events', 'Accept: text/event-stream\r\n') });
    await stream.next('event: snapshot');
    return closed(
      stream,
      (text) => /event: close\r?\ndata: \{"reason":"going-away"\}/.test(text) && text.endsWith('0\r\n\r\n'),
    );
  },
  'a delivery to a webhook': async (g, { receiver }) => {
    const made = await g.request('POST', '/webhooks', { url: `http://127.0.0.1:${receiver.port}/hook` });
    assert.equal(made.status, 201);
    await g.signIn('1002');
    const socket = await receiver.asked;
    return () => new Promise((done) => (socket.destroyed ? done() : socket.on('close', done)));
  },
  'an upgrade whose token waits for the provider': async (g, with_) => {
    const token = await waitingToken(g, with_);
    const connection = await arrived(g, 1, () => raw(g, { text: upgrade(token) }));
    return rawAnswer(connection, 503);
  },
  'a request whose token waits for the provider': async (g, with_) => {
    const token = await waitingToken(g, with_);
    const [answer] = await arrived(g, 1, () => [ask(g, 'GET', '/me', undefined, { token })]);
    return answered(answer, 503);
  },
  'a stream whose hello waits for the provider': async (g, with_) => {
    const token = await waitingToken(g, with_),
      stream = await g.open();
    stream.send({ op: 'hello', token });
    return goodbye(stream);
  },
  'keys that are being hashed': async (g) => {
    const wrong = g.key('hashed', '--scopes', 'agents:read').replace(/.{8}$/, 'AAAAAAAA');
    const answers = await arrived(g, 20, () =>
      Array.from({ length: 20 }, () => ask(g, 'GET', '/me', undefined, { token: wrong })),
    );
    return each(answers, 401, 429, 503);
  },
  'a connection that has sent nothing': async (g) => closed(await raw(g, { secure: false })),
  'a handshake': async (g) => closed(await raw(g, { secure: false, text: '\x16\x03\x01\x02\x00\x01' })),
  'a connection that is secured and asks nothing': async (g) => closed(await raw(g)),
  'a connection between two requests': async (g) => {
    const connection = await raw(g, { text: get(g, '/healthz') });
    await connection.next('alive');
    return closed(connection, (text) => text.split('HTTP/1.1').length === 2);
  },
  'half a header': async (g) => closed(await raw(g, { text: 'GET /healthz HTTP/1.1\r\nHost: loc' })),
  'half a body': async (g) => {
    const connection = await raw(g, {
      text: 'POST /api/v1/tickets HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n',
    });
    await connection.next('100 Continue');
    connection.socket.write('{"a"');
    return closed(connection, (text) => text.split('HTTP/1.1').length === 2);
  },
  'requests that are being answered': async (g) => {
    const answers = await arrived(g, 30, () => Array.from({ length: 30 }, () => ask(g, 'GET', '/agents')));
    return each(answers, 200, 503);
  },
  'a history read, and the audit': async (g) => {
    const answers = await arrived(g, 3, () =>
      ['/events?types=agent-handler&subject=/none', '/audit', '/events?since=2020-01-01T00:00:00.000Z'].map((path) =>
        ask(g, 'GET', path),
      ),
    );
    return each(answers, 200, 503);
  },
  'a client that does not read its answers': async (g) => {
    const connection = await raw(g, { paused: true, text: get(g, '/api/v1/openapi.json').repeat(100) });
    await g.request('GET', '/me');
    return async () => void connection.socket.destroy();
  },
  'a stream and an event stream that are not read': async (g) => {
    const stream = await g.stream();
    stream.socket.pause();
    const events = await raw(g, { text: get(g, '/api/v1/events', 'Accept: text/event-stream\r\n') });
    await events.next('event: snapshot');
    events.socket.pause();
    await g.telephony({ do: 'burst', events: 20_000 });
    return async () => (stream.close(), events.socket.destroy());
  },
};
const ofProvider = (name) => name.includes('provider');
// The gateway waits 5 s for its provider. On a very slow machine it may have given up before the end began; then
// another answer is right.
const unlessGivenUp = async (g, name, check) => {
  try {
    await check();
  } catch (error) {
    const log = g.log();
    if (!ofProvider(name) || !/the keys of \S+ could not be had/.test(log.slice(0, log.indexOf('ending: '))))
      throw error;
    console.log(`# ${name}: the provider had been given up before the end began`);
  }
};
const slow = new Set([
  'a command that waits for the switch',
  'an operation',
  'a source that is being rebuilt and does not come back',
]); // they are waited for

async function withEverything(work, more = {}) {
  const provider = await silent(),
    receiver = await silent();
  const config =
    `[webhooks]\nallow_private_networks = true\n[identity]\nissuer = "https://127.0.0.1:${provider.port}"\n` +
    `jwks = "https://127.0.0.1:${provider.port}/jwks"\n`;
  try {
    await work(await startGateway({ config, ...more }), { provider, receiver });
  } finally {
    provider.stop();
    receiver.stop();
  }
}

describe('at the end everything that is open is answered or closed, and the exit code is 0', () => {
  for (const [name, open] of Object.entries(rows))
    test(name, () =>
      withEverything(async (g, others) => {
        const check = await open(g, others);
        const ended = g.stop();
        await unlessGivenUp(g, name, check);
        assert.equal((await ended).code, 0);
      }),
    );

  test('all of it together', () =>
    withEverything(
      async (g, others) => {
        const checks = [],
          names = Object.keys(rows).filter((name) => !slow.has(name)),
          brief = (name) => ofProvider(name) || /hello/.test(name);
        // What waits for seconds alone (the provider, a hello) comes last.
        for (const name of [...names.filter((one) => !brief(one)), ...names.filter(brief)])
          checks.push([name, await rows[name](g, others)]);
        const ended = g.stop();
        await Promise.all(checks.map(([name, check]) => unlessGivenUp(g, name, check)));
        assert.equal((await ended).code, 0);
      },
      { traffic: 5 },
    ));

  test('asked twice, it waits for nothing that is still being carried out, and answers all the same', async () => {
    const g = await startGateway();
    const session = await stuckSwitch(g);
    const { answer } = await stuckCommand(g, session);
    g.signal('SIGINT');
    await until('it is ending', () => /ending: new commands are refused/.test(g.log()));
    const ended = g.stop();
    const { status, body } = await answer;
    assert.equal(status, 503);
    assert.equal(body.type, '/problems/shutting-down');
    assert.equal(body.outcome, 'unknown');
    assert.equal((await ended).code, 0);
    // that is logged only when the call has taken its time
    assert.doesNotMatch(g.log(), /its outcome unknown: put_State/);
  });

  test('at any moment', async () => {
    const names = Object.keys(rows).filter((name) => !slow.has(name) && !/provider|webhook|not read/.test(name));
    for (let round = 0; round < 30; ++round) {
      const g = await startGateway({ traffic: 5 });
      const opening = names.map((name) => rows[name](g, {}).catch(() => {})); // some come too late
      const patience = Math.floor(Math.random() * 250);
      await sleep(patience);
      await g.stop().catch((error) => assert.fail(`round ${round}, ${patience} ms: ${error.message}`));
      void opening;
    }
  });
});
