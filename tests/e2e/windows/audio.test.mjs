// Core Audio as hosts have it: the Windows Audio service stops, dies without a word, is not up yet; calls fail for a
// moment; a softphone opens its stream again at once; and nothing happens for a long time. Against the double.
import { test, after } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, shown, sleep, startGateway, until } from '../harness/harness.mjs';

const started = [];
const start = async (options) => {
  const gateway = await startGateway(options);
  started.push(gateway);
  return gateway;
};
after(async () => {
  for (const gateway of started) await gateway.stop(); // which also finds broken rules of Core Audio
});

// The double's own id of a device: a hash of its name.
const inDouble = (name) =>
  createHash('sha256')
    .update(['device', '{simulated}', name].map((part) => part + '\x1f').join(''))
    .digest('hex')
    .slice(0, 16);
// Whether a frame came after now.
const fresh = (stream) => {
  const before = new Set(stream.frames);
  return (frame) => !before.has(frame);
};
const service = (gateway, state, more = {}) => gateway.audio({ do: 'audio-service', state, ...more });
async function audioOf(gateway) {
  const stream = await gateway.stream();
  stream.close();
  return stream.snapshot.sources.find((source) => source.source === 'audio');
}
const isThere = (gateway) => until('audio is there', async () => (await audioOf(gateway)).connected);
const speakers = async (gateway) =>
  (await gateway.request('GET', '/audio/devices')).body.items.find((device) => device.name === 'Speakers');
const lost = (stream, since = fresh(stream)) =>
  stream.event('source', 'lost', (frame) => since(frame) && frame.data.source === 'audio');

// Everything works: a command, what another program does, a session that comes.
async function works(gateway, stream, volume) {
  const since = fresh(stream);
  const device = await speakers(gateway);
  const answer = await gateway.request('PATCH', '/audio/devices/' + device.id, { volume });
  assert.equal(answer.status, 200, answer.text);
  await gateway.audio({ do: 'volume', device: inDouble('Speakers'), volume: volume / 2 });
  await stream.event(
    'audio.device',
    'volume',
    (frame) =>
      since(frame) && frame.data.device.id === device.id && Math.abs(frame.data.device.volume - volume / 2) < 0.01,
  );
  const name = 'Phone ' + volume;
  const { session } = await gateway.audio({ do: 'create', device: inDouble('Speakers'), name });
  await stream.event('audio.session', 'created', ({ data }) => data.session.displayName === name);
  await gateway.audio({ do: 'state', session, state: 'expired' });
  await stream.event('audio.session', 'state', ({ data }) => data.session.displayName === name);
}

test('the service stops and starts, ten times: lost, and complete again; nothing is left behind', async () => {
  const gateway = await start();
  const stream = await gateway.stream();
  const device = await speakers(gateway);
  const live = [];
  for (let round = 1; round <= 10; ++round) {
    const wasSilent = round % 2 === 0; // a service that dies tells nobody
    const since = Date.now(),
      told = lost(stream);
    await service(gateway, 'stopped', wasSilent ? { silently: true } : {});
    if (!wasSilent)
      assert.match((await told).data.symbol, /AUDCLNT_E_SERVICE_NOT_RUNNING/, 'it was told, and believed');
    await told;
    assert.ok(Date.now() - since < 10_000, `lost after ${Date.now() - since} ms`);
    const meanwhile = await gateway.request('PATCH', '/audio/devices/' + device.id, { volume: 0.1 });
    assert.deepEqual([meanwhile.status, meanwhile.body.type], [503, '/problems/source-lost'], meanwhile.text);
    await service(gateway, 'running');
    await isThere(gateway);
    await works(gateway, stream, 0.3 + round / 20);
    live.push((await gateway.audio({ do: 'figures' })).live);
  }
  assert.deepEqual(
    live.map((count) => count <= live[0]),
    live.map(() => true),
    live.join(' '),
  );
  assert.equal((await audioOf(gateway)).capabilities.sessionEvents, true);
});

