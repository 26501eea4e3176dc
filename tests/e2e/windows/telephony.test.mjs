// TAPI as hosts have it: there is no agent proxy, or it goes and comes back; lines come, go, close and fall out; the
// service dies without a word; calls do not say which way they go; objects are others than before. Against the double.
import { test, after } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway, until } from '../harness/harness.mjs';
import { fresh, held, lines, lostAndBack, tells, topics } from '../harness/lines.mjs';

const started = [];
const start = async (options) => {
  const gateway = await startGateway(options);
  started.push(gateway);
  await until('telephony is there', async () => (await lines(gateway)).length === 12);
  return gateway;
};
after(async () => {
  for (const gateway of started) await gateway.stop(); // which also finds broken rules of TAPI
});

const lineOf = async (gateway, name) => (await lines(gateway)).find((line) => line.name === name);
const named = (name, since) => (frame) => since(frame) && frame.data.address.name === name;

test('no agent proxy: lines are there, and calls on them are told; when it comes, sessions can be opened', async () => {
  const gateway = await start();
  const stream = await gateway.stream({ topics });
  await gateway.telephony({ do: 'remove-handler' });
  await stream.event('agent-handler', 'removed');
  await lostAndBack(gateway, stream);
  const without = await until('12 lines', async () => {
    const all = await lines(gateway);
    return all.length === 12 && all;
  });
  assert.deepEqual([...new Set(without.map((line) => line.handler))], ['']);
  const third = without.find((line) => line.name === 'Line 3');
  assert.deepEqual(third, {
    id: third.id,
    name: 'Line 3',
    handler: '',
    state: 'in-service',
    dialableAddress: '+493055513',
    provider: 'Simulated service provider',
  });
  assert.equal((await held(gateway)).registrations, 12);
  const now = await gateway.stream({ topics: ['source', 'agent-session'] });
  const { capabilities } = now.snapshot.sources.find((source) => source.source === 'telephony');
  assert.deepEqual([capabilities.calls, capabilities.agentSessions], [true, false]);
  assert.equal(now.snapshot.addresses.length, 12);
  now.close();
  await tells(gateway, stream, 'Line 3');
  const refused = await gateway.request('PUT', '/agents/1001', { pin: '1001' });
  assert.match(refused.text, /no agent handler/);

  const since = fresh(stream);
  await gateway.telephony({ do: 'add-handler' });
  const told = await stream.event('address', 'handler', named('Line 3', since));
  assert.deepEqual(told.data.address, { ...third, handler: 'Simulated ACD' });
  assert.equal((await held(gateway)).registrations, 12);
  await gateway.signIn('1003');
  await tells(gateway, stream, 'Line 4');
  stream.close();
});

test('an agent proxy that goes takes its agents along; they are signed in when it is back, ten times', async () => {
  const gateway = await start();
  const stream = await gateway.stream({ topics });
  await gateway.signIn('1001');
  const before = await held(gateway);
  const created = () => gateway.doubleLog().split('CreateAgentWithID(1001)').length;
  for (let round = 0; round < 10; ++round) {
    const since = fresh(stream);
    await gateway.telephony({ do: 'remove-handler' });
    await stream.event('agent', 'signed-out', since);
    await stream.event('agent-handler', 'removed', since);
    await gateway.telephony({ do: 'forget' }); // the next server of the switch begins without state
    await tells(gateway, stream, 'Line 1');
    await gateway.telephony({ do: 'add-handler' });
    await stream.event('agent', 'signed-in', (frame) => since(frame) && frame.data.agent.id === '1001');
    await tells(gateway, stream, 'Line 1');
    assert.equal((await held(gateway)).registrations, 12);
    const session = await gateway.request('POST', '/agents/1001/sessions', { acdGroup: 'Sales', address: 'Line 1' });
    assert.equal(session.status, 201, session.text);
  }
  assert.deepEqual(await held(gateway), before, 'nothing more is held');
  const out = fresh(stream);
  await gateway.signIn('1002');
  assert.ok((await gateway.request('DELETE', '/agents/1001')).status < 300);
  await stream.event('agent', 'signed-out', out);
  const signedIn = created();
  await gateway.telephony({ do: 'remove-handler' });
  await stream.event('agent', 'signed-out', (frame) => out(frame) && frame.data.agent.id === '1002');
  const back = fresh(stream);
  await gateway.telephony({ do: 'add-handler' });
  await stream.event('agent', 'signed-in', (frame) => back(frame) && frame.data.agent.id === '1002');
  assert.equal(created(), signedIn, 'who has signed out stays so');
  stream.close();
});

