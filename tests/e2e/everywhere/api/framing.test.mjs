// Where a request ends, and what its header may say: each rule over a raw TLS connection, followed by bytes that would
// be a second request. The second is answered where the first request was good; where it was not, there is one answer
// and the connection ends.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import tls from 'node:tls';
import { startGateway, until } from '../../harness/harness.mjs';
import { chunked, get, host, postOf, rules, second } from './framing_rules.mjs';

let gateway, port, token, post;
before(async () => {
  gateway = await startGateway({ config: '[server]\ntrusted_proxies = ["127.0.0.1"]\n' });
  port = Number(new URL(gateway.url).port);
  token = gateway.token('admin');
  post = postOf(token);
});
after(() => gateway.stop());

// Sends the bytes (a list: piece by piece), and returns each answer and whether the gateway ended the connection.
// Without `ends` the connection is closed when so many answers have come.
const converse = (bytes, answers = Infinity) =>
  new Promise((done, fail) => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    const got = [];
    let text = '';
    const finish = (closed) => (
      clearTimeout(timer),
      socket.destroy(),
      done({ answers: got, statuses: got.map((a) => a.status), closed })
    );
    const timer = setTimeout(
      () => (socket.destroy(), fail(new Error('neither answered nor ended; came: ' + text))),
      12_000,
    );
    socket.on('secureConnect', async () => {
      for (const piece of [bytes].flat()) await new Promise((sent) => socket.write(Buffer.from(piece, 'latin1'), sent));
    });
    socket.on('data', (data) => {
      text += data.toString('latin1');
      for (;;) {
        const [head] = text.match(/^HTTP\/1\.1 [^]*?\r\n\r\n/) ?? [];
        if (!head) break;
        const status = Number(head.slice(9, 12)),
          length = /^HEAD /.test([bytes].flat()[0]) ? 0 : Number(head.match(/content-length: (\d+)/i)?.[1] ?? 0);
        if (text.length < head.length + length) break;
        if (status !== 100 || /100-continue/i.test([bytes].flat().join('')))
          got.push({ status, head, body: text.slice(head.length, head.length + length) });
        text = text.slice(head.length + length);
      }
      if (got.length >= answers) finish(false);
    });
    socket.on('end', () => finish(true));
    socket.on('error', () => finish(true));
  });

