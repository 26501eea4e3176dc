// Starts a gateway and talks to it from outside, over real sockets. DESKLINE_TARGET chooses which: `linux` (the simulated sources), or
// `windows` (deskline.exe under Wine, its COM sources served by the doubles). The tests are the same.
import { spawn, execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, renameSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createServer, connect } from 'node:net';
import { after } from 'node:test';
import https from 'node:https';
import { gunzipSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { Contract } from './contract.mjs';
import { recordMessage, recordRequest } from './recording.mjs';

const root = resolve(import.meta.dirname, '../..');
export const target = process.env.DESKLINE_TARGET ?? 'linux';
export const onWindows = target === 'windows';
export const program = process.env.DESKLINE_PROGRAM ?? (onWindows ? join(root, 'build/windows/deskline.exe') : join(root, 'build/sanitized/deskline'));
export const shown = (path) => (onWindows ? 'Z:' + path : path); // a path as the program sees it

// Below the ports that systems give to outgoing connections (Linux from 32768, Windows from 49152): one of those could take it before the gateway
// does, or while the gateway is being started again. Several files may run at a time: each has 250 ports of its own, which it holds by one of
// 60 more for as long as it runs, and gives out the same one late.
const listening = (port) =>
  new Promise((done) => {
    const server = createServer((socket) => socket.destroy()); // else whoever comes by would keep it from closing
    server.on('error', () => done(undefined));
    server.listen(port, '127.0.0.1', () => done(server));
  });
const ownPorts = (async () => {
  for (let i = process.pid % 60; ; i = (i + 1) % 60) {
    const held = await listening(14_900 + i);
    if (held) return held.unref(), 15_000 + i * 250;
  }
})();
let nextPort = Math.floor(Math.random() * 250);
export async function freePort() {
  for (;;) {
    const server = await listening((await ownPorts) + (nextPort++ % 250));
    if (!server) continue;
    const { port } = server.address();
    await new Promise((done) => server.close(done));
    return port;
  }
}

export const until = async (what, check, milliseconds = 20_000) => {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error('never came: ' + what);
    await new Promise((r) => setTimeout(r, 20));
  }
};

// A test that failed leaves its gateway and its clients behind, which would keep the file from ending; the file's own hooks come first.
const running = new Set();
after(() => {
  setTimeout(() => running.forEach((kill) => kill()), 30_000).unref();
  setTimeout(() => {
    console.error('# the file did not end by itself: something that a test began goes on');
    process.exit(1);
  }, 240_000).unref(); // longer than a client waits for an answer
});

// How a gateway may end: with exit code 0, or another that the test has said (`endsWith`); killed, where a test has said so (`signal('SIGKILL')`, a failpoint);
// with 1 and a reason before it listens. Anything else (a fault, an abort, a sanitizer's report, no end at all) fails the test that stops it, and the whole file.
const badEnds = new Set();
process.on('exit', () => {
  for (const why of badEnds) console.error('# a gateway did not end well: ' + why);
  if (badEnds.size) process.exitCode = 1;
});
const sanitizerReport = /(==\d+==\s*ERROR: \w+|WARNING: ThreadSanitizer|runtime error: )[^\n]*/;

export function badEnd({ code, signal }, log, { listened = true, killed = false, expected = 0 } = {}) {
  const report = log.match(sanitizerReport)?.[0];
  if (report) return report + '\n' + log.slice(log.indexOf(report), log.indexOf(report) + 4000);
  if (typeof killed === 'string') return killed;
  if (killed && (signal === 'SIGKILL' || code === 137 || code === 0)) return '';
  if (!listened && code === 1) return '';
  return code === expected ? '' : `exit code ${code}, signal ${signal}; the last it said: ${log.slice(-500)}`;
}

const environment = (extra) => ({ ...process.env, ...(onWindows ? { WINEPREFIX: process.env.WINEPREFIX ?? join(root, 'build/wine/doubles'), WINEDEBUG: '-all' } : {}), ...extra });