test('a line that goes, comes, falls out or is closed is told, and its calls are seen again', async () => {
  const gateway = await start();
  const stream = await gateway.stream({ topics });
  const line = await lineOf(gateway, 'Line 5');
  assert.ok((await gateway.request('PUT', '/agents/1005', { pin: '1005' })).status < 300);
  let since = fresh(stream);
  await gateway.telephony({ do: 'start-call', address: 'Line 5' });
  await stream.event('call', 'state', since);
  await gateway.telephony({ do: 'remove-line', address: 'Line 5' });
  await stream.event('call', 'state', ({ data }) => data.call.state === 'disconnected');
  const removed = await stream.event('address', 'removed', named('Line 5', since));
  assert.equal(removed.subject, '/addresses/' + line.id);
  assert.equal(await lineOf(gateway, 'Line 5'), undefined);
  assert.equal((await held(gateway)).registrations, 11);
  const refused = await gateway.request('POST', '/agents/1005/sessions', { acdGroup: 'Sales', address: 'Line 5' });
  assert.equal(refused.status, 422, refused.text);
  await gateway.telephony({ do: 'release', address: 'Line 5' });
  await gateway.telephony({ do: 'add-line', address: 'Line 5' });
  const added = await stream.event('address', 'added', named('Line 5', since));
  assert.deepEqual(added.data.address, line, 'with its id and its handler');
  await tells(gateway, stream, 'Line 5');

  since = fresh(stream);
  await gateway.telephony({ do: 'line-state', address: 'Line 6', state: 'out-of-service' });
  const out = await stream.event('address', 'state', named('Line 6', since));
  assert.equal(out.data.address.state, 'out-of-service');
  assert.equal((await lineOf(gateway, 'Line 6')).state, 'out-of-service');
  since = fresh(stream);
  await gateway.telephony({ do: 'line-state', address: 'Line 6', state: 'in-service' });
  assert.equal((await stream.event('address', 'state', named('Line 6', since))).data.address.state, 'in-service');

  for (const refusals of [0, 2]) {
    since = fresh(stream);
    if (refusals) {
      const call = 'RegisterCallNotifications';
      await gateway.telephony({ do: 'fault', call, object: 'Line 7', hresult: '0x80040008', times: refusals });
    }
    await gateway.telephony({ do: 'close-line', address: 'Line 7' });
    const closed = await stream.event('address', 'state', named('Line 7', since));
    assert.equal(closed.data.address.state, 'out-of-service');
    const back = (frame) => frame.type === 'deskline.address' && named('Line 7', since)(frame);
    const again = await until(
      'it is in service again',
      () => stream.frames.find((frame) => back(frame) && frame.data.address.state === 'in-service'),
      60_000,
    );
    assert.equal(again.data.event, 'state');
    await tells(gateway, stream, 'Line 7');
    assert.equal((await held(gateway)).registrations, 12);
  }
  stream.close();
});

test('other objects that stand for a line are that line', async () => {
  const gateway = await start();
  const stream = await gateway.stream({ topics });
  await gateway.telephony({ do: 'second-objects' });
  const since = fresh(stream);
  await gateway.telephony({ do: 'remove-handler' });
  await stream.event('agent-handler', 'removed', since);
  await gateway.telephony({ do: 'add-handler' });
  await stream.event('agent-handler', 'added', since);
  assert.equal((await lines(gateway)).length, 12);
  assert.equal((await held(gateway)).registrations, 12);
  await gateway.telephony({ do: 'line-state', address: 'Line 2', state: 'out-of-service' });
  await stream.event('address', 'state', named('Line 2', since));
  await gateway.telephony({ do: 'remove-line', address: 'Line 2' });
  await stream.event('address', 'removed', named('Line 2', since));
  assert.equal((await held(gateway)).registrations, 11);
  await tells(gateway, stream, 'Line 1');
  await gateway.telephony({ do: 'add-line', address: 'Line 2' });
  const added = await stream.event('address', 'added', named('Line 2', since));
  assert.equal(added.data.address.handler, 'Simulated ACD');
  stream.close();
});

