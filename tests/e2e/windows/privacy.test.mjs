// On Windows too only the gateway's own account can read its files, and nobody else may write those that it trusts.
// Wine keeps a file's access list as the mode of the file below: `others` are Everyone, another owner is ANONYMOUS
// LOGON. What lists of real hosts say is in tests/windows/unit/access_test.cpp.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run, shown, startGateway } from '../harness/harness.mjs';
import { folderFor, isReady, refusedToStart } from '../harness/files.mjs';

const asRoot = { skip: process.getuid?.() !== 0 && 'only root gives a file to another account' };
const others = (path) => statSync(path).mode & 0o007;
const everything = (folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
const named = (path) => shown(path).replaceAll('/', '\\');
const doctor = (folder) => {
  const { code, stdout } = run(['doctor', '--json', '--config', shown(join(folder, 'deskline.toml'))]);
  return { code, found: JSON.parse(stdout).findings.filter((finding) => finding.area === 'privacy') };
};
// A folder that a gateway has made, whose gateway has ended.
async function kept() {
  const gateway = await startGateway({ keep: true });
  gateway.key('crm', '--scopes', 'agents:read');
  await gateway.stop();
  return { gateway, data: join(gateway.folder, 'data') };
}

describe('what it keeps is for its own account alone', () => {
  test('in a folder that lets everybody in, nothing that is made lets anybody in, the backup neither', async () => {
    const folder = folderFor();
    chmodSync(folder, 0o755);
    const gateway = await startGateway({ folder, config: '[webhooks]\nallow_private_networks = true\n' });
    await gateway.signIn('1001');
    gateway.key('crm', '--scopes', 'agents:read');
    const backup = join(folder, 'backup.db');
    assert.equal(gateway.cli('journal', 'backup', shown(backup)).code, 0);
    const all = everything(join(folder, 'data'));
    assert.deepEqual(
      [join(folder, 'data'), backup, ...all].filter(others).map((path) => [path, others(path)]),
      [],
    );
    const names = ['journal.db', 'journal.db-wal', 'journal.db-shm', 'journal.db.lock', 'gateway.lock', 'keys.json'];
    for (const name of [...names, 'keys.json.lock', 'local-key.pem', 'private-key.pem'])
      assert.ok(
        all.some((path) => path.endsWith('/' + name)),
        name,
      );
    await gateway.stop();
  });

  test('a journal in a folder of others: what SQLite makes beside it is private as it is', async () => {
    const folder = folderFor(),
      elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o755 });
    const gateway = await startGateway({ folder, config: `[journal]\npath = "${shown(elsewhere)}/journal.db"\n` });
    await gateway.signIn('1001');
    const all = everything(elsewhere);
    assert.ok(all.length >= 3, all.join(' '));
    assert.deepEqual(all.filter(others), []);
    await gateway.stop();
  });

  test('what others may read is told by doctor, and mended by the start, which says it', async () => {
    const { gateway, data } = await kept();
    const files = ['journal.db', 'keys.json', 'local-key.pem', 'private-key.pem'].map((name) => join(data, name));
    const open = [data, ...files];
    open.forEach((path) => chmodSync(path, path === data ? 0o755 : 0o644));
    const { found } = doctor(gateway.folder);
    assert.deepEqual(
      found.map(({ severity }) => severity),
      open.map(() => 'degraded'),
      JSON.stringify(found),
    );
    for (const path of open) {
      const finding = found.find((one) => one.finding === `${named(path)} can be read by others (Everyone).`);
      assert.ok(
        finding?.remedy.startsWith(`icacls "${named(path)}" /inheritance:r /remove:g *S-1-1-0 /grant:r `),
        path,
      );
    }
    const next = await startGateway({ folder: gateway.folder });
    for (const path of open) {
      assert.equal(others(path), 0, path);
      assert.ok(next.log().includes(`${named(path)} can be read by others (Everyone); that was taken from them`), path);
    }
    await isReady(next);
    await next.stop();
  });

  test('what others may change is refused, with the line that mends it: files, folder, those above', async () => {
    const { gateway, data } = await kept();
    const config = join(gateway.folder, 'deskline.toml');
    for (const [path, wrong, right] of [
      [data, 0o777, 0o700],
      [gateway.folder, 0o777, 0o700],
      [config, 0o666, 0o644],
      ...['journal.db', 'keys.json', 'local-key.pem', 'private-key.pem'].map((name) => [
        join(data, name),
        0o666,
        0o600,
      ]),
    ]) {
      chmodSync(path, wrong);
      const said = refusedToStart(gateway);
      const line = `icacls "${named(path)}" /inheritance:`;
      assert.ok(said.includes(`${named(path)} can be changed by others (Everyone)`) && said.includes(line), said);
      const { code, found } = doctor(gateway.folder);
      assert.equal(code, 2);
      assert.ok(
        found.some((one) => one.severity === 'failed' && one.remedy.startsWith(line)),
        JSON.stringify(found),
      );
      assert.equal(statSync(path).mode & 0o777, wrong, 'and is left as it is');
      chmodSync(path, right);
    }
    const next = await startGateway({ folder: gateway.folder });
    await next.stop();
  });

  test('what belongs to another account is refused, and left as it is', asRoot, async () => {
    const { gateway, data } = await kept();
    const config = join(gateway.folder, 'deskline.toml');
    for (const path of [data, join(data, 'keys.json'), join(data, 'local-key.pem'), config, gateway.folder]) {
      chownSync(path, 12345, 12345);
      rmSync(join(data, 'gateway.lock'));
      const said = refusedToStart(gateway);
      assert.ok(!existsSync(join(data, 'gateway.lock')), 'nothing is written into it');
      assert.match(said, /belongs to another account \(.*ANONYMOUS LOGON\), who may have changed it/i);
      assert.ok(said.includes(`${named(path)} belongs`), said);
      assert.ok(said.includes(`icacls "${named(path)}" /setowner *S-1-5-32-544`), said);
      const { code, found } = doctor(gateway.folder);
      const finding = found.find((one) => one.finding.startsWith(`${named(path)} belongs to another account`));
      // An administrator cannot know as which account the gateway runs.
      assert.deepEqual([finding?.severity, code === 2], path === data ? ['degraded', false] : ['failed', true], path);
      chownSync(path, 0, 0);
      writeFileSync(join(data, 'gateway.lock'), '');
    }
    rmSync(gateway.folder, { recursive: true });
  });

  test('a folder that somebody planted in %ProgramData% before the first start, with a configuration', asRoot, () => {
    const prefix = process.env.WINEPREFIX ?? resolve(import.meta.dirname, '../../../build/wine/doubles');
    const planted = join(prefix, 'drive_c/ProgramData/Deskline'),
      theirs = folderFor();
    mkdirSync(planted, { recursive: true, mode: 0o755 });
    try {
      writeFileSync(
        join(planted, 'deskline.toml'),
        `[server]\nlisten = "127.0.0.1:0"\ndata_dir = "${shown(theirs)}/data"\n`,
      );
      chownSync(join(planted, 'deskline.toml'), 12345, 12345);
      chownSync(planted, 12345, 12345);
      const { code, stderr } = run(['serve'], { timeout: 60_000 });
      assert.equal(code, 1, stderr);
      assert.match(stderr, /C:\\ProgramData\\Deskline\\deskline.toml belongs to another account/);
      assert.deepEqual(readdirSync(theirs), [], 'nothing is made where it says');
    } finally {
      rmSync(planted, { recursive: true });
      rmSync(theirs, { recursive: true });
    }
  });
});