// `through`: a command that runs the program, such as prlimit with its arguments. `timeout`: milliseconds, after which it is killed; its code is null then.
// Without, it has five minutes, and what takes longer throws.
export function run(args, options = {}) {
  const [command, ...all] = [...(options.through ?? []), ...(onWindows ? ['wine'] : []), program, ...args];
  try {
    const stdout = execFileSync(command, all, { encoding: 'utf8', env: environment(options.env ?? {}), stdio: ['ignore', 'pipe', 'pipe'], timeout: options.timeout ?? 300_000, killSignal: 'SIGKILL' });
    return { code: 0, stdout: stdout.replaceAll('\r', ''), stderr: '' };
  } catch (error) {
    if (error.code === 'ETIMEDOUT' && !options.timeout) throw new Error(`it did not end within five minutes: ${args.join(' ')}`);
    return { code: error.status, stdout: (error.stdout ?? '').replaceAll('\r', ''), stderr: (error.stderr ?? '').replaceAll('\r', '') };
  }
}

// For `through`: without capabilities that root has, so that modes of files count whoever runs the tests. Linux only.
const without = (...capabilities) =>
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set', capabilities.map((one) => '-' + one).join(',')] : [];
export const boundByModes = without('dac_override', 'dac_read_search');
export const boundToHighPorts = without('net_bind_service');

// The same, beside others: the answer is a promise.
export const runBeside = (args, options = {}) =>
  new Promise((done) => {
    const child = spawn(onWindows ? 'wine' : program, [...(onWindows ? [program] : []), ...args], { env: environment(options.env ?? {}), stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '', stderr = '';
    child.stdout.on('data', (d) => (stdout += d));
    child.stderr.on('data', (d) => (stderr += d));
    child.on('close', (code) => done({ code, stdout: stdout.replaceAll('\r', ''), stderr: stderr.replaceAll('\r', '') }));
  });

// No answer came: the connection was refused, or cut. That alone is what a test that kills, or takes memory away, may excuse; whatever else a request
// fails with is a finding.
export class Unanswered extends Error {}

// Work that goes on beside a test, each piece for as long as `running`. What one of them finds wrong ends them all, and the test where it looks next.
export class Beside {
  running = true;
  works = [];
  wrong = undefined;
  add(work) {
    this.works.push(work.catch((error) => {
      this.wrong ??= error;
      this.running = false;
    }));
  }
  look() {
    if (this.wrong) throw this.wrong;
  }
  async end() {
    this.running = false;
    await Promise.all(this.works);
    this.look();
  }
}

export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// One line to the simulator's console, one line back.
const say = (port, request) =>
  new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(JSON.stringify(request) + '\n'));
    let text = '';
    socket.on('data', (d) => {
      text += d;
      if (text.includes('\n')) {
        socket.destroy();
        const reply = JSON.parse(text);
        reply.error ? fail(new Error(JSON.stringify(reply))) : done(reply);
      }
    });
    socket.on('error', fail);
  });

// Everything that a gateway wrote is searched for what it must never write: its callers' tokens, keys, tickets and planted PINs.
export class Secrets {
  planted = new Set();
  bytes = 0;
  found = [];
  plant(secret) {
    if (secret) this.planted.add(secret);
    return secret;
  }
  token(text) {
    this.plant(text.split('.')[2]); // the signature: without it a token is worth nothing
    return text;
  }
  search(text, where) {
    this.bytes += text.length;
    for (const secret of this.planted) if (text.includes(secret)) this.found.push(`${secret.slice(0, 6)}… in ${where}`);
  }
  searchFiles(folder, spared = []) {
    if (!existsSync(folder)) return; // ended a second time
    for (const entry of readdirSync(folder, { recursive: true })) {
      const path = join(folder, entry);
      if (statSync(path).isFile() && !spared.some((name) => path.endsWith(name))) this.search(readFileSync(path, 'latin1'), entry);
    }
  }
}

