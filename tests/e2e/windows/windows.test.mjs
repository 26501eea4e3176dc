// The Windows program where there are no doubles: Wine has no TAPI at all, and a Core Audio of its own that is
// incomplete.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startGateway, until, run, shown } from '../harness/harness.mjs';

const prefix = resolve(import.meta.dirname, '../../../build/wine/plain');
const folder = mkdtempSync(join(tmpdir(), 'deskline-pulse-'));
const pulse = {
  PULSE_SERVER: `unix:${folder}/native`,
  XDG_RUNTIME_DIR: folder,
  PULSE_RUNTIME_PATH: folder,
  HOME: folder,
};
const startPulse = () =>
  spawn(
    'pulseaudio',
    [
      '-n',
      '--exit-idle-time=-1',
      '--daemonize=no',
      '-L',
      'module-null-sink sink_name=headset',
      '-L',
      `module-native-protocol-unix socket=${folder}/native auth-anonymous=1`,
    ],
    { env: { ...process.env, ...pulse }, stdio: 'ignore' },
  );
const answers = () => {
  try {
    execFileSync('pactl', ['info'], { env: { ...process.env, ...pulse }, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

let g, server;
before(async () => {
  server = startPulse();
  await until('PulseAudio answers', answers);
  g = await startGateway({ env: { WINEPREFIX: prefix, WINEDEBUG: '-all', ...pulse, HOME: process.env.HOME } });
});
after(async () => {
  await g?.stop();
  server?.kill();
});

test('no TAPI: commands say so, everything else goes on', async () => {
  const stream = await g.stream();
  const answer = await until('the source has tried', async () => {
    const signIn = await g.request('PUT', '/agents/1001', { pin: '1001' });
    return signIn.body.symbol ? signIn : undefined;
  });
  assert.equal(answer.status, 503);
  assert.equal(answer.body.type, '/problems/telephony-not-installed');
  assert.equal(answer.body.hresult, '0x80040154');
  const { status, body } = await until('the check has it', async () => {
    const is = await g.request('GET', '//readyz');
    return /REGDB_E_CLASSNOTREG/.test(is.body.checks.telephony) && is.body.checks.audio === 'ok' && is;
  });
  assert.deepEqual([status, body.durable, body.checks.journal, body.checks.audio], [503, true, 'ok', 'ok']);
  assert.match(body.checks.telephony, /^lost since 20\S+Z: .*0x80040154/);
  stream.close();
});

test("Wine's own Core Audio: the device is there, what is lacking is said, what can be changed is changed", async () => {
  const stream = await g.stream();
  const audio = stream.snapshot.sources.find((s) => s.source === 'audio');
  assert.equal(audio.connected, true);
  assert.equal(audio.capabilities.sessions, false);
  assert.equal(audio.capabilities.sessionEvents, false);
  assert.equal(audio.capabilities.deviceVolume, false);
  assert.match(g.log(), /lacks IAudioSessionManager2::GetSessionEnumerator/);
  const device = stream.snapshot.audioDevices.find((d) => d.flow === 'render');
  assert.ok(device, JSON.stringify(stream.snapshot.audioDevices));
  assert.equal(device.state, 'active');
  const volume = await g.request('PATCH', '/audio/devices/' + device.id, { volume: 0.5 });
  assert.equal(volume.status, 501, volume.text);
  assert.equal(volume.body.symbol, 'E_NOTIMPL');
  const muted = await g.request(
    'PATCH',
    '/audio/devices/' + device.id,
    { muted: !device.muted },
    { headers: { 'X-Request-Id': 'mute-it' } },
  );
  assert.equal(muted.status, 200, muted.text);
  assert.equal(muted.body.device.muted, !device.muted);
  const event = await stream.event('audio.device', 'volume');
  assert.equal(event.data.cause.request, 'mute-it');
  stream.close();
});

test('PulseAudio is killed and started again: the gateway lives', async () => {
  server.kill('SIGKILL');
  await until('PulseAudio is gone', () => !answers());
  for (let i = 0; i < 3; ++i) {
    const devices = await g.request('GET', '/audio/devices');
    assert.equal(devices.status, 200);
    if (devices.body.items[0])
      await g.request('PATCH', '/audio/devices/' + devices.body.items[0].id, { muted: i % 2 === 0 });
  }
  server = startPulse();
  await until('PulseAudio answers again', answers);
  assert.equal((await g.request('GET', '//readyz')).body.durable, true);
  assert.equal((await g.request('GET', '/audio/devices')).status, 200);
});

test('doctor says what is lacking here, and what to do', () => {
  const { code, stdout } = run(['doctor', '--json', '--probe', '--config', shown(join(g.folder, 'deskline.toml'))], {
    env: { WINEPREFIX: prefix, ...pulse, HOME: process.env.HOME },
  });
  assert.equal(code, 1);
  const { findings } = JSON.parse(stdout);
  const tapi = findings.find((f) => f.area === 'telephony' && f.severity === 'degraded');
  assert.match(tapi.finding, /REGDB_E_CLASSNOTREG \(0x80040154\)/);
  assert.ok(tapi.remedy);
  assert.ok(findings.some((f) => /lacks sessionEvents/.test(f.finding)));
  assert.ok(findings.some((f) => /cannot be set|was not told/.test(f.finding)));
});
