// What the gateway keeps beyond TAPI, from outside: reason codes, pending states, presence.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway, until, run } from '../../harness/harness.mjs';

describe('reasons, pending states and presence', () => {
  let gateway, session;
  before(async () => {
    gateway = await startGateway({
      config:
        '[reasons]\nnot_ready = ["lunch", "training"]\nrequired = ["not-ready"]\n[presence]\n' +
        'not_ready_after = 4\nsign_out_after = 8\n',
    });
    session = await gateway.signIn();
  });
  after(() => gateway.stop());

  test('GET /reasons says which there are, and which are required', async () => {
    const { body } = await gateway.request('GET', '/reasons');
    assert.deepEqual(body.items[0], { state: 'not-ready', required: true, reasons: ['lunch', 'training'] });
    assert.deepEqual(body.items[1], { state: 'ready', required: false, reasons: [] });
  });

  test('a reason that is not on the list, or missing where one is required, is refused with the list', async () => {
    assert.equal((await gateway.setState(session, 'ready', { reason: 'anything goes' })).status, 200);
    assert.equal(
      (await gateway.setState(session, 'ready', { reason: 'ü'.repeat(64) })).body.session.reason,
      'ü'.repeat(64),
      'characters count, not bytes',
    );
    assert.equal((await gateway.setState(session, 'ready', { reason: 'ü'.repeat(65) })).status, 422);
    for (const more of [{}, { reason: 'siesta' }]) {
      const answer = await gateway.setState(session, 'not-ready', more);
      assert.equal(answer.status, 422);
      assert.equal(answer.body.errors[0].pointer, '/reason');
      assert.match(answer.body.detail, /'lunch', 'training'/);
    }
    const answer = await gateway.setState(session, 'not-ready', { reason: 'lunch' });
    assert.equal(answer.body.session.reason, 'lunch');
    const history = await gateway.request('GET', `/events?types=agent-session&subject=/sessions/${session}`);
    assert.equal(history.body.items.at(-1).data.cause.reason, 'lunch');
  });

  test('ready after the call: pending while it lasts, applied when it ends', async () => {
    await gateway.setState(session, 'ready');
    await gateway.telephony({ do: 'call', group: 'Sales' });
    await until(
      'the call',
      async () => (await gateway.request('GET', '/sessions/' + session)).body.state === 'busy-on-call',
      60_000,
    );
    const stream = await gateway.stream();
    const answer = await gateway.setState(session, 'not-ready', { when: 'after-call', reason: 'training' });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.session.pendingState, 'not-ready');
    await stream.event('agent-session', 'pending-state', (f) => f.id === answer.body.event);
    await gateway.telephony({ do: 'set-session', session, state: 3 }); // the caller has hung up: wrap-up
    const applied = await stream.event('agent-session', 'not-ready');
    assert.equal(applied.data.cause.reason, 'training');
    await until(
      'nothing is pending',
      async () => !(await gateway.request('GET', '/sessions/' + session)).body.pendingState,
    );
    stream.close();
  });

  test('a supervisor sees who is present; who is gone too long is set not-ready, then signed out', async () => {
    const supervisor = await gateway.stream();
    await gateway.setState(session, 'ready');
    const token = gateway.token('agent', ['1001'], 'anna');
    const desk = await gateway.stream({}, token);
    await supervisor.event('agent', 'present');
    assert.equal((await gateway.request('GET', '/agents/1001')).body.present, true);
    desk.close();
    await supervisor.event('agent', 'absent');
    const notReady = await supervisor.frame(
      'not-ready',
      (f) => f.data?.event === 'not-ready' && f.data.session?.id === session,
    );
    assert.equal(notReady.data.session.reason, 'disconnected');
    assert.equal(notReady.data.cause.actor, 'gateway');
    await supervisor.event('agent', 'signed-out');
    supervisor.close();
  });
});

test('a mistaken list of reasons is named with its line', async () => {
  const { mkdtempSync, writeFileSync } = await import('node:fs');
  const folder = mkdtempSync('/tmp/deskline-test-');
  writeFileSync(folder + '/deskline.toml', `[reasons]\nready = ["${'x'.repeat(65)}"]\nrequired = ["not-redy"]\n`);
  const { shown } = await import('../../harness/harness.mjs');
  const answer = run(['check-config', '--config', shown(folder + '/deskline.toml')]);
  assert.equal(answer.code, 1);
  assert.match(answer.stderr, /toml:2.*reasons.ready.*1 to 64 characters/);
  assert.match(answer.stderr, /toml:3.*reasons.required.*not-ready/);
});