export class Stream {
  constructor(socket, contract, secrets) {
    this.socket = socket;
    this.frames = [];
    this.waiters = [];
    this.closed = new Promise((done) => socket.on('close', (code, reason) => done({ code, reason: reason.toString() })));
    socket.on('message', (data) => {
      secrets?.search(String(data), 'a frame');
      const frame = JSON.parse(data);
      this.frames.push(frame);
      this.wrong ||= contract?.frame(frame);
      for (const waiter of [...this.waiters]) waiter();
    });
    socket.on('error', () => {});
  }
  send(message) {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    recordMessage(text);
    this.socket.send(text);
  }
  // The first frame that fits, come already or still to come. `fits` is asked once for each frame, in their order: it may count them.
  frame(what, fits, milliseconds = 20_000) {
    return new Promise((done, fail) => {
      let looked = 0;
      const look = () => {
        if (this.wrong) {
          fail(new Error('a frame does not fit asyncapi.json: ' + this.wrong));
          return true;
        }
        let found;
        while (!found && looked < this.frames.length) {
          const frame = this.frames[looked++];
          if (fits(frame)) found = frame;
        }
        if (!found) return false;
        clearTimeout(timer);
        this.waiters = this.waiters.filter((w) => w !== look);
        done(found);
        return true;
      };
      const timer = setTimeout(() => fail(new Error('no such frame came: ' + what + '; came: ' + JSON.stringify(this.frames.slice(-5)))), milliseconds);
      if (!look()) this.waiters.push(look);
    });
  }
  event(type, event, more = () => true) {
    return this.frame(`${type} ${event}`, (f) => f.op === 'event' && f.type === 'deskline.' + type && (f.data.event ?? f.data.change) === event && more(f));
  }
  close() {
    this.socket.terminate();
  }
}

