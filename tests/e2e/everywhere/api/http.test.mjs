// REST as RFC 9110 has it: methods, media types, codings, limits.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway, until } from '../../harness/harness.mjs';

describe('REST', () => {
  let gateway;
  before(
    async () => (gateway = await startGateway({ config: '[server]\nallowed_origins = ["https://crm.example"]\n' })),
  );
  after(() => gateway.stop());
  const ask = (...all) => gateway.request(...all);

  test('OPTIONS and 405 say what a resource allows', async () => {
    const options = await ask('OPTIONS', '/sessions/1/state', undefined, { token: '' });
    assert.equal(options.status, 204);
    assert.equal(options.headers.allow, 'PUT, OPTIONS');
    assert.equal(
      (await ask('OPTIONS', '/agents/1', undefined, { token: '' })).headers.allow,
      'GET, HEAD, PUT, DELETE, OPTIONS',
    );
    assert.equal((await ask('OPTIONS', '/nothing', undefined, { token: '' })).status, 404);
    const wrong = await ask('DELETE', '/queues');
    assert.equal(wrong.status, 405);
    assert.equal(wrong.headers.allow, 'GET, HEAD, OPTIONS');
  });

  test('HEAD answers as GET does, without a body', async () => {
    const get = await ask('GET', '/acd-groups'),
      head = await ask('HEAD', '/acd-groups');
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
    assert.equal(head.headers['content-length'], get.headers['content-length']);
  });

  test('406 and 415 say which media types there are', async () => {
    for (const [accept, status] of [
      ['application/json', 200],
      ['application/*;q=0.1', 200],
      ['text/html, */*;q=0.1', 200],
      ['text/html', 406],
      ['application/json;q=0', 406],
      ['', 200],
    ])
      assert.equal((await ask('GET', '/queues', undefined, { headers: { Accept: accept } })).status, status, accept);
    for (const type of ['text/plain', 'application/xml', ''])
      assert.equal(
        (await ask('PUT', '/agents/1001', undefined, { raw: '{"pin":"1001"}', headers: { 'Content-Type': type } }))
          .status,
        415,
        type,
      );
    const coded = await ask('PUT', '/agents/1001', { pin: '1001' }, { headers: { 'Content-Encoding': 'gzip' } });
    assert.equal(coded.status, 415);
    assert.match(coded.body.type, /unsupported-media-type/);
  });

  test('a long answer comes compressed to who asks for it', async () => {
    for (let agent = 1001; agent <= 1006; ++agent) await ask('PUT', '/agents/' + agent, { pin: String(agent) });
    const plain = await ask('GET', '/agents');
    assert.equal(plain.headers['content-encoding'], undefined);
    const gzip = await ask('GET', '/agents', undefined, { headers: { 'Accept-Encoding': 'br, gzip;q=0.5' } });
    assert.equal(gzip.headers['content-encoding'], 'gzip');
    assert.match(gzip.headers.vary, /Accept-Encoding/);
    assert.deepEqual(gzip.body, plain.body);
    assert.ok(Number(gzip.headers['content-length']) < Number(plain.headers['content-length']) / 2);
    assert.equal(
      (await ask('GET', '/agents', undefined, { headers: { 'Accept-Encoding': 'gzip;q=0' } })).headers[
        'content-encoding'
      ],
      undefined,
    );
  });

  test('pages from the configured origins may ask; others may not', async () => {
    const headers = {
      Origin: 'https://crm.example',
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': 'authorization, if-match',
    };
    const preflight = await ask('OPTIONS', '/agents/1001', undefined, { token: '', headers });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], 'https://crm.example');
    assert.match(preflight.headers['access-control-allow-methods'], /PUT/);
    assert.equal(preflight.headers['access-control-allow-headers'], 'authorization, if-match');
    const answer = await ask('GET', '/queues', undefined, { headers: { Origin: 'https://crm.example' } });
    assert.match(answer.headers['access-control-expose-headers'], /ETag/);
    assert.equal((await ask('GET', '/queues', undefined, { headers: { Origin: 'https://evil.example' } })).status, 403);
  });

  test('lists are paged: every item once, by an opaque cursor', async () => {
    const whole = (await ask('GET', '/addresses')).body.items;
    const paged = [];
    let next = '';
    do {
      const page = (await ask('GET', '/addresses?limit=5' + (next && '&after=' + encodeURIComponent(next)))).body;
      assert.ok(page.items.length <= 5);
      paged.push(...page.items);
      next = page.next;
    } while (next);
    assert.deepEqual(paged, whole);
    for (const limit of ['0', '501', 'x', ''])
      assert.equal((await ask('GET', '/addresses?limit=' + limit)).status, 422, limit);
  });

  test('a validation error lists every offending field by JSON Pointer', async () => {
    const answer = await ask('POST', '/agents/1001/sessions', { acdGroup: 7, adress: 'Line 1' });
    assert.equal(answer.status, 422);
    assert.deepEqual(answer.body.errors.map((e) => e.pointer).sort(), ['/acdGroup', '/address', '/adress']);
  });

  test('broken escapes and broken UTF-8 are refused and never echoed', async () => {
    assert.equal((await ask('GET', '/agents/%zz')).status, 404);
    assert.equal((await ask('GET', '/agents/%ff%fe')).status, 404);
    assert.equal((await ask('GET', '/queues?limit=%ff')).status, 400);
    const answer = await ask('GET', '/queues', undefined, { headers: { 'X-Request-Id': 'with space' } });
    assert.match(answer.headers['x-request-id'], /^[0-9a-f]{16}$/);
  });
});

test('who asks too often is told when to ask again, and disturbs nobody else', async () => {
  const gateway = await startGateway({ config: '[server]\nrate_limit = 30\n' });
  const other = gateway.token('supervisor'),
    stream = await gateway.stream();
  let last;
  for (let i = 0; i < 30; ++i) {
    last = await gateway.request('GET', '/me');
    assert.equal(last.status, 200);
  }
  assert.equal(last.headers['ratelimit-policy'], '"default";q=30;w=60');
  assert.match(last.headers.ratelimit, /^"default";r=\d+;t=\d+$/);
  const refused = await until('the bucket is empty', async () => {
    const answer = await gateway.request('GET', '/me');
    return answer.status === 429 && answer;
  });
  assert.match(refused.body.type, /too-many-requests/);
  const wait = Number(refused.headers['retry-after']);
  assert.ok(wait >= 1 && wait <= 2, refused.headers['retry-after']);
  assert.equal((await gateway.request('GET', '/me', undefined, { token: other })).status, 200);
  let asked = 0; // a place or two may have become free meanwhile
  await until('the stream is told the same', async () => {
    const id = String(++asked);
    stream.send({ op: 'command', id, method: 'GET', path: '/me' });
    return (await stream.frame('result ' + id, (f) => f.op === 'result' && f.id === id)).status === 429;
  });
  await gateway.stop();
});