describe('framing', () => {
  test('every rule: what is good is answered and the next one too, what is not is answered once and ends the connection', async () => {
    const wrong = [];
    for (const [rule, source, bytes, status, end] of rules(post)) {
      const all = Array.isArray(bytes) ? bytes : bytes + second;
      const came = await converse(all, end === 'kept' ? 2 : Infinity).catch((error) => ({ statuses: [error.message] }));
      const expected = end === 'kept' ? [status, 404] : [status];
      if (JSON.stringify(came.statuses) !== JSON.stringify(expected) || came.closed !== (end === 'closed'))
        wrong.push(
          `${rule} (RFC ${source}): ${came.statuses} ${came.closed ? 'closed' : 'kept'}, not ${expected} ${end}`,
        );
      if (came.answers?.[0].status >= 400 && end === 'closed' && !/\/problems\//.test(came.answers[0].body))
        wrong.push(`${rule}: no problem says why: ${came.answers[0].body}`);
    }
    assert.deepEqual(wrong, []);
  });

  test('100 Continue: told to send the body, and not where it would be too large', async () => {
    const bytes = [post('Content-Length: 2\r\nExpect: 100-continue\r\n'), '{}' + second];
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    let text = '';
    socket.on('data', (data) => (text += data));
    socket.write(bytes[0]);
    await until('100', () => /^HTTP\/1.1 100 /.test(text));
    socket.write(bytes[1]);
    await until('both answers', () => /HTTP\/1.1 201 [^]*HTTP\/1.1 404 /.test(text));
    socket.destroy();
    assert.deepEqual((await converse(post('Content-Length: 70000\r\nExpect: 100-continue\r\n'))).statuses, [413]);
  });

  test('no field counts that comes after the header', async () => {
    const lines = (more) =>
      `POST /api/v1/tickets HTTP/1.1\r\n${host}Content-Type: application/json\r\n${more}${chunked}\r\n2\r\n{}\r\n0\r\n`;
    const bearer = `Authorization: Bearer ${token}\r\n`,
      nonsense = 'Authorization: Bearer nonsense\r\n';
    const trailers = [
      ['Authorization', '', bearer, 401],
      ['Origin', bearer, 'Origin: https://evil.test\r\n', 201],
      ['X-Request-Id', bearer, 'X-Request-Id: trailer\r\n', 201],
      ['Content-Encoding', bearer, 'Content-Encoding: gzip\r\n', 201],
      ['what frames', bearer, 'Content-Length: 7\r\nTransfer-Encoding: gzip\r\nHost: evil\r\n', 201],
      ['Connection', bearer, 'Connection: close\r\n', 201],
      ['X-Forwarded-For', nonsense, 'X-Forwarded-For: 192.0.2.77\r\n', 401],
    ];
    const wrong = [];
    for (const [what, fields, trailer, status] of trailers) {
      const came = await converse(lines(fields) + trailer + '\r\n' + second, 2);
      if (came.statuses.join() !== [status, 404].join() || /trailer/.test(came.answers[0]?.head))
        wrong.push(`${what}: ${came.statuses} ${came.answers[0]?.head}`);
    }
    const late =
      `POST /api/v1/tickets HTTP/1.1\r\n${host}${bearer}${chunked}\r\n2\r\n{}\r\n0\r\n` +
      'Content-Type: application/json\r\n\r\n';
    const [status] = (await converse(late, 1)).statuses;
    if (status !== 415) wrong.push('Content-Type: ' + status);
    const entries = await until('the refused ones in the audit', () => {
      const all = gateway.audit().filter((e) => e.action === 'token');
      return all.length > 0 && all;
    });
    wrong.push(...entries.filter((e) => e.address !== '127.0.0.1').map((e) => 'X-Forwarded-For: ' + e.address));
    assert.deepEqual(wrong, []);
  });

  test('the host of an absolute target replaces Host', async () => {
    const own = `https://127.0.0.1:${port}`,
      ask = (target, hostIs, origin) =>
        converse(
          `GET ${target} HTTP/1.1\r\nHost: ${hostIs}\r\nOrigin: ${origin}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
          1,
        );
    assert.deepEqual((await ask(`${own}/api/v1/me`, 'evil.test', own)).statuses, [200]);
    assert.deepEqual((await ask('https://evil.test/api/v1/me', `127.0.0.1:${port}`, own)).statuses, [403]);
  });

  test('lines of a list count together, in their order', async () => {
    const wrong = [];
    const same = (what, came, wanted) => void (came === wanted || wrong.push(`${what}: ${came}, not ${wanted}`));
    const ask = async (...fields) =>
      (
        await converse(
          get(
            host + `Authorization: Bearer ${token}\r\n` + fields.map((f) => f + '\r\n').join(''),
            'GET /api/v1/agents HTTP/1.1',
          ),
          1,
        )
      ).answers[0];
    same('Accept', (await ask('Accept: text/html', 'Accept: application/json')).status, 200);
    same('Accept, refused', (await ask('Accept: application/json;q=0', 'Accept: text/html')).status, 406);
    for (let agent = 1001; agent <= 1006; ++agent)
      await gateway.request('PUT', '/agents/' + agent, { pin: String(agent) });
    same(
      'Accept-Encoding',
      (await ask('Accept-Encoding: br', 'Accept-Encoding: gzip')).head.match(/Content-Encoding: (.*)\r/i)?.[1],
      'gzip',
    );
    const refused = async (...forwarded) => {
      const before = gateway.audit().length;
      await converse(
        get(
          host + 'Authorization: Bearer nonsense\r\n' + forwarded.map((f) => `X-Forwarded-For: ${f}\r\n`).join(''),
          'GET /api/v1/me HTTP/1.1',
        ),
        1,
      );
      return (
        await until('an entry', () =>
          gateway
            .audit()
            .slice(before)
            .find((e) => e.action === 'token'),
        )
      ).address;
    };
    same('X-Forwarded-For: what the proxy has added', await refused('198.51.100.1', '203.0.113.9'), '203.0.113.9');
    same('X-Forwarded-For through two proxies', await refused('203.0.113.9, 127.0.0.1', '127.0.0.1'), '203.0.113.9');
    const upgrade = (...protocols) =>
      get(
        host +
          'Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
          'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
          protocols.map((p) => `Sec-WebSocket-Protocol: ${p}\r\n`).join(''),
        'GET /api/v1/stream HTTP/1.1',
      );
    const [accepted] = (await converse(upgrade('other', 'deskline.v1'), 1)).answers;
    same('Connection', accepted.status, 101);
    same('Sec-WebSocket-Protocol', accepted.head.match(/Sec-WebSocket-Protocol: (.*)\r/i)?.[1], 'deskline.v1');
    assert.deepEqual(wrong, []);
  });

  test('a request that comes byte by byte is the same one', async () => {
    const whole = post(chunked, '1\r\n{\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n') + get(host);
    assert.deepEqual((await converse([...whole], 2)).statuses, [201, 200]);
  });
});
