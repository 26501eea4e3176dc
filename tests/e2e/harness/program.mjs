// The program that is tested, and its commands. DESKLINE_TARGET chooses which: `linux` (the simulated sources), or
// `windows` (deskline.exe under Wine, its COM sources served by the doubles). The tests are the same.
import { execFileSync, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { sleep } from './waiting.mjs';

const root = resolve(import.meta.dirname, '../../..');
export const target = process.env.DESKLINE_TARGET ?? 'linux';
export const onWindows = target === 'windows';
export const program =
  process.env.DESKLINE_PROGRAM ??
  (onWindows ? join(root, 'build/windows/deskline.exe') : join(root, 'build/sanitized/deskline'));
// Where tests make their folders (os.tmpdir). Under Wine that is a drive of its own, T: (tests/windows/prefix): a
// gateway looks at who may change the folders above its own, and Wine does not know that in /tmp only owners may.
const drive = join(root, 'build/wine/files');
if (onWindows) process.env.TMPDIR = drive;
// How the folders of gateways begin: in letters that no code page of Windows has together, so that every test under
// Wine has its files, its messages and its command line with such a name.
export const inManyLetters = 'deskline-Büro-γραφείο-坐席-';
// A path as the program sees it.
export const shown = (path) => {
  if (!onWindows) return path;
  return path.startsWith(drive + '/') ? 'T:' + path.slice(drive.length) : 'Z:' + path;
};

export const environment = (extra) => ({
  ...process.env,
  ...(onWindows ? { WINEPREFIX: process.env.WINEPREFIX ?? join(root, 'build/wine/doubles'), WINEDEBUG: '-all' } : {}),
  ...extra,
});

// `through`: a command that runs the program, such as prlimit with its arguments. `timeout`: milliseconds, after which
// it is killed; its code is null then. Without it, the program has five minutes, and a longer run throws.
export function run(args, options = {}) {
  const [command, ...all] = [...(options.through ?? []), ...(onWindows ? ['wine'] : []), program, ...args];
  try {
    const stdout = execFileSync(command, all, {
      encoding: 'utf8',
      env: environment(options.env ?? {}),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeout ?? 300_000,
      killSignal: 'SIGKILL',
    });
    return { code: 0, stdout: stdout.replaceAll('\r', ''), stderr: '' };
  } catch (error) {
    if (error.code === 'ETIMEDOUT' && !options.timeout)
      throw new Error(`it did not end within five minutes: ${args.join(' ')}`);
    return {
      code: error.status,
      stdout: (error.stdout ?? '').replaceAll('\r', ''),
      stderr: (error.stderr ?? '').replaceAll('\r', ''),
    };
  }
}

// For `through`: runs the program without root's capabilities, so that modes of files count for root too. Linux only.
const without = (...capabilities) =>
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set', capabilities.map((one) => '-' + one).join(',')] : [];
export const boundByModes = without('dac_override', 'dac_read_search');
export const boundToHighPorts = without('net_bind_service');

// As `run`, but asynchronous: returns a promise.
export const runBeside = (args, options = {}) =>
  new Promise((done) => {
    const child = spawn(onWindows ? 'wine' : program, [...(onWindows ? [program] : []), ...args], {
      env: environment(options.env ?? {}),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '',
      stderr = '';
    child.stdout.on('data', (d) => (stdout += d));
    child.stderr.on('data', (d) => (stderr += d));
    const said = new Promise((end) => child.on('close', end));
    child.on('exit', async (code) => {
      await Promise.race([said, sleep(1000)]); // under Wine another process may hold the pipes, for ever
      child.stdout.destroy();
      child.stderr.destroy();
      done({ code, stdout: stdout.replaceAll('\r', ''), stderr: stderr.replaceAll('\r', '') });
    });
  });
