import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { badEnd, badEnds, running } from './ending.mjs';
import { freePort } from './ports.mjs';
import { environment, inManyLetters, onWindows, program, shown } from './program.mjs';
import { sleep } from './waiting.mjs';

// The defaults where a test does not configure them: no limits on rates, and ports that nobody else has.
function configuration({ config, folder, port, traffic, agents, telephonyConsole, audioConsole }) {
  const unless = (key, line) => (config.includes(key) ? '' : line + '\n');
  const server =
    `[server]\nlisten = "127.0.0.1:${port}"\ndata_dir = "${shown(folder)}/data"\ndrain_seconds = 1\n` +
    unless('rate_limit', 'rate_limit = 0') +
    unless('streams_per_account', 'streams_per_account = 0');
  let sections = config.startsWith('[server]') ? server + config.slice('[server]'.length) : server + config;
  // Tests of refusals are refused more often than the throttle on guessing allows.
  if (!config.includes('free_failures')) {
    if (!config.includes('[identity]')) sections += '\n[identity]\n';
    sections = sections.replace('[identity]\n', '[identity]\nfree_failures = 0\n');
  }
  if (onWindows) return sections;
  return (
    sections +
    `\n[telephony.simulated]\ntraffic = ${traffic}\nagents = ${agents}\nconsole = ${telephonyConsole}\n` +
    `[audio.simulated]\nconsole = ${audioConsole}\n`
  );
}

// Watches a gateway: what it says, and how it ends.
function watch(child, mayBeKilled) {
  let log = '',
    killed = mayBeKilled,
    wrong = '',
    expected = 0;
  child.stderr.on('data', (d) => (log += d));
  const said = new Promise((done) => child.stderr.on('end', done));
  const kill = (why = 'it had to be killed: the test was over') => {
    killed = why;
    child.kill('SIGKILL');
  };
  running.add(kill);
  const exit = new Promise((done) =>
    child.on('exit', async (code, signal) => {
      running.delete(kill);
      await Promise.race([said, sleep(1000)]); // under Wine another process may hold the pipe, for ever
      child.stderr.destroy();
      wrong = badEnd({ code, signal }, log, { listened: /listening on/.test(log), killed, expected });
      if (wrong) badEnds.add(wrong);
      done({ code, signal });
    }),
  );
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    exit,
    log: () => log,
    running: isRunning,
    endsWith: (code) => (expected = code),
    signal: (name) => {
      if (!isRunning()) return;
      if (name === 'SIGKILL') killed ||= true;
      process.kill(child.pid, name);
    },
    async ended() {
      const timer = setTimeout(() => kill('it did not end within 20 s; the last it said: ' + log.slice(-500)), 20_000);
      const how = await exit;
      clearTimeout(timer);
      if (wrong) throw new Error('the gateway did not end well: ' + wrong);
      return how;
    },
  };
}

// Starts a gateway, with the configuration `file` where that is there already, and checks how it ends. `signal` sends a
// signal; after SIGKILL the test expects that end. `ended` waits for its end, and throws where that was a bad one.
export async function launch({
  config = '',
  env = {},
  traffic = 0,
  agents = 12,
  folder = mkdtempSync(join(tmpdir(), inManyLetters)),
  file,
  port = 0,
  through = [],
} = {}) {
  // `port` is free while no gateway runs, so `freePort` may return it.
  const consolePort = async () => ((one) => (one === port ? freePort() : one))(await freePort());
  const telephonyConsole = await consolePort(),
    audioConsole = await consolePort();
  const doubleLog = join(folder, 'double.log');
  if (!file) {
    file = join(folder, 'deskline.toml');
    writeFileSync(
      file + '.new',
      configuration({ config, folder, port, traffic, agents, telephonyConsole, audioConsole }),
    );
    // The file is replaced as a whole: a command beside a start that found it empty would take every default, and work
    // in another folder.
    renameSync(file + '.new', file);
  }
  const [command, ...args] = [...through, ...(onWindows ? ['wine'] : []), program, 'serve', '--config', shown(file)];
  const child = spawn(command, args, {
    env: environment({
      DESKLINE_DOUBLE_LOG: shown(doubleLog),
      DESKLINE_DOUBLE_TELEPHONY_CONSOLE: String(telephonyConsole),
      DESKLINE_DOUBLE_AUDIO_CONSOLE: String(audioConsole),
      DESKLINE_DOUBLE_TRAFFIC: String(traffic),
      ...env,
    }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const watched = watch(child, Boolean(env.DESKLINE_FAILPOINT));
  return { folder, file, doubleLog, child, telephonyConsole, audioConsole, ...watched };
}
