import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway, onWindows, until } from '../../harness/harness.mjs';

let g;
before(async () => (g = await startGateway({ keep: true })));
after(async () => {
  const ended = await g.stop();
  assert.equal(ended.code, 0, g.log());
  if (!onWindows) return;
  // Every object was released but the TAPI object itself, which is released after Shutdown.
  assert.match(g.doubleLog(), /live after Shutdown: 1$/m);
});

describe('from a REST call to the event', () => {
  test('agent 1001 signs in, opens a session in Sales and is set ready; a stream sees it with the cause', async () => {
    const stream = await g.stream();
    const session = await g.signIn('1001');
    const answer = await g.setState(
      session,
      'ready',
      { reason: 'at my desk' },
      { headers: { 'X-Request-Id': 'request-7' } },
    );
    assert.equal(answer.status, 200);
    assert.equal(answer.body.session.state, 'ready');
    assert.equal(answer.headers['x-request-id'], 'request-7');
    const created = await stream.event('agent-session', 'new-session', (f) => f.data.session.id === session);
    assert.equal(created.data.cause.actor, 'admin');
    const ready = await stream.event('agent-session', 'ready', (f) => f.data.session.id === session);
    assert.deepEqual(ready.data.cause, { request: 'request-7', actor: 'admin', reason: 'at my desk' });
    assert.equal(ready.data.previousState, 'not-ready');
    assert.equal(ready.data.session.reason, 'at my desk');
    assert.equal(ready.id, answer.body.cursor);
    assert.equal(ready.subject, '/sessions/' + session);
    if (onWindows)
      for (const call of [
        /CreateAgentWithID\(1001\)/,
        /ITAgent::CreateSession agent=1001/,
        new RegExp(`put_State\\(1\\) session=${session}`),
      ])
        assert.match(g.doubleLog(), call);
    stream.close();
  });

  test('a session ends, and nothing on it is allowed any more', async () => {
    const session = await g.signIn('1002');
    const ended = await g.request('DELETE', '/sessions/' + session);
    assert.equal(ended.status, 200);
    assert.equal(ended.body.session.state, 'session-ended');
    const again = await g.setState(session, 'ready');
    assert.equal(again.status, 409);
    assert.equal(again.body.symbol, 'LINEERR_INVALAGENTSESSIONSTATE');
    assert.deepEqual(again.body.allowedStates ?? [], []);
  });

  test('a call is offered to a ready session, pops at the stream, and is told again when the name comes', async () => {
    const stream = await g.stream();
    const session = await g.signIn('1003', 'Support');
    await g.setState(session, 'ready');
    await g.telephony({ do: 'call', group: 'Support' });
    const offered = await stream.event(
      'call',
      'state',
      (f) => f.data.call.state === 'offering' && f.data.call.session === session,
    );
    assert.equal(offered.data.call.address, 'Line 3');
    assert.equal(offered.data.call.direction, 'incoming');
    assert.equal(offered.data.call.called.name, 'Support');
    await stream.event('agent-session', 'busy', (f) => f.data.session.id === session);
    const refused = await g.setState(session, 'ready');
    assert.equal(refused.status, 409);
    assert.equal(refused.body.hresult, '0x8000005F');
    assert.ok(refused.body.allowedStates.includes('busy-wrapup'));
    const wrapUp = await g.setState(session, 'busy-wrapup');
    assert.equal(wrapUp.body.session.state, 'busy-wrapup');
    await stream.event('call', 'state', (f) => f.data.call.state === 'disconnected' && f.data.call.session === session);
    stream.close();
  });

  test('commands go over the stream as well', async () => {
    const stream = await g.stream();
    const session = await g.signIn('1004');
    stream.send({
      op: 'command',
      id: '7',
      method: 'PUT',
      path: `/sessions/${session}/state`,
      body: { state: 'ready' },
    });
    const result = await stream.frame('result', (f) => f.op === 'result' && f.id === '7');
    assert.equal(result.status, 200);
    assert.equal(result.body.session.state, 'ready');
    stream.close();
  });

  test('groups and queues come and go', async () => {
    const stream = await g.stream();
    await g.telephony({ do: 'add-group', group: 'Complaints' });
    await stream.event('acd-group', 'added', (f) => f.data.group.name === 'Complaints');
    await stream.event('queue', 'added', (f) => f.data.queue.name === 'Complaints');
    await g.telephony({ do: 'remove-group', group: 'Complaints' });
    await stream.event('acd-group', 'removed', (f) => f.data.group.name === 'Complaints');
    await g.request('PUT', '/agents/1005', { pin: '1005' });
    const refused = await g.request('POST', '/agents/1005/sessions', { acdGroup: 'Complaints', address: 'Line 5' });
    assert.equal(refused.status, 410);
    assert.equal(refused.body.symbol, 'TAPI_E_CALLCENTER_GROUP_REMOVED');
    const unknown = await g.request('POST', '/agents/1005/sessions', { acdGroup: 'Nobody', address: 'Line 5' });
    assert.equal(unknown.status, 422);
    assert.equal(unknown.body.symbol, 'LINEERR_INVALAGENTGROUP');
    stream.close();
  });
});

