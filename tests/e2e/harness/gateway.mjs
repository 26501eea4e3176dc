// A gateway that a test has started, with the requests that tests make of it.
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { say } from './console.mjs';
import { Contract } from './contract.mjs';
import { badEnds } from './ending.mjs';
import { launch } from './launch.mjs';
import { onWindows, run, shown } from './program.mjs';
import { requests } from './requests.mjs';
import { Secrets } from './secrets.mjs';
import { streams } from './stream.mjs';
import { sleep, until } from './waiting.mjs';

// The callers of the gateway: each token and key of theirs is a secret that must never be written.
function credentials(gateway) {
  const tokens = new Map();
  return {
    token(role = 'admin', agents = [], subject = role, { groups = [], scopes = [], ttl = '8h' } = {}) {
      const key = JSON.stringify([role, agents, subject, groups, scopes, ttl]);
      const named = (option, values) => values.flatMap((value) => [option, value]);
      if (!tokens.has(key))
        tokens.set(
          key,
          gateway.secrets.token(
            gateway
              .cli(
                'token',
                '--subject',
                subject,
                '--role',
                role,
                '--ttl',
                ttl,
                ...named('--agent', agents),
                ...named('--group', groups),
                ...named('--scope', scopes),
              )
              .stdout.trim(),
          ),
        );
      return tokens.get(key);
    },
    key(name, ...args) {
      const made = gateway.cli('key', 'create', '--name', name, ...args);
      if (made.code !== 0) throw new Error(`key create ended with ${made.code}: ${made.stderr}`);
      return gateway.secrets.plant(made.stdout.trim());
    },
  };
}

// The steps that many tests begin with.
function agents(gateway) {
  return {
    async signIn(agent = '1001', acdGroup = 'Sales', address = 'Line ' + (Number(agent) - 1000)) {
      const signedIn = await gateway.request('PUT', '/agents/' + agent, { pin: agent });
      if (signedIn.status >= 300) throw new Error(signedIn.text);
      const created = await gateway.request('POST', `/agents/${agent}/sessions`, { acdGroup, address });
      if (created.status !== 201) throw new Error(created.text);
      return created.body.session.id;
    },
    setState: (session, state, more = {}, options = {}) =>
      gateway.request('PUT', `/sessions/${session}/state`, { state, ...more }, options),
    // A number of /metrics, without the prefix of its name.
    metric: async (name) =>
      Number(
        (await gateway.request('GET', '//metrics', undefined, { token: '' })).text.match(
          new RegExp(`^deskline_${name} (\\d+)`, 'm'),
        )[1],
      ),
  };
}

const answerTo = (started) =>
  until(
    'the line "listening on"',
    () => {
      if (!started.running())
        throw Object.assign(new Error('the gateway ended: ' + started.log()), { signal: started.child.signalCode });
      return started.log().match(/listening on (https:\S+)/)?.[1];
    },
    60_000,
  );

// `connections`: how many its requests may take. An answered one is free for the next request only a moment later, so
// requests one after another may take two.
export async function startGateway({ keep = false, connections = 256, ...options } = {}) {
  const started = await launch(options);
  const { folder, file, doubleLog, child, exit, log, signal, endsWith, telephonyConsole, audioConsole } = started;
  let asked = false, // the doubles, which must have a log then
    said; // what it had at the end
  const gateway = {
    url: await answerTo(started),
    folder,
    file,
    child,
    exit,
    log,
    signal,
    endsWith,
    secrets: new Secrets(),
    doubleLog: () => said ?? (onWindows ? readFileSync(doubleLog, 'utf8') : ''),
    cli: (...args) => run([...args, '--config', shown(file)]),
    audit: () =>
      gateway
        .cli('journal', 'audit')
        .stdout.split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    telephony: (request) => ((asked = onWindows), say(telephonyConsole, request)),
    audio: (request) => ((asked = onWindows), say(audioConsole, request)),
    async stop(how = 'SIGINT') {
      signal(how);
      const ended = await started.ended();
      if (asked || (onWindows && existsSync(doubleLog))) said = gateway.doubleLog();
      gateway.secrets.search(log(), 'the log');
      gateway.secrets.searchFiles(folder, ['local-key.pem', 'private-key.pem', 'double.log']);
      if (process.env.DESKLINE_EVIDENCE)
        appendFileSync(
          process.env.DESKLINE_EVIDENCE,
          JSON.stringify({
            bytes: gateway.secrets.bytes,
            secrets: gateway.secrets.planted.size,
            found: gateway.secrets.found,
          }) + '\n',
        );
      // How long a callback took is measured where nothing else runs (callbacks/).
      const broken = said?.match(/^RULE BROKEN: (?!a callback blocked).*/m);
      if (broken) badEnds.add('it broke a rule of TAPI or Core Audio: ' + broken[0]);
      if (gateway.secrets.found.length) throw new Error('a secret was written: ' + gateway.secrets.found.join(', '));
      gateway.hangUp();
      if (!keep) rmSync(folder, { recursive: true, force: true });
      return ended;
    },
  };
  Object.assign(gateway, credentials(gateway), requests(gateway, connections), streams(gateway), agents(gateway));
  const description = async (name) => (await gateway.request('GET', `/${name}.json`, undefined, { token: '' })).body;
  try {
    gateway.contract = new Contract(await description('openapi'), await description('asyncapi'));
  } catch (error) {
    const ended = await Promise.race([exit, sleep(2000)]); // a fault just after it said that it listens
    if (ended) throw Object.assign(new Error('the gateway ended: ' + log()), { signal: ended.signal });
    throw error;
  }
  return gateway;
}