// Begins a gateway, and holds it to how it may end. `signal`: SIGKILL is the test's own wish. `ended`: after its end, throws where that was not well.
export async function launch({ config = '', env = {}, traffic = 0, agents = 12, folder = mkdtempSync(join(tmpdir(), 'deskline-test-')), port = 0, through = [] } = {}) {
  const consolePort = async () => ((one) => (one === port ? freePort() : one))(await freePort()); // `port` is free as long as no gateway runs
  const telephonyConsole = await consolePort(), audioConsole = await consolePort();
  const file = join(folder, 'deskline.toml'), doubleLog = join(folder, 'double.log');
  const simulated = onWindows ? '' : `\n[telephony.simulated]\ntraffic = ${traffic}\nagents = ${agents}\nconsole = ${telephonyConsole}\n[audio.simulated]\nconsole = ${audioConsole}\n`;
  const fixed = `[server]\nlisten = "127.0.0.1:${port}"\ndata_dir = "${shown(folder)}/data"\ndrain_seconds = 1\n${config.includes('rate_limit') ? '' : 'rate_limit = 0\n'}${config.includes('streams_per_account') ? '' : 'streams_per_account = 0\n'}`;
  const sections = config.startsWith('[server]') ? fixed + config.slice('[server]'.length) : fixed + config;
  // Tests of what is refused are refused more often than anybody who guesses may be.
  const patient = config.includes('free_failures') ? '' : config.includes('[identity]') ? null : '\n[identity]\nfree_failures = 0\n';
  writeFileSync(file + '.new', (patient === null ? sections.replace('[identity]\n', '[identity]\nfree_failures = 0\n') : sections + patient) + simulated);
  renameSync(file + '.new', file); // a command that runs beside a start must not find it empty: it would take every default, and work in another folder
  const [command, ...args] = [...through, ...(onWindows ? ['wine'] : []), program, 'serve', '--config', shown(file)];
  const child = spawn(command, args, {
    env: environment({ DESKLINE_DOUBLE_LOG: shown(doubleLog), DESKLINE_DOUBLE_TELEPHONY_CONSOLE: String(telephonyConsole), DESKLINE_DOUBLE_AUDIO_CONSOLE: String(audioConsole), DESKLINE_DOUBLE_TRAFFIC: String(traffic), ...env }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '', killed = Boolean(env.DESKLINE_FAILPOINT), wrong = '', expected = 0;
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
      await Promise.race([said, sleep(1000)]); // under Wine another process may hold the pipe
      wrong = badEnd({ code, signal }, log, { listened: /listening on/.test(log), killed, expected });
      if (wrong) badEnds.add(wrong);
      done({ code, signal });
    }),
  );
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    folder, file, doubleLog, child, exit, telephonyConsole, audioConsole,
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

// `connections`: how many its requests may take; an answered one is free for the next a moment later, so one after the other may take two.
export async function startGateway({ keep = false, connections = 256, ...options } = {}) {
  const started = await launch(options);
  const { folder, file, doubleLog, child, exit, log, signal, endsWith, telephonyConsole, audioConsole } = started;
  const url = await until('the line "listening on"', () => {
    if (!started.running()) throw Object.assign(new Error('the gateway ended: ' + log()), { signal: child.signalCode });
    return log().match(/listening on (https:\S+)/)?.[1];
  }, 60_000);
  const secrets = new Secrets();
  const agentHttps = new https.Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: connections });
  const tokens = new Map();
  const gateway = {
    url, folder, file, child, exit, log, signal, endsWith,
    doubleLog: () => (existsSync(doubleLog) ? readFileSync(doubleLog, 'utf8') : ''),
    secrets,
    cli: (...args) => run([...args, '--config', shown(file)]),
    token(role = 'admin', agents = [], subject = role, { groups = [], scopes = [], ttl = '8h' } = {}) {
      const key = JSON.stringify([role, agents, subject, groups, scopes, ttl]);
      const named = (option, values) => values.flatMap((value) => [option, value]);
      if (!tokens.has(key)) tokens.set(key, secrets.token(gateway.cli('token', '--subject', subject, '--role', role, '--ttl', ttl, ...named('--agent', agents), ...named('--group', groups), ...named('--scope', scopes)).stdout.trim()));
      return tokens.get(key);
    },
    key(name, ...args) {
      const made = gateway.cli('key', 'create', '--name', name, ...args);
      if (made.code !== 0) throw new Error(made.stderr);
      return secrets.plant(made.stdout.trim());
    },
    hangUp: () => agentHttps.destroy(), // its idle connections; the next request opens another
    audit: () => gateway.cli('journal', 'audit').stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line)),
    telephony: (request) => say(telephonyConsole, request),
    audio: (request) => say(audioConsole, request),
    request(method, path, body, { token = gateway.token(), headers = {}, raw } = {}) {
      return new Promise((done, fail) => {
        const started = performance.now();
        recordRequest(method, path, headers, raw ?? JSON.stringify(body));
        const request = https.request(url + (path.startsWith('//') ? path.slice(1) : '/api/v1' + path), { method, agent: agentHttps, headers: { ...(token ? { Authorization: 'Bearer ' + token } : {}), ...(body !== undefined || raw ? { 'Content-Type': 'application/json' } : {}), ...headers } }, (answer) => {
          const chunks = [];
          answer.on('data', (d) => chunks.push(d));
          answer.on('error', (error) => fail(new Unanswered(`${method} ${path}, after its header: ${error.message}`))); // the request hears of it no more
          answer.on('end', () => {
            const bytes = Buffer.concat(chunks), text = (bytes.length && answer.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
            let json;
            try { json = JSON.parse(text); } catch { json = undefined; }
            secrets.search(text + JSON.stringify(answer.headers), `the answer to ${method} ${path.split('?')[0]}`);
            if (method === 'POST' && path === '/tickets') secrets.plant(json?.ticket); // said once
            const wrong = path.startsWith('//') ? '' : gateway.contract?.answer(method, path, answer.statusCode, answer.headers['content-type'], text ? json ?? text : undefined);
            if (wrong) return fail(new Error(`${method} ${path} does not fit openapi.json: ${wrong}`));
            done({ status: answer.statusCode, headers: answer.headers, body: json, text, milliseconds: performance.now() - started });
          });
        });
        request.on('error', (error) => fail(new Unanswered(`${method} ${path}: ${error.message}`)));
        request.setTimeout(180_000, () => {
          fail(new Error(`${method} ${path}: no answer within three minutes`)); // longer than any poll: this is what a test hears, not that it was cut
          request.destroy();
        });
        request.end(raw ?? (body === undefined ? undefined : JSON.stringify(body)));
      });
    },
    open(options = {}) {
      return new Promise((done, fail) => {
        const socket = new WebSocket(url.replace('https:', 'wss:') + '/api/v1/stream' + (options.query ?? ''), 'deskline.v1', { rejectUnauthorized: false, handshakeTimeout: 180_000, headers: options.headers ?? {} });
        const stream = new Stream(socket, gateway.contract, secrets);
        socket.on('open', () => done(stream));
        socket.on('unexpected-response', (_, answer) => fail(Object.assign(new Error('refused: ' + answer.statusCode), { status: answer.statusCode })));
        socket.on('error', (error) => fail(new Unanswered(error.message)));
      });
    },
    async stream(hello = {}, token = gateway.token()) {
      const stream = await gateway.open();
      stream.send({ op: 'hello', token, topics: ['agent-session', 'agent', 'queue', 'call', 'audio', 'source', 'acd-group', 'agent-handler'], ...hello });
      stream.welcome = await stream.frame('welcome', (f) => f.op === 'welcome');
      stream.snapshot = stream.welcome.resumed ? undefined : await stream.frame('snapshot', (f) => f.op === 'snapshot');
      return stream;
    },
    async signIn(agent = '1001', acdGroup = 'Sales', address = 'Line ' + (Number(agent) - 1000)) {
      const signedIn = await gateway.request('PUT', '/agents/' + agent, { pin: agent });
      if (signedIn.status >= 300) throw new Error(signedIn.text);
      const created = await gateway.request('POST', `/agents/${agent}/sessions`, { acdGroup, address });
      if (created.status !== 201) throw new Error(created.text);
      return created.body.session.id;
    },
    setState: (session, state, more = {}, options = {}) => gateway.request('PUT', `/sessions/${session}/state`, { state, ...more }, options),
    // A number of /metrics, without the prefix of its name.
    metric: async (name) => Number((await gateway.request('GET', '//metrics', undefined, { token: '' })).text.match(new RegExp(`^deskline_${name} (\\d+)`, 'm'))[1]),
    async stop(how = 'SIGINT') {
      signal(how);
      const ended = await started.ended();
      secrets.search(log(), 'the log');
      secrets.searchFiles(folder, ['local-key.pem', 'private-key.pem', 'double.log']);
      if (process.env.DESKLINE_EVIDENCE) appendFileSync(process.env.DESKLINE_EVIDENCE, JSON.stringify({ bytes: secrets.bytes, secrets: secrets.planted.size, found: secrets.found }) + '\n');
      if (secrets.found.length) throw new Error('a secret was written: ' + secrets.found.join(', '));
      agentHttps.destroy();
      if (!keep) rmSync(folder, { recursive: true, force: true });
      return ended;
    },
  };
  const description = async (name) => (await gateway.request('GET', `/${name}.json`, undefined, { token: '' })).body;
  try {
    gateway.contract = new Contract(await description('openapi'), await description('asyncapi'));
  } catch (error) {
    const ended = await Promise.race([exit, sleep(2000)]); // just after it said that it listens
    if (ended) throw Object.assign(new Error('the gateway ended: ' + log()), { signal: ended.signal });
    throw error;
  }
  return gateway;
}
