// Files are where the configuration, the environment and the command line name them, in any script; and what names them
// to people is UTF-8. Under Wine the code page of the system is 1252, which has the German letters, in other bytes, and
// neither the Greek nor the Chinese ones.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from '../../harness/launch.mjs';
import { onWindows, program, run, shown } from '../../harness/harness.mjs';
import { environment } from '../../harness/program.mjs';
import { folderFor } from '../../harness/files.mjs';
import { freePort } from '../../harness/ports.mjs';
import { until } from '../../harness/waiting.mjs';

const scripts = {
  German: 'Jürgens Büro ß',
  Greek: 'γραφείο Αθήνας',
  Chinese: '坐席 桌面',
  'letters beyond the first plane': '🎧 𠮷',
  'all of them': 'ä γ 坐 🎧 €',
};
const utf8 = new TextDecoder('utf-8', { fatal: true });
// What the command writes, as bytes that must be UTF-8, where it ends with that code, or one of them.
function said(code, args, env = {}) {
  const [command, ...all] = [...(onWindows ? ['wine'] : []), program, ...args];
  const { status, stdout, stderr } = spawnSync(command, all, { env: environment(env), timeout: 60_000 });
  const text = utf8.decode(Buffer.concat([stdout, stderr])).replaceAll('\r', '');
  assert.ok([code].flat().includes(status), text);
  return text;
}

for (const [script, name] of Object.entries(scripts))
  describe(`names in ${script}`, () => {
    const folder = folderFor(),
      data = join(folder, 'data ' + name),
      file = join(folder, name + '.toml'),
      journal = join(folder, 'journal ' + name, name + '.db'),
      backup = join(folder, 'copy ' + name + '.db');
    const config = ['--config', shown(file)];
    const path = (of) => JSON.stringify(shown(of));
    let port;
    before(async () => {
      port = await freePort();
      mkdirSync(join(folder, 'journal ' + name), { mode: 0o700 });
      const sources = '[telephony]\nsource = "none"\n[audio]\nsource = "none"\n';
      writeFileSync(file, `[server]\nlisten = "127.0.0.1:${port}"\ndata_dir = ${path(data)}\n${sources}`);
    });
    after(() => rmSync(folder, { recursive: true, force: true }));
    const env = { DESKLINE_JOURNAL_PATH: shown(journal) };

    test('check-config finds the file and names it', () => {
      assert.equal(said(0, ['check-config', ...config]), `${shown(file)} is in order\n`);
    });

    test('one that is not there is named, and the system says why', () => {
      const missing = join(folder, name + ' 2.toml');
      assert.ok(said(1, ['check-config', '--config', shown(missing)]).includes(shown(missing)));
      const inNone = said(1, ['journal', 'backup', shown(join(folder, name + ' 3', 'copy.db')), ...config], env);
      assert.ok(inNone.includes(name), inNone);
    });

    test('serve makes its files there and nowhere else; commands find them', async () => {
      const before = readdirSync(folder);
      const gateway = await launch({ folder, file, env });
      try {
        await until('it listens', async () => (await fetchStatus(port)) === 200);
        assert.deepEqual(
          readdirSync(folder).filter((one) => !before.includes(one) && one !== 'double.log'),
          ['data ' + name],
        );
        for (const one of ['certificate.pem', 'private-key.pem', 'gateway.lock', 'local-key.pem'])
          assert.ok(existsSync(join(data, one)), one);
        assert.ok(existsSync(journal));
        assert.equal(run(['token', '--subject', 'ada', '--role', 'supervisor', ...config], { env }).code, 0);
        const second = run(['serve', ...config], { env, timeout: 60_000 });
        assert.equal(second.code, 1, second.stderr);
        assert.ok(second.stderr.includes(`The data folder ${shown(data)} is another gateway's`), second.stderr);
        assert.ok(said(0, ['journal', 'backup', shown(backup), ...config], env).includes(shown(backup)));
        assert.equal(readFileSync(backup).subarray(0, 15).toString(), 'SQLite format 3');
        const again = run(['journal', 'backup', shown(backup), ...config], { env });
        assert.ok(again.code === 1 && again.stderr.includes(shown(backup) + ' exists already'), again.stderr);
      } finally {
        gateway.signal('SIGINT');
        await gateway.ended();
      }
    });

    test('doctor names them', () => {
      const told = JSON.stringify(JSON.parse(said([0, 1], ['doctor', '--json', ...config], env)));
      for (const one of [data, journal]) assert.ok(told.includes(path(one).slice(1, -1)), told);
    });

    test('a mistake in the configuration is told with the name of the file, and its line', () => {
      const wrong = join(folder, 'wrong ' + name + '.toml');
      writeFileSync(wrong, `[server]\ndata_dri = "x"\n`);
      const told = said(1, ['check-config', '--config', shown(wrong)]);
      assert.ok(told.includes(shown(wrong) + ':2'), told);
    });
  });

