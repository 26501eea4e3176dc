// Commands as a CRM gives them: waited for or not, repeated, guarded by ETags, in doubt; and those that outlive the
// gateway that took them.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, until } from '../../harness/harness.mjs';

describe('commands', () => {
  let gateway, session;
  before(async () => {
    gateway = await startGateway();
    session = await gateway.signIn();
  });
  after(() => gateway.stop());

  test('the cause goes from the request into the event: request id, actor, reason, traceparent', async () => {
    const stream = await gateway.stream();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await gateway.setState(
      session,
      'ready',
      { reason: 'back' },
      { headers: { 'X-Request-Id': 'crm-1', traceparent } },
    );
    assert.equal(answer.status, 200);
    const event = await stream.event('agent-session', 'ready', (f) => f.id === answer.body.cursor);
    assert.deepEqual(event.data.cause, { request: 'crm-1', actor: 'admin', reason: 'back', traceparent });
    assert.equal(answer.body.event, answer.body.cursor);
    stream.close();
  });

  test('respond-async answers 202 at once with an operation that settles with outcome, times and cursor', async () => {
    const answer = await gateway.setState(session, 'not-ready', {}, { headers: { Prefer: 'respond-async' } });
    assert.equal(answer.status, 202);
    assert.equal(answer.headers['preference-applied'], 'respond-async');
    const path = answer.headers.location.slice('/api/v1'.length);
    const operation = await until('the operation settles', async () => {
      const { body } = await gateway.request('GET', path);
      return body.state !== 'running' && body;
    });
    assert.equal(operation.state, 'succeeded');
    assert.equal(operation.status, 200);
    assert.equal(operation.result.session.state, 'not-ready');
    assert.equal(operation.cursor, operation.result.cursor);
    assert.ok(
      operation.durationMilliseconds >= 0 && Date.parse(operation.settledAt) >= Date.parse(operation.startedAt),
    );
    assert.equal((await gateway.request('GET', path, undefined, { token: gateway.token('supervisor') })).status, 404);
  });

  test('a repeat with the same Idempotency-Key gets the first outcome and does nothing', async () => {
    const stream = await gateway.stream();
    const headers = { 'Idempotency-Key': 'order-66' };
    const first = await gateway.setState(session, 'ready', {}, { headers });
    const second = await gateway.setState(session, 'ready', {}, { headers });
    assert.equal(first.status, 200);
    assert.equal(second.status, 200);
    assert.deepEqual(second.body, first.body);
    assert.equal(second.headers['idempotency-replayed'], 'true');
    assert.equal(first.headers['idempotency-replayed'], undefined);
    const other = await gateway.setState(session, 'not-ready', {}, { headers });
    assert.equal(other.status, 422);
    assert.match(other.body.type, /idempotency-mismatch/);
    assert.equal(
      (await gateway.setState(session, 'not-ready', {}, { headers, token: gateway.token('supervisor') })).status,
      200,
      "another caller's key is another key",
    );
    await stream.event('agent-session', 'not-ready');
    assert.equal(stream.frames.filter((f) => f.data?.event === 'ready').length, 1);
    const wrong = await gateway.setState(session, 'ready', {}, { headers: { 'Idempotency-Key': 'x'.repeat(256) } });
    assert.equal(wrong.status, 422);
    stream.close();
  });

  test('a repeat while the first one runs is told so, and where to look', async () => {
    await gateway.telephony({ do: 'fault', call: 'put_State', object: session, delay: 1500 });
    const headers = { 'Idempotency-Key': 'slow-1' };
    const first = await gateway.setState(session, 'ready', {}, { headers: { ...headers, Prefer: 'wait=0' } });
    assert.equal(first.status, 202);
    const second = await gateway.setState(session, 'ready', {}, { headers });
    assert.equal(second.status, 409);
    assert.match(second.body.type, /idempotency-running/);
    assert.equal(second.headers.location, first.headers.location);
    const third = await until('the first is done', async () => {
      const answer = await gateway.setState(session, 'ready', {}, { headers });
      return answer.status !== 409 && answer;
    });
    assert.equal(third.status, 200);
    assert.equal(third.headers['idempotency-replayed'], 'true');
  });

  test('a repeated command over the stream gets the first outcome too', async () => {
    const stream = await gateway.stream();
    const command = {
      op: 'command',
      method: 'PUT',
      path: `/sessions/${session}/state`,
      body: { state: 'not-ready' },
      headers: { 'Idempotency-Key': 'over-stream' },
    };
    stream.send({ ...command, id: '1' });
    const first = await stream.frame('result 1', (f) => f.op === 'result' && f.id === '1');
    stream.send({ ...command, id: '2' });
    const second = await stream.frame('result 2', (f) => f.op === 'result' && f.id === '2');
    assert.equal(first.status, 200);
    assert.deepEqual(second.body, first.body);
    assert.equal(second.headers['Idempotency-Replayed'], 'true');
    stream.close();
  });

  test('two desks: If-Match refuses what would overwrite a change unseen', async () => {
    const seen = await gateway.request('GET', '/sessions/' + session);
    const tag = seen.headers.etag;
    assert.equal(tag, `"${seen.body.revision}"`);
    const first = await gateway.setState(session, 'ready', {}, { headers: { 'If-Match': tag } });
    assert.equal(first.status, 200);
    const second = await gateway.setState(session, 'not-ready', {}, { headers: { 'If-Match': tag } });
    assert.equal(second.status, 412);
    assert.match(second.body.type, /precondition-failed/);
    assert.equal(
      (await gateway.setState(session, 'not-ready', {}, { headers: { 'If-Match': `"1", ${first.headers.etag}` } }))
        .status,
      200,
    );
    assert.equal(
      (await gateway.request('PUT', '/agents/1009', { pin: '1009' }, { headers: { 'If-Match': '*' } })).status,
      412,
      'there is no such agent yet',
    );
    await gateway.telephony({ do: 'fault', call: 'put_State', object: session, delay: 1000 });
    const current = (await gateway.request('GET', '/sessions/' + session)).headers.etag;
    const [one, two] = await Promise.all(
      [1, 2].map(() => gateway.setState(session, 'ready', {}, { headers: { 'If-Match': current } })),
    );
    assert.deepEqual([one.status, two.status].sort(), [200, 412]);
  });

  test('an outcome that nobody knows is an operation in doubt until the state is read again', async () => {
    await gateway.setState(session, 'not-ready');
    await gateway.telephony({ do: 'fault', call: 'put_State', object: session, hresult: '0x80040044' });
    const answer = await gateway.setState(session, 'ready');
    assert.equal(answer.status, 504);
    assert.equal(answer.body.outcome, 'unknown');
    const path = '/operations/' + answer.body.operation;
    assert.equal((await gateway.request('GET', path)).body.state, 'indeterminate');
    const operation = await until('the doubt is over', async () => {
      const { body } = await gateway.request('GET', path);
      return body.state !== 'indeterminate' && body;
    });
    assert.equal(operation.state, 'failed');
    assert.equal(operation.problem.outcome, undefined);
    assert.match(operation.problem.detail, /read since/);
  });
});