test('a service that dies without a word is lost within 15 s, though nobody calls it', async () => {
  const gateway = await start();
  const ready = async () => (await gateway.request('GET', '//readyz', undefined, { token: '' })).body.checks.telephony;
  const began = Date.now();
  await gateway.telephony({ do: 'lose', hresult: '0x800706BA' });
  await until('it is lost', async () => /^lost since/.test(await ready()), 30_000);
  assert.ok(Date.now() - began < 15_000, `it took ${Date.now() - began} ms`);
  await gateway.telephony({ do: 'restore' });
  await until('it is there', async () => (await ready()) === 'ok');
});

test('a heartbeat that hangs holds back nothing', async () => {
  const gateway = await start();
  const stream = await gateway.stream({ topics });
  await gateway.telephony({ do: 'fault', call: 'ITAddress::get_State', delay: 60_000 });
  await until('it hangs', async () => (await gateway.telephony({ do: 'figures' })).inside > 0);
  await tells(gateway, stream, 'Line 1');
  assert.equal((await gateway.setState(await gateway.signIn('1001'), 'ready')).status, 200);
  await gateway.telephony({ do: 'clear' });
  stream.close();
});

test('a getter that hangs holds back what asks for it, and nothing else', async () => {
  const gateway = await start();
  const stream = await gateway.stream({ topics });
  const known = await gateway.signIn('1001');
  assert.ok((await gateway.request('PUT', '/agents/1002', { pin: '1002' })).status < 300);
  await gateway.telephony({ do: 'fault', call: 'get_SessionStartTime', delay: 60_000, times: -1 });
  const opened = gateway.request('POST', '/agents/1002/sessions', { acdGroup: 'Sales', address: 'Line 2' });
  await until('it is asked about', () => /CreateSession agent=1002/.test(gateway.doubleLog()));
  const since = fresh(stream),
    began = Date.now();
  await tells(gateway, stream, 'Line 3');
  assert.equal((await gateway.setState(known, 'ready')).status, 200);
  await stream.event('agent-session', 'ready', since);
  assert.ok(Date.now() - began < 20_000, `it took ${Date.now() - began} ms`);
  await gateway.telephony({ do: 'clear' });
  assert.equal((await opened).status, 201);
  const of1002 = ({ data }) => data.session.agent === '1002';
  await stream.event('agent-session', 'new-session', of1002);

  await gateway.telephony({ do: 'remove-handler' });
  await stream.event('agent-handler', 'removed');
  await gateway.telephony({ do: 'fault', call: 'EnumerateACDGroups', delay: 60_000 });
  await gateway.telephony({ do: 'add-handler' });
  const asked = Date.now();
  await tells(gateway, stream, 'Line 3');
  assert.ok(Date.now() - asked < 20_000, `it took ${Date.now() - asked} ms`);
  await gateway.telephony({ do: 'clear' });
  await stream.event('agent-handler', 'added');
  stream.close();
});

test('TAPI is not shut down under a call that is inside, when the service is lost meanwhile', async () => {
  const gateway = await start({ keep: true });
  const stream = await gateway.stream({ topics });
  const session = await gateway.signIn('1001');
  await gateway.telephony({ do: 'fault', call: 'put_State', object: session, delay: 60_000 });
  const inside = gateway.setState(session, 'ready');
  await until('it is inside', () => /put_State\(1\)/.test(gateway.doubleLog()));
  await lostAndBack(gateway, stream);
  await tells(gateway, stream, 'Line 2');
  assert.doesNotMatch(gateway.doubleLog(), /ITTAPI::Shutdown/);
  await gateway.telephony({ do: 'clear' });
  assert.ok((await inside).status >= 200);
  await until('the former connection has ended', () => gateway.doubleLog().split('ITTAPI::Shutdown').length === 2);
  await tells(gateway, stream, 'Line 3');
  stream.close();
  await gateway.stop();
  assert.match(gateway.doubleLog(), /live after Shutdown: 1$/m);
});