describe('blocking', () => {
  test('one blocked put_State delays nobody; its caller gets an operation', async () => {
    const sessions = [];
    for (let i = 0; i < 100; ++i) sessions.push(await g.signIn(String(1006 + (i % 6))));
    const blocked = await g.signIn('1012');
    await g.telephony({ do: 'fault', call: 'put_State', object: blocked, delay: 120_000 });
    const async = await g.setState(blocked, 'ready', {}, { headers: { Prefer: 'respond-async' } });
    assert.equal(async.status, 202);
    assert.equal(async.headers['preference-applied'], 'respond-async');
    const times = [];
    for (const session of sessions) {
      const answer = await g.setState(session, 'ready');
      assert.equal(answer.status, 200);
      times.push(answer.milliseconds);
    }
    times.sort((a, b) => a - b);
    console.log(
      `# 100 others while one is blocked: median ${times[50].toFixed(1)} ms, longest ${times[99].toFixed(1)} ms`,
    );
    assert.ok(times[90] < 50, `nine of ten within 50 ms; they took up to ${times[90]} ms`);
    assert.equal((await g.request('GET', '//healthz')).status, 200);
    const path = new URL(async.headers.location, g.url).pathname.replace('/api/v1', '');
    assert.equal((await g.request('GET', path)).body.state, 'running');
    await g.telephony({ do: 'clear' });
    const settled = await until('the operation settles', async () => {
      const { body } = await g.request('GET', path);
      return body.state === 'running' ? undefined : body;
    });
    assert.equal(settled.state, 'succeeded');
    assert.equal(settled.result.session.state, 'ready');
    const short = await g.setState(sessions[0], 'not-ready', {}, { headers: { Prefer: 'wait=5' } });
    assert.equal(short.headers['preference-applied'], 'wait=5');
  });
});