async function fetchStatus(port) {
  try {
    return Number(
      execFileSync('curl', ['-sk', '-o', '/dev/null', '-w', '%{http_code}', `https://127.0.0.1:${port}/healthz`]),
    );
  } catch {
    return 0;
  }
}

describe('what is no name', () => {
  const folder = folderFor(),
    file = join(folder, 'deskline.toml');
  after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [what, value] of [
    ['a NUL in a path', '"a\\u0000b"'],
    ['a number', '1'],
    ['a list', '["a"]'],
  ])
    test(what + ' is refused', () => {
      writeFileSync(file, `[server]\ndata_dir = ${value}\n`);
      const { code, stderr } = run(['check-config', '--config', shown(file)]);
      assert.equal(code, 1);
      assert.match(stderr, /deskline\.toml:2: server\.data_dir must be /);
    });

  test('a NUL in another text is refused too', () => {
    writeFileSync(file, '[identity]\nissuer = "https://a.example"\njwks = "a.json\\u0000b"\n');
    const { code, stderr } = run(['check-config', '--config', shown(file)]);
    assert.equal(code, 1);
    assert.match(stderr, /identity\.jwks must be UTF-8 without NUL/);
  });

  for (const [what, value, wanted] of onWindows
    ? [
        ['"C:\\temp", in which TOML sees a tab', '"C:\\temp"', /2: server\.data_dir has a tab .*'C:\\temp'/],
        ['"C:\\Users", in which TOML sees an escape', '"C:\\Users"', /2: .*write 'C:\\Users/],
        ['a share', "'\\\\server\\share'", /2: server\.data_dir must be on a drive of this host/],
        ['a device', "'\\\\?\\C:\\x'", /2: server\.data_dir must be on a drive of this host/],
      ]
    : [])
    test(`on Windows, ${what} is refused with what to write`, () => {
      writeFileSync(file, `[server]\ndata_dir = ${value}\n`);
      assert.match(said(1, ['check-config', '--config', shown(file)]), wanted);
    });

  test('a file of another encoding is refused with the one that is meant', () => {
    writeFileSync(file, Buffer.from('[server]\nname = "B\xfcro"\n', 'latin1'));
    assert.match(said(1, ['check-config', '--config', shown(file)]), /:2.*save the file as UTF-8/);
  });

  test('an argument that is not UTF-8 is refused', { skip: onWindows && 'arguments are UTF-16 there' }, () => {
    const { status, stderr } = spawnSync('bash', ['-c', `exec "$0" check-config --config $'\\xff'`, program]);
    assert.equal(status, 2);
    assert.match(stderr.toString(), /is not UTF-8/);
  });

  test('what is no file is not read', { skip: !onWindows && 'COM1 and NUL are names of Windows' }, () => {
    for (const name of ['NUL', 'COM1']) assert.match(said(1, ['check-config', '--config', name]), /cannot be read/);
  });

  test('a path that begins with a slash is no option', () => {
    const copy = join(folder, 'copy.db');
    writeFileSync(file, '[server]\n');
    const { stderr } = run(['journal', 'backup', copy, '--config', shown(file)]);
    assert.doesNotMatch(stderr, /does not take/);
  });
});
