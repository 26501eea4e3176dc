// What the program says to somebody who called it wrongly, or with what has no effect.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { run } from '../../harness/harness.mjs';

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

test('help and version are asked for, not mistakes: exit 0, on stdout', () => {
  for (const args of [['--help'], ['key', '--help'], ['key', 'create', '--help'], ['--version']]) {
    const { code, stdout } = run(args);
    assert.equal(code, 0);
    assert.match(stdout, /deskline|Usage/);
  }
});