test('the service comes later than the gateway', async () => {
  const gateway = await start({ env: { DESKLINE_DOUBLE_AUDIO_SERVICE: 'stopped' } });
  const stream = await gateway.stream();
  await until('it has tried', async () =>
    /AUDCLNT_E_SERVICE_NOT_RUNNING/.test((await gateway.request('GET', '//readyz')).body.checks.audio),
  );
  await service(gateway, 'running');
  await isThere(gateway);
  await works(gateway, stream, 0.5);
});

for (const [call, hresult] of [
  ['RegisterSessionNotification', '0x88890004'],
  ['RegisterDuckNotification', '0x80070005'],
  ['Activate', '0x80070005'],
  ['Activate', '0x88890004'],
])
  test(`${call} fails once with ${hresult}: no capability is lost, and the device works in the end`, async () => {
    const gateway = await start();
    const stream = await gateway.stream();
    const { capabilities } = await audioOf(gateway);
    const told = lost(stream);
    await service(gateway, 'stopped');
    await told;
    await gateway.audio({ do: 'fault', call, object: inDouble('Speakers'), hresult });
    await service(gateway, 'running');
    await isThere(gateway);
    assert.deepEqual((await audioOf(gateway)).capabilities, capabilities);
    await until('the device can be set', async () => {
      const device = await speakers(gateway);
      return (await gateway.request('PATCH', '/audio/devices/' + device.id, { volume: 0.9 })).status === 200;
    });
    await until('new sessions are told', async () => {
      const since = fresh(stream);
      const { session } = await gateway.audio({ do: 'create', device: inDouble('Speakers'), name: 'Probe' });
      const told = await Promise.race([
        stream
          .event('audio.session', 'created', (f) => since(f) && f.data.session.displayName === 'Probe')
          .then(() => true),
        sleep(1000),
      ]);
      await gateway.audio({ do: 'state', session, state: 'expired' });
      return told;
    });
    await works(gateway, stream, 0.6);
    assert.deepEqual((await audioOf(gateway)).capabilities, capabilities);
  });

test('Windows does not let it register for devices: those that come and go are found all the same', async () => {
  const gateway = await start();
  const stream = await gateway.stream();
  const told = lost(stream);
  await service(gateway, 'stopped');
  await told;
  await gateway.audio({ do: 'fault', call: 'RegisterEndpointNotificationCallback', hresult: '0x80004005' });
  await service(gateway, 'running');
  await isThere(gateway);
  await gateway.audio({ do: 'add-device', name: 'Late headset', flow: 'render' });
  await stream.event('audio.device', 'added', ({ data }) => data.device.name === 'Late headset');
});

test('a device that is there and never works is tried every 5 s, not all the time', async () => {
  const gateway = await start();
  const stream = await gateway.stream();
  const told = lost(stream);
  await service(gateway, 'stopped');
  await told;
  const fault = { do: 'fault', call: 'Activate', object: inDouble('Speakers'), hresult: '0x88890004', times: -1 };
  await gateway.audio(fault);
  await service(gateway, 'running');
  await isThere(gateway);
  const tries = () => gateway.doubleLog().split('IMMDevice::Activate').length;
  const before = tries();
  for (let n = 0; n < 60; ++n) {
    // what wakes the thread all the time
    await gateway.audio({ do: 'volume', device: inDouble('Microphone'), volume: 0.2 + (n % 2) / 10 });
    await sleep(100);
  }
  assert.ok(tries() - before <= 8, `tried ${tries() - before} times in 6 s`); // each time for two objects
  await gateway.audio({ do: 'clear' });
  await until('the device can be set', async () => {
    const device = await speakers(gateway);
    return (await gateway.request('PATCH', '/audio/devices/' + device.id, { volume: 0.4 })).status === 200;
  });
});

