// What restarts under a gateway, many times over, while calls are on. Against the double of TAPI; Core Audio's is in
// audio.test.mjs.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway, until } from '../harness/harness.mjs';
import { fresh, held, lines, lostAndBack, tells, topics } from '../harness/lines.mjs';

test('the service dies, the proxy goes, TAPI wants to begin anew: each ten times in the middle of a call', async () => {
  const gateway = await startGateway({ keep: true });
  await until('telephony is there', async () => (await lines(gateway)).length === 12);
  const stream = await gateway.stream({ topics });
  await gateway.signIn('1001');
  const sessionOf = async () =>
    until('a session', async () => (await gateway.request('GET', '/agents/1001/sessions')).body.items?.[0]);
  const kinds = {
    'the service dies': () => lostAndBack(gateway, stream),
    'the agent proxy goes': async () => {
      const since = fresh(stream);
      await gateway.telephony({ do: 'remove-handler' });
      await stream.event('agent', 'signed-out', since);
      await gateway.telephony({ do: 'add-handler' });
      await stream.event('agent', 'signed-in', (frame) => since(frame) && frame.data.agent.id === '1001');
    },
    'TAPI wants to begin anew': async () => {
      const since = fresh(stream),
        { id } = await sessionOf();
      await gateway.telephony({ do: 'fault', call: 'put_State', object: id, hresult: '0x80040029' });
      assert.equal((await gateway.setState(id, 'ready')).status, 503);
      await stream.event('source', 'connected', since);
    },
  };
  const callsOn = async (line) =>
    (await gateway.request('GET', '/calls')).body.items.filter((call) => call.address === line);
  for (const [what, happens] of Object.entries(kinds))
    for (let round = 0; round < 10; ++round) {
      const since = fresh(stream);
      await gateway.telephony({ do: 'start-call', address: 'Line 2' });
      const [call] = await until('the call', async () => ((all) => all.length && all)(await callsOn('Line 2')));
      await happens();
      await until(`${what}, round ${round}: the agent is there`, async () => (await sessionOf()).agent === '1001');
      assert.deepEqual(
        (await callsOn('Line 2')).map(({ id, state }) => [id, state]),
        [[call.id, call.state]],
        `${what}, round ${round}: the call is there, once, as it was`,
      );
      assert.equal((await gateway.request('GET', '/agents')).body.items.length, 1);
      await gateway.telephony({ do: 'release', address: 'Line 2' });
      await stream.event('call', 'state', ({ data }) => data.call.id === call.id && data.call.state === 'disconnected');
      await tells(gateway, stream, 'Line 3');
      const told = stream.frames
        .filter((frame) => since(frame) && frame.type === 'deskline.call')
        .map(({ data }) => [data.call.id, data.event, data.call.state].join(' '));
      assert.equal(new Set(told).size, told.length, `${what}, round ${round}: ${told.join(', ')}`);
      await until('all lines are registered once', async () => (await held(gateway)).registrations === 12);
    }
  stream.close();
  await gateway.stop();
  // It counts all that lives: nothing of the connections of before is left either.
  assert.equal(
    gateway
      .doubleLog()
      .match(/live after Shutdown: \d+/g)
      .at(-1),
    'live after Shutdown: 1',
  );
});