test('operations and idempotency keys outlive a gateway that was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-test-'));
  let gateway = await startGateway({ folder, keep: true });
  const session = await gateway.signIn();
  const headers = { 'Idempotency-Key': 'before' };
  const first = await gateway.setState(session, 'ready', {}, { headers });
  assert.equal(first.status, 200);
  await gateway.telephony({ do: 'fault', call: 'put_State', object: session, delay: 60_000 });
  const running = await gateway.setState(session, 'not-ready', {}, { headers: { Prefer: 'respond-async' } });
  gateway.signal('SIGKILL');
  await gateway.exit;
  gateway = await startGateway({ folder });
  const again = await gateway.setState(session, 'ready', {}, { headers });
  assert.equal(again.status, 200);
  assert.deepEqual(again.body, first.body);
  const operation = await until('it settles', async () => {
    const { body } = await gateway.request('GET', '/operations/' + running.body.operation);
    return !['running', 'indeterminate'].includes(body.state) && body;
  });
  assert.equal(operation.state, 'failed', 'the session ended with the switch');
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a command on the stream takes a query as a request does; a broken one is refused, and the stream goes on', async () => {
  const gateway = await startGateway();
  const stream = await gateway.stream();
  const told = async (id, path) => {
    stream.send({ op: 'command', id, method: 'GET', path });
    return stream.frame('result ' + id, (f) => f.op === 'result' && f.id === id);
  };
  const queues = await told('1', '/queues?limit=2');
  assert.equal(queues.status, 200);
  assert.equal(queues.body.items.length, 2);
  assert.ok(queues.body.next);
  assert.equal((await told('2', '/queues?limit=2&after=' + encodeURIComponent(queues.body.next))).body.items.length, 1);
  assert.match((await told('3', '/queues?limit=%zz')).body.type, /bad-request/);
  assert.equal((await told('4', '/queues?nonsense=1')).status, 422);
  assert.equal((await told('5', '/me')).status, 200);
  stream.close();
  await gateway.stop();
});