test('a softphone closes its stream and opens it again, with the identifiers of before, within one burst', async () => {
  const gateway = await start();
  const stream = await gateway.stream();
  const device = inDouble('Speakers');
  const create = () => gateway.audio({ do: 'create', device, name: 'Softphone', process: 4711 });
  const created = (since = fresh(stream)) =>
    stream.event('audio.session', 'created', (frame) => since(frame) && frame.data.session.process.id === 4711);
  const first = created();
  const { session } = await create();
  const { id } = (await first).data.session;
  // The audio thread is held by another call meanwhile.
  await gateway.audio({ do: 'fault', call: 'SetMasterVolume', hresult: '0x0', delay: 1500 });
  const held = gateway.request('PATCH', '/audio/devices/' + (await speakers(gateway)).id, { volume: 0.2 });
  await sleep(300);
  const again = created();
  await gateway.audio({ do: 'state', session, state: 'expired' });
  assert.equal((await create()).session, session);
  await held;
  await stream.event(
    'audio.session',
    'state',
    ({ data }) => data.session.id === id && data.session.state === 'expired',
  );
  assert.equal((await again).data.session.id, id);
  const { items } = (await gateway.request('GET', '/audio/sessions')).body;
  assert.equal(items.filter((one) => one.id === id && one.state !== 'expired').length, 1);
  const answer = await gateway.request('PATCH', '/audio/sessions/' + id, { muted: true });
  assert.equal(answer.body.session?.muted, true, answer.text);
});

test('when nothing happens, the audio thread sleeps', async () => {
  const gateway = await start();
  await isThere(gateway);
  const tasks = `/proc/${gateway.child.pid}/task`,
    read = (id, what) => readFileSync(`${tasks}/${id}/${what}`, 'utf8');
  const thread = readdirSync(tasks).find((id) => read(id, 'comm').trim() === 'audio');
  const wakes = () => Number(read(thread, 'status').match(/^voluntary_ctxt_switches:\s+(\d+)/m)[1]);
  await sleep(5000); // whatever the start has left to do
  const before = wakes();
  await sleep(10_000);
  // It looks after the service every four seconds, with some calls each; it was 1,000 a second.
  assert.ok(wakes() - before < 100, `woken ${wakes() - before} times in 10 s`);
});

test('ducking that every device tells is told once, each time', async () => {
  const gateway = await start();
  const stream = await gateway.stream({ topics: ['audio'] });
  const { session } = await gateway.audio({ do: 'create', device: inDouble('Speakers'), name: 'Phone' });
  await stream.event('audio.session', 'created', ({ data }) => data.session.displayName === 'Phone');
  const told = () => stream.frames.filter((frame) => frame.type === 'deskline.audio.ducking');
  for (const [n, change] of ['duck', 'unduck', 'duck', 'unduck'].entries()) {
    await gateway.audio({ do: change, session });
    await until(change + ' is told', () => told().length > n);
  }
  await gateway.audio({ do: 'volume', device: inDouble('Speakers'), volume: 0.33 });
  await stream.event('audio.device', 'volume');
  assert.deepEqual(
    told().map(({ data }) => data.ducked),
    [true, false, true, false],
  );
  stream.close();
});

test('neither a start nor `doctor` sets a volume; `doctor --probe` does, and puts it back', async () => {
  const gateway = await start();
  await isThere(gateway);
  const sets = () => gateway.doubleLog().split('SetMasterVolumeLevelScalar').length - 1;
  assert.equal(sets(), 0);
  const log = join(gateway.folder, 'doctor.log');
  const doctor = (...args) => {
    const { stdout } = run(['doctor', '--json', '--config', shown(join(gateway.folder, 'deskline.toml')), ...args], {
      env: { DESKLINE_DOUBLE_LOG: shown(log) },
    });
    return JSON.parse(stdout).findings.map(({ finding }) => finding);
  };
  const setBy = () => readFileSync(log, 'utf8').split('SetMasterVolumeLevelScalar').length - 1;
  assert.ok(doctor().some((finding) => /was not tried/.test(finding)));
  assert.equal(setBy(), 0);
  assert.ok(doctor('--probe').some((finding) => /Notifications arrive/.test(finding)));
  assert.equal(setBy(), 2);
});