test('a call is outgoing when its origin says so, be it later; offered, it is incoming', async () => {
  const gateway = await start();
  const stream = await gateway.stream({ topics });
  const [unknown, outbound, unavailable, internal] = [0x10, 0x1, 0x20, 0x2];
  for (const [state, origins, first, then] of [
    ['in-progress', [unknown, outbound], 'unknown', 'outgoing'],
    ['in-progress', [unavailable, unavailable], 'unknown', 'unknown'],
    ['in-progress', [outbound], 'outgoing', 'outgoing'],
    ['offering', [unknown, internal], 'incoming', 'incoming'],
    ['offering', [internal], 'incoming', 'incoming'],
  ]) {
    const since = fresh(stream);
    await gateway.telephony({ do: 'origins', origins });
    await gateway.telephony({ do: 'start-call', address: 'Line 8', state });
    const began = await stream.event('call', 'state', since);
    assert.equal(began.data.call.direction, first, `${state}, ${origins}`);
    await gateway.telephony({ do: 'remark', address: 'Line 8' });
    const told = await stream.event('call', 'info', since);
    assert.equal(told.data.call.direction, then, `${state}, ${origins}: later`);
    await gateway.telephony({ do: 'release', address: 'Line 8' });
    await stream.event('call', 'state', ({ id, data }) => id !== began.id && data.call.id === told.data.call.id);
  }
  stream.close();
});

test('signing out that fails is not reported as done: the agent stays, and can be signed out later', async () => {
  const gateway = await start();
  const session = await gateway.signIn('1001');
  assert.equal((await gateway.setState(session, 'ready')).status, 200);
  for (const hresult of ['0x80000048', '0x80040013']) {
    await gateway.telephony({ do: 'fault', call: 'put_State', object: session, hresult });
    const refused = await gateway.request('DELETE', '/agents/1001');
    assert.ok(refused.status >= 400, refused.text);
    assert.match(refused.text, /stays signed in/);
    assert.equal((await gateway.request('GET', '/agents/1001')).status, 200);
    assert.equal((await gateway.request('GET', '/sessions/' + session)).body.state, 'ready');
  }
  assert.ok((await gateway.request('DELETE', '/agents/1001')).status < 300);
  assert.equal((await gateway.request('GET', '/agents/1001')).status, 404);
});

test('an agent who is signed in gets no second handle at the agent proxy; another PIN is asked about', async () => {
  const gateway = await start();
  const created = () => gateway.doubleLog().split('CreateAgentWithID(1002)').length - 1;
  await gateway.signIn('1002');
  for (let i = 0; i < 5; ++i) assert.equal((await gateway.request('PUT', '/agents/1002', { pin: '1002' })).status, 200);
  assert.equal(created(), 1);
  assert.equal((await gateway.request('PUT', '/agents/1002', { pin: 'wrong' })).status, 403);
  assert.equal(created(), 2);
  assert.equal((await gateway.request('PUT', '/agents/1002', { pin: '1002' })).status, 200);
  assert.equal(created(), 2);
});

test('events may come from another apartment', async () => {
  const gateway = await start({ env: { DESKLINE_DOUBLE_APARTMENT: 'single' } });
  const stream = await gateway.stream({ topics });
  await tells(gateway, stream, 'Line 9');
  const session = await gateway.signIn('1001');
  assert.equal((await gateway.setState(session, 'ready')).status, 200);
  await stream.event('agent-session', 'ready', ({ data }) => data.session.id === session);
  stream.close();
});

test('a switch that answers slowly is asked for fewer figures at a time, and all of them in turn', async () => {
  const gateway = await start({ config: '[telephony]\nstatistics_interval = 1\n' });
  const stream = await gateway.stream({ topics });
  const sessions = [];
  for (const agent of ['1001', '1002', '1003', '1004']) sessions.push(await gateway.signIn(agent));
  const figures = async (id) => (await gateway.request('GET', '/sessions/' + id)).body.statistics.durationSeconds;
  const queued = async () =>
    (await gateway.request('GET', '/queues')).body.items.map((queue) => queue.statistics.queued);
  const before = await queued();
  await gateway.telephony({ do: 'fault', call: 'ITAgentSession', delay: 200, times: -1 }); // 2 s for a session
  const began = Date.now();
  await gateway.telephony({ do: 'call', group: 'Support' });
  await until('the queues are read meanwhile', async () => (await queued()).join() !== before.join(), 60_000);
  const took = Date.now() - began;
  const seen = await Promise.all(sessions.map(figures));
  await until(
    'each session is read in turn',
    async () => (await Promise.all(sessions.map(figures))).every((now, i) => now > seen[i]),
    120_000,
  );
  assert.ok(took < 8000, `reading the queues took ${took} ms`); // all at once: 8.8 s, and then only as fast
  await gateway.telephony({ do: 'clear' });
  stream.close();
});