describe('audio', () => {
  test('a volume from the API is one event with its cause, one from another program has none', async () => {
    const stream = await g.stream();
    const softphone = stream.snapshot.audioSessions.find((s) => s.displayName === 'Softphone');
    const answer = await g.request(
      'PATCH',
      '/audio/sessions/' + softphone.id,
      { volume: 0.25 },
      { headers: { 'X-Request-Id': 'louder' } },
    );
    assert.equal(answer.status, 200);
    assert.equal(answer.body.session.volume, 0.25);
    const mine = await stream.event('audio.session', 'volume', (f) => f.data.session.volume === 0.25);
    assert.equal(mine.data.cause.request, 'louder');
    assert.equal(mine.id, answer.body.cursor);
    const simulated = softphone.id,
      other = onWindows ? await inDouble('Softphone') : simulated;
    await g.audio({ do: 'volume', session: other, volume: 0.75 });
    const theirs = await stream.event('audio.session', 'volume', (f) => f.data.session.volume === 0.75);
    assert.equal(theirs.data.cause, undefined);
    assert.equal(
      stream.frames.filter((f) => f.type === 'deskline.audio.session' && f.data.session.volume === 0.75).length,
      1,
    );
    const unchanged = await g.request('PATCH', '/audio/sessions/' + softphone.id, { volume: 0.75 });
    assert.equal(unchanged.status, 200);
    assert.equal(unchanged.body.cursor, null);
    stream.close();
  });

  test('devices: volume, mute, unplugging takes their sessions along', async () => {
    const stream = await g.stream();
    const headset = stream.snapshot.audioDevices.find((d) => d.name === 'Headset');
    const muted = await g.request('PATCH', '/audio/devices/' + headset.id, { muted: true, volume: 0.5 });
    assert.equal(muted.status, 200, muted.text);
    assert.equal(muted.body.device.muted, true);
    const id = onWindows ? await deviceInDouble('Headset') : headset.id;
    await g.audio({ do: 'state', device: id, state: 'unplugged' });
    await stream.event(
      'audio.device',
      'state',
      (f) => f.data.device.id === headset.id && f.data.device.state === 'unplugged',
    );
    await stream.event(
      'audio.session',
      'disconnected',
      (f) => f.data.session.displayName === 'Softphone' && f.data.reason === 'device-removal',
    );
    await g.audio({ do: 'state', device: id, state: 'active' });
    await stream.event(
      'audio.device',
      'state',
      (f) => f.data.device.id === headset.id && f.data.device.state === 'active',
    );
    const created = await g.audio({ do: 'create', device: id, name: 'Softphone 2' });
    assert.ok(created.session);
    const fresh = await stream.event('audio.session', 'created', (f) => f.data.session.displayName === 'Softphone 2');
    await g.audio({ do: 'state', session: created.session, state: 'active' });
    await stream.event(
      'audio.session',
      'state',
      (f) => f.data.session.id === fresh.data.session.id && f.data.session.state === 'active',
    );
    await g.audio({ do: 'rename', session: created.session, name: 'Softphone II' });
    await stream.event('audio.session', 'name', (f) => f.data.session.displayName === 'Softphone II');
    await g.audio({ do: 'icon', session: created.session, icon: 'phone.ico' });
    await stream.event('audio.session', 'icon', (f) => f.data.session.icon === 'phone.ico');
    await g.audio({ do: 'grouping', session: created.session, grouping: '11111111-2222-3333-4444-555555555555' });
    await stream.event(
      'audio.session',
      'grouping',
      (f) => f.data.session.groupingId === '11111111-2222-3333-4444-555555555555',
    );
    const channels = await g.request('PATCH', '/audio/sessions/' + fresh.data.session.id, { channelVolumes: [0.5, 1] });
    assert.deepEqual(channels.body.session?.channelVolumes, [0.5, 1], channels.text);
    await g.audio({ do: 'duck', session: created.session });
    await stream.frame('ducking', (f) => f.type === 'deskline.audio.ducking' && f.data.ducked);
    await g.audio({ do: 'disconnect', session: created.session, reason: 'format-changed' });
    await stream.event('audio.session', 'disconnected', (f) => f.data.reason === 'format-changed');
    await g.audio({ do: 'default', device: id, role: 'console' });
    await stream.event(
      'audio.device',
      'default',
      (f) => f.data.device.id === headset.id && f.data.device.defaultFor.includes('console'),
    );
    stream.close();
  });

  test('meters come only when asked for', async () => {
    const stream = await g.stream({ topics: ['audio.meter'] });
    const quiet = await g.stream({ topics: ['audio'] });
    const speakers = quiet.snapshot.audioDevices.find((d) => d.name === 'Speakers');
    const created = await g.audio({
      do: 'create',
      device: onWindows ? await deviceInDouble('Speakers') : speakers.id,
      name: 'Player',
    });
    await g.audio({ do: 'state', session: created.session, state: 'active' });
    await stream.frame('a meter', (f) => f.type === 'deskline.audio.meter' && f.data.peak > 0);
    assert.equal(quiet.frames.filter((f) => f.type === 'deskline.audio.meter').length, 0);
    stream.close();
    quiet.close();
  });
});

// The doubles have ids of their own for objects: a hash of the name, as the simulated mixer makes them.
import { createHash } from 'node:crypto';
const stable = (...parts) =>
  createHash('sha256')
    .update(parts.map((p) => p + '\x1f').join(''))
    .digest('hex')
    .slice(0, 16);
const deviceInDouble = async (name) => stable('device', '{simulated}', name);
const inDouble = async () => stable('audio-session', stable('device', '{simulated}', 'Headset'), 'Softphone', '4711');
