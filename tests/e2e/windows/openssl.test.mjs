// Nobody has a library of theirs loaded by way of OpenSSL's configuration: the program reads none, be it named in the
// environment or planted where OpenSSL would look for it. CVE-2019-1552 is of this kind.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { program, run, shown, startGateway } from '../harness/harness.mjs';
import { environment } from '../harness/program.mjs';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'deskline-test-')),
  mark = join(folder, 'loaded'),
  library = join(folder, 'hostile.dll'),
  configuration = join(folder, 'openssl.cnf'),
  file = join(folder, 'deskline.toml');
const section = (name, lines) => `[${name}]\n${lines}\n`;
copyFileSync(join(root, 'build/windows/hostile_module.dll'), library);
writeFileSync(
  configuration,
  'openssl_conf = start\n' +
    section('start', 'providers = all') +
    section('all', 'hostile = hostile') +
    section('hostile', `module = ${shown(library)}\nactivate = 1`),
);
writeFileSync(file, `[server]\nlisten = "127.0.0.1:0"\ndata_dir = "${shown(folder)}/data"\n`);
after(() => rmSync(folder, { recursive: true, force: true }));

// Whether anything was loaded meanwhile.
const loaded = () => existsSync(mark) && (rmSync(mark), true);
const env = { OPENSSL_CONF: shown(configuration), OPENSSL_MODULES: shown(folder), HOSTILE_MARK: shown(mark) };
const commands = [
  ['serve', '--help'],
  ['check-config'],
  ['token', '--subject', 'ada', '--role', 'supervisor'],
  ['key', 'create', '--name', 'crm', '--scopes', 'agents:read'],
  ['key', 'list'],
  ['revoke', '--subject', 'ada'],
  ['journal', 'verify'],
  ['doctor'],
];

describe("OpenSSL's configuration is not read", () => {
  test('the library is one that leaves its mark where it is loaded', () => {
    execFileSync('wine', ['rundll32', shown(library) + ',OSSL_provider_init'], { env: environment(env) });
    assert.ok(loaded());
  });

  for (const command of commands)
    test(`deskline ${command.join(' ')}`, () => {
      const args = command.includes('--help') ? command : [...command, '--config', shown(file)];
      const { code, stderr } = run(args, { env });
      assert.ok(code !== null && !loaded(), stderr);
    });

  test('deskline serve, through its first answer and its end', async () => {
    const gateway = await startGateway({ env });
    assert.equal((await gateway.request('GET', '/me')).status, 200);
    await gateway.stop();
    assert.ok(!loaded());
  });
});

describe('what is shipped says nothing of the machine that built it', () => {
  const texts = readFileSync(program, 'latin1').match(/[\x20-\x7e]{4,}/g);
  const wide = readFileSync(program, 'utf16le').match(/[\x20-\x7e]{4,}/g) ?? [];

  test('no path of it', () => {
    const paths = [root, homedir(), process.env.DESKLINE_CACHE ?? '.cache/deskline', '/usr/include', '/usr/lib'];
    const found = [...texts, ...wide].filter((text) => paths.some((path) => text.includes(path + '/')));
    assert.deepEqual(found, []);
  });

  test('no folder in which OpenSSL would look, but one that cannot be', () => {
    const folders = texts.filter(
      (text) =>
        /^(.*[/\\])?(ssl|ossl-modules|certs|private|cert\.pem|openssl\.cnf-.*)$/.test(text) && /[/\\]/.test(text),
    );
    assert.ok(folders.length > 0, 'there is none any more: see what became of them');
    assert.deepEqual(
      folders.filter((text) => !text.startsWith('?:/')), // no name on Windows has a question mark
      [],
    );
  });
});
