// Shared by the tests of the files that a gateway keeps, or is given.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onWindows, run, shown, until } from './harness.mjs';
import { inManyLetters } from './program.mjs';

export const folderFor = () => mkdtempSync(join(tmpdir(), inManyLetters));
export const linux = { skip: onWindows && 'modes, links and limits of Linux' };
export const status = async (gateway, token) => (await gateway.request('GET', '/me', undefined, { token })).status;
export const ready = (gateway) => gateway.request('GET', '//readyz', undefined, { token: '' });
// Waits until the gateway's sources are connected, a moment after it listens.
export const isReady = (gateway) => until('it is ready', async () => (await ready(gateway)).status === 200);
export const times = (log, pattern) => log.split('\n').filter((line) => pattern.test(line)).length;
// Ways in which a file cannot be read, also by root (tests may run as root, whom a mode does not keep out).
export const harms = [
  ['a folder is in its place', (path) => mkdirSync(path, { mode: 0o700 })],
  ['it is gone', () => {}],
  ['it is empty', (path) => writeFileSync(path, '', { mode: 0o600 })],
  ['it is broken', (path) => writeFileSync(path, '{"keys": [', { mode: 0o600 })],
  ...(onWindows ? [] : [['a link to nowhere is in its place', (path) => symlinkSync(path + '.nowhere', path)]]),
];
export const harm = (path, make) => (renameSync(path, path + '.kept'), make(path));
export const heal = (path) => (rmSync(path, { recursive: true, force: true }), renameSync(path + '.kept', path));
export function refusedToStart(gateway, options = {}) {
  const answer = run(['serve', '--config', shown(join(gateway.folder, 'deskline.toml'))], {
    timeout: 60_000,
    ...options,
  });
  assert.equal(answer.code, 1, answer.code === null ? 'it serves: ' + answer.stderr : answer.stderr);
  return answer.stderr;
}
