// What an administrator runs first. On Windows: with the doubles here, with Wine's own Core Audio and no TAPI in windows.test.mjs.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { run, shown, onWindows, freePort } from './harness.mjs';

// So few connections that any host has the descriptors for them.
const configured = (listen, more = 'max_connections = 100\n') => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-doctor-')), file = join(folder, 'deskline.toml');
  writeFileSync(file, `[server]\nlisten = "${listen}"\ndata_dir = "${shown(folder)}/data"\n${more}`);
  return shown(file);
};
const diagnose = (listen, more, options = {}) => {
  const { code, stdout } = run(['doctor', '--json', '--config', configured(listen, more)], options);
  return { code, ...JSON.parse(stdout) };
};

test('what is there is named; every finding that is not well says what it means and what to do', async () => {
  const { code, verdict, findings } = diagnose(`127.0.0.1:${await freePort()}`);
  assert.equal(['ok', 'degraded', 'failed'][code], verdict);
  for (const area of ['host', 'clock', 'data', 'certificate', 'port', 'descriptors', 'telephony', 'audio']) assert.ok(findings.some((f) => f.area === area), area);
  for (const finding of findings.filter((f) => f.severity !== 'ok')) assert.ok(finding.meaning && finding.remedy, finding.finding);
  if (!onWindows) return assert.equal(code, 0);
  const said = findings.map((f) => f.finding).join('\n');
  for (const part of [/TAPI 3 is registered/, /event filter 0x764F is accepted/, /Agent handler 'Simulated ACD': groups Sales, Support, Billing|Agent handler 'Simulated ACD': groups Billing, Sales, Support/, /Line 12/, /Output 'Headset' is active/, /Microphone 'Microphone'/, /Notifications arrive/]) assert.match(said, part);
});

test('a port in use and an unreadable certificate: it cannot serve, exit 2', async () => {
  const taken = createServer();
  await new Promise((r) => taken.listen(0, '127.0.0.1', r));
  const port = diagnose(`127.0.0.1:${taken.address().port}`);
  taken.close();
  assert.equal(port.code, 2);
  assert.match(port.findings.find((f) => f.area === 'port').finding, /in use/);
  const certificate = diagnose('127.0.0.1:0', 'certificate = "/no.pem"\nprivate_key = "/no.key"\n');
  assert.equal(certificate.code, 2);
});

// Windows has no such limit.
if (!onWindows)
  test('more connections than there are descriptors for: it says both numbers and what to do', async () => {
    const { code, findings } = diagnose(`127.0.0.1:${await freePort()}`, 'max_connections = 2000\n', { through: ['prlimit', '--nofile=1024'] });
    assert.equal(code, 1);
    const finding = findings.find((f) => f.area === 'descriptors');
    assert.match(finding.finding, /max_connections = 2000 needs 2768 descriptors, and the system allows this process 1024/);
    assert.match(finding.meaning, /At most 672 connections/);
    assert.match(finding.remedy, /LimitNOFILE=2768/);
  });

test('plain text ends with a verdict', async () => {
  const { stdout } = run(['doctor', '--config', configured(`127.0.0.1:${await freePort()}`)]);
  assert.match(stdout, /(Everything is in order|Deskline serves, but not all of it works)\.\n$/);
});
