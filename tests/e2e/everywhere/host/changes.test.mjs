// A change that was reported as done holds, even when others change something at the same time.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBeside, shown, startGateway } from '../../harness/harness.mjs';
import { folderFor, status } from '../../harness/files.mjs';

describe('what is reported as done holds', () => {
  let gateway, config;
  before(async () => {
    gateway = await startGateway();
    config = ['--config', shown(join(gateway.folder, 'deskline.toml'))];
  });
  after(() => gateway.stop());
  const list = () => JSON.parse(gateway.cli('key', 'list', '--json').stdout);

  test('twenty keys are created and ten revoked at one time, and each of it is so', async () => {
    const old = Array.from({ length: 10 }, (_, i) => 'old' + i),
      fresh = Array.from({ length: 20 }, (_, i) => 'new' + i);
    for (const name of old) gateway.key(name, '--scopes', 'agents:read');
    const answers = await Promise.all([
      ...fresh.map((name) => runBeside(['key', 'create', '--name', name, '--scopes', 'agents:read', ...config])),
      ...old.map((name) => runBeside(['key', 'revoke', name, ...config])),
      ...old.map((name) => runBeside(['revoke', '--subject', 'subject ' + name, ...config])),
    ]);
    for (const { stdout } of answers.slice(0, 20)) gateway.secrets.plant(stdout.trim());
    const keys = list(),
      revoked = JSON.parse(readFileSync(join(gateway.folder, 'data/keys.json'))).revocations.map((one) => one.subject);
    const holds = [
      ...fresh.map((name) => keys.some((key) => key.name === name && !key.revokedAt)),
      ...old.map((name) => keys.every((key) => key.name !== name || key.revokedAt)),
      ...old.map((name) => revoked.includes('subject ' + name)),
    ];
    const asked = [
      ...fresh.map((name) => 'create ' + name),
      ...old.map((name) => 'revoke ' + name),
      ...old.map((name) => 'revoke subject ' + name),
    ];
    assert.deepEqual(
      asked.filter((_, i) => answers[i].code === 0 && !holds[i]),
      [],
      'reported as done, and not so',
    );
    for (const { code, stderr } of answers) {
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stderr, /the audit does not know/);
    }
    const secret = answers[0].stdout.trim();
    assert.equal(await status(gateway, secret), 200);
    const audit = gateway.audit();
    assert.equal(audit.filter((entry) => entry.action === 'key create').length, 30);
    assert.equal(audit.filter((entry) => entry.action === 'key revoke').length, 10);
  });

  test('one name, one certificate: of several at one time one is made', async () => {
    for (const [what, args] of [
      ['a name', () => ['--name', 'twin', '--scopes', 'agents:read']],
      ['a certificate', (i) => ['--name', 'door' + i, '--certificate', 'CN=door', '--scopes', 'agents:read']],
    ]) {
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, i) => runBeside(['key', 'create', ...args(i), ...config])),
      );
      answers.forEach(({ stdout }) => gateway.secrets.plant(stdout.trim()));
      assert.equal(answers.filter(({ code }) => code === 0).length, 1, what);
      for (const { code, stderr } of answers.filter(({ code }) => code !== 0))
        assert.deepEqual([code, /already; (revoke|choose)/.test(stderr)], [2, true], stderr);
    }
    const first = list().find((key) => key.certificate === 'CN=door');
    assert.equal(gateway.cli('key', 'revoke', first.name).code, 0);
    assert.equal(
      gateway.cli('key', 'create', '--name', first.name, '--certificate', 'CN=door', '--scopes', 'agents:read').code,
      0,
      'what was revoked stands in nobody’s way',
    );
    assert.match(gateway.cli('key', 'revoke', first.id).stdout, /was revoked already, at 20/);
    assert.equal(gateway.cli('key', 'revoke', first.name).code, 0);
    const nobody = gateway.cli('key', 'revoke', first.name);
    assert.equal(nobody.code, 2);
    assert.match(nobody.stderr, /the one of that name, [0-9a-f]{12}, was revoked at 20/);
  });

  test('tokens made at one time before there is a key are of one key', async () => {
    const folder = folderFor(),
      file = join(folder, 'deskline.toml');
    writeFileSync(file, `[server]\ndata_dir = "${shown(folder)}/data"\n`);
    const made = await Promise.all(
      Array.from({ length: 8 }, () => runBeside(['token', '--subject', 'ada', '--config', shown(file)])),
    );
    const kid = ({ stdout }) => JSON.parse(Buffer.from(stdout.split('.')[0], 'base64url')).kid;
    assert.deepEqual(
      made.map(({ code }) => code),
      Array(8).fill(0),
      JSON.stringify(made),
    );
    assert.equal(new Set(made.map(kid)).size, 1);
    const audited = await Promise.all(
      Array.from({ length: 6 }, (_, i) => runBeside(['revoke', '--subject', 's' + i, '--config', shown(file)])),
    );
    for (const { code, stderr } of audited) assert.deepEqual([code, stderr], [0, ''], 'the journal is made once too');
    rmSync(folder, { recursive: true });
  });

  test('what a command that was killed has left beside the keys goes with the next one', () => {
    const [left, other] = ['.keys.json.0123456789abcdef.new', '.other.json.0123456789abcdef.new'].map((name) =>
      join(gateway.folder, 'data', name),
    );
    for (const path of [left, other]) writeFileSync(path, '{"keys": [', { mode: 0o600 });
    assert.equal(gateway.cli('revoke', '--subject', 'carol').code, 0);
    assert.deepEqual([existsSync(left), existsSync(other)], [false, true]);
    rmSync(other);
  });

  test('an audit that could not be noted is said', async () => {
    const answer = await runBeside(['revoke', '--subject', 'eve', ...config], {
      env: { DESKLINE_JOURNAL_PATH: shown(join(gateway.folder, 'data')) },
    });
    assert.equal(answer.code, 0);
    assert.match(answer.stderr, /it was done, but the audit does not know of it: .*data/);
  });
});
