// What the program says to somebody who called it wrongly, or with what has no effect.
import { test, after } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, runBeside, shown, sleep, startGateway, until } from '../../harness/harness.mjs';

const folder = mkdtempSync(join(tmpdir(), 'deskline-test-')),
  file = join(folder, 'deskline.toml');
writeFileSync(file, `[server]\ndata_dir = "${shown(folder)}/data"\n`);
after(() => rmSync(folder, { recursive: true, force: true }));
const beside = (...args) => runBeside([...args, '--config', shown(file)]);

const commands = 'serve, check-config, token, doctor, journal, key, revoke';
const misuses = [
  [[], /`deskline` needs one of its commands: /, commands, '`deskline --help`'],
  [['frobnicate'], /`deskline` has no command 'frobnicate'; it has /, commands, '`deskline --help`'],
  [['key'], /`deskline key` needs one of its commands: /, 'create, list, revoke', '`deskline key --help`'],
  [['key', 'frobnicate'], /`deskline key` has no command 'frobnicate'; it has /, 'create, list, revoke'],
  [['journal', 'frobnicate'], /`deskline journal` has no command /, 'backup, export, forget, audit, verify'],
  [['key', 'list', '--jsn'], /`deskline key list` has no option '--jsn'; the nearest is /, '--json'],
  [['token', '--sbject=ada'], /`deskline token` has no option '--sbject'; the nearest is /, '--subject'],
  [['--versoin'], /`deskline` has no option '--versoin'; the nearest is /, '--version'],
  [['--config', 'x.toml', 'key', 'list'], /--config belongs behind the command: /, '`deskline key list --config …`'],
  [['serve', 'now'], /`deskline serve` does not take 'now'/, '`deskline serve --help`'],
  [['key', 'revoke', 'crm', 'erp'], /`deskline key revoke` does not take 'erp'/, '`deskline key revoke --help`'],
  [['token'], /token: --subject is required/, '`deskline token --help`'],
];

for (const [args, said, ...parts] of misuses)
  test(`deskline ${args.join(' ')}: exit 2, and stderr names what is wrong, what there is and where help is`, () => {
    const { code, stdout, stderr } = run(args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, said);
    for (const part of parts) assert.ok(stderr.includes(part), `${part} in: ${stderr}`);
    assert.match(stderr, /--help` says what there is\n$/);
  });

test('an option that ends with = and no value does not take the next word for one', () => {
  const { code, stdout, stderr } = run(['token', '--subject', 'ada', '--agent=', '--config', 'x.toml']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /'--agent=' has no value/);
});

test('help and version are asked for, not mistakes: exit 0, on stdout', () => {
  for (const args of [['--help'], ['key', '--help'], ['key', 'create', '--help'], ['--version']]) {
    const { code, stdout } = run(args);
    assert.equal(code, 0);
    assert.match(stdout, /deskline|Usage/);
  }
});

const words = (line) =>
  line
    .split(' ')
    .filter(Boolean)
    .map((word) => (word === "''" ? '' : word));
const nobody = /for nobody: it sees no agent, session or call. Give /,
  nothing = /reaches nothing of the switch and the sound.* agents:read, calls:read, switch:read or audio:read/,
  scopeless = /--scopes? holds an integration alone/;
const doubtful = [
  ['', nobody, /--role agent --agent ID, or --role supervisor/],
  ['--role agent --group Sales', nobody],
  ["--role agent --agent ''", nobody],
  ["--role supervisor --group ''", nobody, /--group NAME, or no group/],
  ['--role integration --scope webhooks', nothing],
  ["--role integration --scope agents:read --group ''", nothing],
  ['--role supervisor --scope agents:read', scopeless, /--role integration/],
  ['--role admin --group Sales', /--group does not hold an admin/, /--role supervisor/],
];
for (const [args, ...said] of doubtful)
  test(`deskline token ${args}: the token is made, and stderr says what it cannot do and what to give`, async () => {
    const { code, stdout, stderr } = await beside('token', '--subject', 'ada', ...words(args));
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    for (const what of said) assert.match(stderr, what);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  });

test('deskline key create: of a key of no use the same is said, with its own options', async () => {
  for (const [args, said] of [
    ['--role agent', /--role agent --agents ID/],
    ['--scopes webhooks', nothing],
    ['--role supervisor --scopes calls:read', scopeless],
  ]) {
    const { code, stderr } = await beside('key', 'create', '--name', args, ...args.split(' '));
    assert.equal(code, 0, stderr);
    assert.match(stderr, said);
  }
});

test('deskline token: what is of use is made without a word', async () => {
  for (const args of [
    '--role agent --agent 1001',
    '--role supervisor',
    '--role supervisor --group Sales',
    '--role supervisor --agent 1001',
    '--role integration',
    '--role integration --scope agents:write',
    '--role integration --scope calls:read --agent 1001',
    '--role integration --scope webhooks --scope audio:read',
    '--role admin',
  ]) {
    const { code, stderr } = await beside('token', '--subject', 'ada', ...args.split(' '));
    assert.deepEqual([code, stderr], [0, ''], args);
  }
});

test('deskline token: one that the gateway would not believe is not made', async () => {
  for (const [args, said] of [
    [['--subject', ''], /names no subject/],
    [['--subject', 'a'.repeat(256)], /longer than 255 bytes/],
    [['--subject', 'ada', '--role', 'agent', '--agent', 'a'.repeat(256)], /longer than 255 bytes/],
  ]) {
    const { code, stdout, stderr } = await beside('token', ...args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, said);
  }
});

test('an environment variable that names no key: said by check-config, doctor and the log, with the nearest', async () => {
  const env = { DESKLINE_SERVER_LISTN: '127.0.0.1:1', DESKLINE_RUN_PORT: '1' };
  const said = /DESKLINE_SERVER_LISTN names no key.*DESKLINE_SERVER_LISTEN/s;
  const checked = await runBeside(['check-config', '--config', shown(file)], { env });
  assert.equal(checked.code, 0);
  assert.match(checked.stderr, said);
  const { stdout } = await runBeside(['doctor', '--json', '--config', shown(file)], { env });
  const { findings } = JSON.parse(stdout);
  const told = findings.filter((f) => f.area === 'configuration');
  assert.equal(told.length, 1, stdout);
  assert.equal(told[0].severity, 'degraded');
  assert.match(told[0].finding + told[0].remedy, said);
  const gateway = await startGateway({ env });
  assert.match(gateway.log(), / warn.*DESKLINE_SERVER_LISTN names no key.*DESKLINE_SERVER_LISTEN/);
  assert.doesNotMatch(gateway.log(), /DESKLINE_RUN_PORT/);
  await gateway.stop();
});

test('a command that writes into the journal of a running gateway: the log says which commands do, and copying is none', async () => {
  const gateway = await startGateway(),
    said = () => gateway.log().match(/wrote into the journal.*/g) ?? [];
  assert.equal(gateway.cli('journal', 'backup', shown(join(folder, 'copy.db'))).code, 0);
  await sleep(2500); // it looks once a second
  assert.deepEqual(said(), []);
  for (const [n, args] of [
    ['key', 'create', '--name', 'crm', '--scopes', 'agents:read'],
    ['revoke', '--subject', 'ada'],
    ['journal', 'forget', '--agent', '1001'],
  ].entries()) {
    assert.equal(gateway.cli(...args).code, 0);
    await until('a line of the log', () => said().length === n + 1);
    assert.ok(said()[n].includes(`\`deskline ${args.slice(0, args[0] === 'journal' ? 2 : 1).join(' ')}\``), said()[n]);
  }
  await gateway.stop();
});
