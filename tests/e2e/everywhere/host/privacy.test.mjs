// Only the gateway's own account can read its files, and nobody else may write the files that it trusts.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { run, startGateway } from '../../harness/harness.mjs';
import { folderFor, linux, ready, isReady, refusedToStart } from '../../harness/files.mjs';

describe('what it keeps is for its own account alone', linux, () => {
  const mode = (path) => (statSync(path).mode & 0o777).toString(8);
  const everything = (folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name));

  test('whatever the umask, each file is 0600 and each folder 0700, the backup too', async () => {
    const gateway = await startGateway({
      through: ['bash', '-c', 'umask 000; exec "$@"', 'bash'],
      config: '[webhooks]\nallow_private_networks = true\n',
    });
    await gateway.signIn('1001');
    gateway.key('crm', '--scopes', 'agents:read');
    const backup = join(gateway.folder, 'backup.db');
    assert.equal(gateway.cli('journal', 'backup', backup).code, 0);
    const all = everything(join(gateway.folder, 'data'));
    const open = [join(gateway.folder, 'data'), ...all, backup]
      .map((path) => [path, mode(path)])
      .filter(([path, is]) => is !== (statSync(path).isDirectory() ? '700' : '600'));
    assert.deepEqual(open, []);
    for (const name of [
      'journal.db',
      'journal.db-wal',
      'journal.db-shm',
      'journal.db.lock',
      'gateway.lock',
      'keys.json',
      'keys.json.lock',
      'local-key.pem',
      'private-key.pem',
      'certificate.pem',
    ])
      assert.ok(
        all.some((path) => path.endsWith('/' + name)),
        name,
      );
    await gateway.stop();
  });

  test('a folder of an older version, open to others, is mended and said', async () => {
    const gateway = await startGateway({ keep: true });
    gateway.key('crm', '--scopes', 'agents:read');
    await gateway.stop();
    const data = join(gateway.folder, 'data'),
      files = ['journal.db', 'keys.json', 'local-key.pem', 'private-key.pem'];
    chmodSync(data, 0o755);
    files.forEach((name) => chmodSync(join(data, name), 0o644));
    const doctor = JSON.parse(
      run(['doctor', '--json', '--config', join(gateway.folder, 'deskline.toml')]).stdout,
    ).findings.filter((finding) => finding.area === 'privacy');
    assert.deepEqual(
      doctor.map(({ severity }) => severity),
      Array(5).fill('degraded'),
    );
    assert.ok(
      doctor.some(({ remedy }) => remedy === `chmod 600 ${join(data, 'keys.json')}`),
      JSON.stringify(doctor),
    );
    assert.ok(doctor.some(({ remedy }) => remedy === `chmod 700 ${data}`));
    const next = await startGateway({ folder: gateway.folder, keep: true });
    for (const path of [data, ...files.map((name) => join(data, name))]) {
      assert.equal(mode(path), path === data ? '700' : '600', path);
      assert.match(
        next.log(),
        new RegExp(path + ' can be read by others \\(mode 0(755|644)\\); that was taken from them'),
      );
    }
    await isReady(next);
    await next.stop();
    rmSync(gateway.folder, { recursive: true });
  });

  test('what others may write is refused, with the line that mends it', async () => {
    const gateway = await startGateway({ keep: true });
    gateway.key('crm', '--scopes', 'agents:read');
    await gateway.stop();
    const data = join(gateway.folder, 'data');
    for (const [path, wrong, right] of [
      [data, 0o777, 0o700],
      [data, 0o770, 0o700],
      ...['journal.db', 'keys.json', 'local-key.pem', 'private-key.pem'].flatMap((name) => [
        [join(data, name), 0o666, 0o600],
        [join(data, name), 0o620, 0o600],
      ]),
    ]) {
      chmodSync(path, wrong);
      const said = refusedToStart(gateway);
      assert.ok(said.includes(path) && said.includes(`chmod ${right.toString(8)} ${path}`), said);
      const doctor = run(['doctor', '--config', join(gateway.folder, 'deskline.toml')]);
      assert.equal(doctor.code, 2);
      assert.ok(doctor.stdout.includes(`chmod ${right.toString(8)} ${path}`), doctor.stdout);
      assert.equal(statSync(path).mode & 0o777, wrong, 'and is left as it is');
      chmodSync(path, right);
    }
    rmSync(gateway.folder, { recursive: true });
  });

  test('what a start believes, and the folders above it, others may not write either', async () => {
    const gateway = await startGateway({ keep: true });
    await gateway.stop();
    const config = join(gateway.folder, 'deskline.toml');
    for (const [path, wrong, right] of [
      [config, 0o666, 0o644],
      [config, 0o646, 0o644],
      [gateway.folder, 0o777, 0o700],
    ]) {
      chmodSync(path, wrong);
      const said = refusedToStart(gateway);
      assert.ok(said.includes(`${path} can be changed by others`) && said.includes(`chmod go-w ${path}`), said);
      assert.equal(run(['doctor', '--config', config]).code, 2);
      chmodSync(path, right);
    }
    chmodSync(gateway.folder, 0o1777); // as /tmp is: only its owner may remove a file
    const sticky = await startGateway({ folder: gateway.folder });
    await sticky.stop();
  });

  // A folder that a gateway has made, and a key that an administrator gives, which others can read.
  async function withGivenKey() {
    const gateway = await startGateway({ keep: true });
    gateway.key('crm', '--scopes', 'agents:read');
    await gateway.stop();
    const data = join(gateway.folder, 'data'),
      given = join(gateway.folder, 'given.key');
    writeFileSync(given, readFileSync(join(data, 'private-key.pem')));
    chmodSync(given, 0o644);
    const config = `[server]\ncertificate = "${join(data, 'certificate.pem')}"\nprivate_key = "${given}"\n`;
    return { gateway, data, given, config };
  }

  test('a key that an administrator gives is the administrator’s own: that others can read it is only said', async () => {
    const { gateway, given, config } = await withGivenKey();
    const next = await startGateway({ folder: gateway.folder, keep: true, config });
    assert.match(
      next.log(),
      new RegExp(`warn.* ${given} can be read by others \\(mode 0644\\): \`chmod go-w,o-r ${given}\``),
    );
    assert.equal(mode(given), '644', 'it is not ours to change');
    await next.stop();
    chmodSync(given, 0o640); // its group may read it: that is how an administrator gives a file
    const last = await startGateway({ folder: gateway.folder, config });
    assert.doesNotMatch(last.log(), /given\.key can be read/);
    await last.stop();
  });

  const asRoot = { skip: process.getuid?.() !== 0 && 'only root gives a file to another account' };
  test(
    'what belongs to another account is said, and refused where only the gateway’s may have it',
    asRoot,
    async () => {
      const { gateway, data, given, config } = await withGivenKey();
      chownSync(given, 23456, 23456); // as certificate tools do
      chmodSync(given, 0o600);
      const lent = await startGateway({ folder: gateway.folder, keep: true, config });
      assert.match(
        lent.log(),
        new RegExp(`info.* ${given} belongs to another account \\(23456\\): that account may change it`),
      );
      await lent.stop();
      const ours = join(gateway.folder, 'deskline.toml'),
        baseline = run(['doctor', '--config', ours]).code;
      chownSync(given, 0, 0);
      chownSync(ours, 23456, 23456); // as where a file is mounted into a container
      const looked = run(['doctor', '--config', ours]);
      assert.deepEqual(
        [
          looked.code,
          looked.stdout.includes(`${ours} belongs to another account (23456)`),
          looked.stdout.includes('chown'),
        ],
        [baseline, true, false],
        looked.stdout,
      );
      chownSync(ours, 0, 0);
      for (const path of [join(data, 'keys.json'), join(data, 'local-key.pem'), gateway.folder]) {
        chownSync(path, 12345, 12345);
        const said = refusedToStart(gateway);
        assert.ok(
          said.includes(`${path} belongs to another account (12345)`) && said.includes(`chown 0 ${path}`),
          said,
        );
        const doctor = run(['doctor', '--config', join(gateway.folder, 'deskline.toml')]);
        assert.deepEqual([doctor.code, doctor.stdout.includes(`chown 0 ${path}`)], [2, true], doctor.stdout);
        chownSync(path, 0, 0);
      }
      // The owner of the folder is the gateway's account.
      for (const path of [data, join(data, 'keys.json')]) chownSync(path, 12345, 12345);
      const theirs = await startGateway({ folder: gateway.folder, keep: true, config });
      theirs.key('by root', '--scopes', 'agents:read');
      assert.equal(statSync(join(data, 'keys.json')).uid, 12345, 'what root changes stays its owner’s');
      await theirs.stop();
    },
  );

  test('links that somebody put where files are to be made are not followed', async () => {
    for (const name of [
      'gateway.lock',
      'journal.db.lock',
      'journal.db',
      'keys.json',
      'local-key.pem',
      'private-key.pem',
      'certificate.pem',
    ]) {
      const folder = folderFor(),
        bait = join(folder, 'bait'),
        file = join(folder, 'deskline.toml');
      mkdirSync(join(folder, 'data'), { mode: 0o700 });
      symlinkSync(bait, join(folder, 'data', name));
      writeFileSync(file, `[server]\nlisten = "127.0.0.1:0"\ndata_dir = "${folder}/data"\n`);
      if (name.startsWith('journal.db')) {
        const other = await startGateway({ folder }); // it serves, not durably
        assert.equal((await ready(other)).status, 503);
        assert.ok(!existsSync(bait), name);
        unlinkSync(join(folder, 'data', name));
        await other.stop();
        continue;
      }
      const said = run(['serve', '--config', file]);
      assert.equal(said.code, 1, name);
      assert.ok(said.stderr.includes(name), said.stderr);
      assert.ok(!existsSync(bait), name);
      rmSync(folder, { recursive: true });
    }
    const gateway = await startGateway(),
      bait = join(gateway.folder, 'bait');
    symlinkSync(bait, join(gateway.folder, 'backup.db'));
    assert.match(gateway.cli('journal', 'backup', join(gateway.folder, 'backup.db')).stderr, /exists already/);
    symlinkSync(bait, join(gateway.folder, 'data/keys.json.lock'));
    assert.equal(gateway.cli('revoke', '--subject', 'ada').code, 1);
    assert.ok(!existsSync(bait));
    unlinkSync(join(gateway.folder, 'data/keys.json.lock'));
    unlinkSync(join(gateway.folder, 'backup.db'));
    await gateway.stop();
  });
});
