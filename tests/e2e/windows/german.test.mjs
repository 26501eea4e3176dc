// A German Windows: the system's words have letters that its code page, 1252, has in other bytes than UTF-8. Under Wine
// a German locale of Linux makes it one.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, shown, startGateway } from '../harness/harness.mjs';
import { folderFor } from '../harness/files.mjs';

describe('a German Windows', () => {
  const folder = folderFor(),
    file = join(folder, 'deskline.toml'),
    env = { LOCPATH: join(folder, 'locales'), LC_ALL: 'de_DE.UTF-8' };
  before(() => {
    mkdirSync(env.LOCPATH);
    execFileSync('localedef', ['-i', 'de_DE', '-f', 'UTF-8', join(env.LOCPATH, env.LC_ALL)]);
    const none = '[telephony]\nsource = "none"\n[audio]\nsource = "none"\n';
    writeFileSync(file, `[server]\nlisten = "127.0.0.1:0"\ndata_dir = "${shown(folder)}/a?b"\n` + none);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [what, args] of [
    ['a configuration that cannot be read', ['check-config', '--config', shown(join(folder, 'a?b.toml'))]],
    ['a folder that cannot be made', ['serve', '--config', shown(file)]],
    ['a copy that cannot be made', ['journal', 'backup', shown(join(folder, 'a?b.db')), '--config', shown(file)]],
  ])
    test(`what Windows says of ${what} is told in UTF-8`, () => {
      const { code, stderr } = run(args, { env, timeout: 60_000 });
      assert.equal(code, 1, stderr);
      assert.match(stderr, /Ungültiger Name/);
      assert.doesNotMatch(stderr, /\ufffd/);
    });

  test('so it is where JSON tells it', () => {
    const { stdout } = run(['doctor', '--json', '--config', shown(file)], { env });
    const all = JSON.parse(stdout).findings.map((one) => one.finding);
    assert.ok(
      all.some((one) => one.includes('Ungültiger Name')),
      stdout,
    );
  });

  test('the log of a gateway that runs there is UTF-8', async () => {
    const gateway = await startGateway({ env, config: '[log]\nformat = "json"\nlevel = "debug"\n' });
    await gateway.stop();
    const lines = gateway
      .log()
      .split('\n')
      .filter((one) => one.startsWith('{'));
    assert.ok(lines.length > 3, gateway.log());
    for (const line of lines) assert.doesNotMatch(JSON.parse(line).message, /\ufffd|\\x[0-9a-f]{2}/);
    assert.ok(
      lines.some((line) => JSON.parse(line).message.includes('γραφείο')),
      'the folder is named',
    );
  });
});
