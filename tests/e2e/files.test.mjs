// The files that a gateway keeps or is given: what cannot be read is not absent, what was reported as done holds, one gateway for one folder,
// and nobody else may read along.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { freePort, onWindows, run, runBeside, shown, sleep, startGateway, until } from './harness.mjs';

const folderFor = () => mkdtempSync(join(tmpdir(), 'deskline-files-'));
const linux = { skip: onWindows && 'modes, links and limits of Linux' };
const status = async (gateway, token) => (await gateway.request('GET', '/me', undefined, { token })).status;
const ready = (gateway) => gateway.request('GET', '//readyz', undefined, { token: '' });
// Once its sources are connected, a moment after it listens.
const isReady = (gateway) => until('it is ready', async () => (await ready(gateway)).status === 200);
const times = (log, pattern) => log.split('\n').filter((line) => pattern.test(line)).length;

// What may become of a file, each without the root of the tests being kept out by a mode.
const harms = [
  ['a folder is in its place', (path) => mkdirSync(path, { mode: 0o700 })],
  ['it is gone', () => {}],
  ['it is empty', (path) => writeFileSync(path, '', { mode: 0o600 })],
  ['it is broken', (path) => writeFileSync(path, '{"keys": [', { mode: 0o600 })],
  ...(onWindows ? [] : [['a link to nowhere is in its place', (path) => symlinkSync(path + '.nowhere', path)]]),
];
const harm = (path, make) => (renameSync(path, path + '.kept'), make(path));
const heal = (path) => (rmSync(path, { recursive: true, force: true }), renameSync(path + '.kept', path));

function refusedToStart(gateway, options = {}) {
  const answer = run(['serve', '--config', shown(join(gateway.folder, 'deskline.toml'))], { timeout: 60_000, ...options });
  assert.equal(answer.code, 1, answer.code === null ? 'it serves: ' + answer.stderr : answer.stderr);
  return answer.stderr;
}

describe('what cannot be read is not absent', () => {
  test('no descriptor is left when the keys change: what was revoked stays so, and the news come later', linux, async () => {
    const gateway = await startGateway({ connections: 1 });
    await isReady(gateway);
    const allow = (descriptors) => execFileSync('prlimit', [`--pid=${gateway.child.pid}`, `--nofile=${descriptors}:`]);
    const ada = gateway.token('admin', [], 'ada'), crm = gateway.key('crm', '--scopes', 'agents:read');
    assert.equal(gateway.cli('revoke', '--subject', 'ada').code, 0);
    await until('the revocation', async () => (await status(gateway, ada)) === 401);
    assert.equal(await status(gateway, crm), 200);
    const taken = new Set(readdirSync(`/proc/${gateway.child.pid}/fd`).map(Number));
    allow([...Array(taken.size + 1).keys()].find((number) => !taken.has(number))); // the lowest that is free, so that it can open nothing more
    const other = gateway.key('other', '--scopes', 'agents:read');
    const during = await until('the check', async () => { // over the connection that is there already
      assert.deepEqual([await status(gateway, crm), await status(gateway, ada)], [200, 401], 'the key that was there, and the revoked token');
      const answer = await ready(gateway);
      return answer.status === 503 && answer;
    });
    assert.match(during.body.checks.keys, /keys\.json cannot be read: Too many open files/);
    assert.equal(await status(gateway, ada), 401, 'the revoked token');
    assert.equal(await status(gateway, crm), 200, 'the key that was there');
    allow(1024);
    await until('the file', async () => (await ready(gateway)).status === 200);
    assert.deepEqual([await status(gateway, ada), await status(gateway, crm), await status(gateway, other)], [401, 200, 200]);
    assert.equal(times(gateway.log(), /keys\.json cannot be read/), 1, 'said once');
    assert.equal(times(gateway.log(), /keys\.json can be read again/), 1);
    await gateway.stop();
  });

  test('keys that are gone or cannot be read: what is known holds, and neither a start nor a command makes less of it', async () => {
    const gateway = await startGateway({ keep: true });
    const keys = join(gateway.folder, 'data/keys.json');
    const ada = gateway.token('admin', [], 'ada'), crm = gateway.key('crm', '--scopes', 'agents:read'), old = gateway.key('old', '--scopes', 'agents:read');
    gateway.cli('key', 'revoke', 'old');
    gateway.cli('revoke', '--subject', 'ada');
    const holds = async (what) => assert.deepEqual([await status(gateway, crm), await status(gateway, old), await status(gateway, ada)], [200, 401, 401], what);
    await until('the revocations', async () => (await status(gateway, ada)) === 401);
    await isReady(gateway);
    for (const [what, make] of harms) {
      harm(keys, make);
      const answer = await until(what, async () => {
        await holds(what);
        const is = await ready(gateway);
        return is.status === 503 && is;
      });
      assert.match(answer.body.checks.keys, /keys\.json/, what);
      await holds(what);
      for (const args of [['key', 'create', '--name', 'new', '--scopes', 'agents:read'], ['key', 'revoke', 'crm'], ['key', 'list'], ['revoke', '--subject', 'bob']]) {
        const said = gateway.cli(...args);
        assert.equal(said.code, 1, `${what}: ${args}: ${said.stdout}`);
        assert.match(said.stderr, /keys\.json/);
      }
      heal(keys);
      await until('the file again', async () => (await ready(gateway)).status === 200);
      await holds();
    }
    assert.equal((await ready(gateway)).body.checks.keys, 'ok');
    await gateway.stop();
    for (const [what, make] of harms) {
      harm(keys, make);
      assert.match(refusedToStart(gateway), /keys\.json/, what);
      heal(keys);
    }
    rmSync(gateway.folder, { recursive: true });
  });

  test('keys that come, but cannot be read, where there were none: the log and a check of /readyz say so', async () => {
    const gateway = await startGateway();
    await isReady(gateway);
    const keys = join(gateway.folder, 'data/keys.json');
    for (const [what, make] of harms.filter(([what]) => /^a (folder|link)/.test(what))) {
      const before = gateway.log().length, since = () => gateway.log().slice(before);
      make(keys);
      const answer = await until(what, async () => {
        const is = await ready(gateway);
        return is.status === 503 && is;
      });
      assert.match(answer.body.checks.keys, /keys\.json cannot be read/, what);
      await sleep(2500); // it is looked at each second
      assert.equal(times(since(), /error.*keys\.json cannot be read/), 1, 'said once: ' + since());
      assert.doesNotMatch(since(), /What was known before stays/, 'nothing was');
      rmSync(keys, { recursive: true });
      await isReady(gateway);
      assert.match(since(), /keys\.json is not there any more/);
    }
    const crm = gateway.key('crm', '--scopes', 'agents:read');
    await until('the key', async () => (await status(gateway, crm)) === 200);
    await gateway.stop();
  });

  test('each file of the start: where it cannot be read, the gateway refuses, names it, and leaves it as it is', async () => {
    const gateway = await startGateway({ keep: true });
    const token = gateway.token();
    await gateway.stop();
    const data = join(gateway.folder, 'data');
    for (const name of ['local-key.pem', 'private-key.pem', 'certificate.pem'])
      for (const [what, make] of harms.filter(([what]) => what !== 'it is gone')) {
        harm(join(data, name), make);
        const before = lstatSync(join(data, name));
        assert.ok(refusedToStart(gateway).includes(name), `${name}: ${what}`);
        const now = lstatSync(join(data, name));
        assert.deepEqual([now.mode, now.size, now.ino], [before.mode, before.size, before.ino], `${name}: ${what}`);
        heal(join(data, name));
      }
    harm(join(data, 'local-key.pem'), harms[0][1]);
    assert.equal(gateway.cli('token', '--subject', 'ada').code, 1);
    heal(join(data, 'local-key.pem'));
    for (const [variables, pattern] of [
      [{ DESKLINE_IDENTITY_ISSUER: 'company', DESKLINE_IDENTITY_JWKS: shown(data) }, /\[identity\] jwks: .*data cannot be read/],
      [{ DESKLINE_IDENTITY_ISSUER: 'company', DESKLINE_IDENTITY_JWKS: shown(join(data, 'nothing.json')) }, /nothing\.json is not there/],
      [{ DESKLINE_WEBHOOKS_AUTHORITIES: shown(data) }, /\[webhooks\] authorities: .*data cannot be read/],
      [{ DESKLINE_SERVER_CLIENT_AUTHORITIES: shown(data) }, /client_authorities must name a PEM file/],
    ])
      assert.match(refusedToStart(gateway, { env: variables }), pattern);
    const config = run(['check-config', '--config', shown(data)]);
    assert.equal(config.code, 1);
    assert.match(config.stderr, /data.* cannot be read/);
    const again = await startGateway({ folder: gateway.folder });
    assert.equal(await status(again, token), 200, 'nothing was made anew');
    await again.stop();
  });

  test('each watched file while it runs: a named check, what was known, tried again', async () => {
    const folder = folderFor();
    const pem = (name, ...args) => execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-keyout', join(folder, name + '.key'), '-out', join(folder, name + '.pem'), '-subj', '/CN=' + name, ...args], { stdio: 'ignore' });
    pem('server', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
    pem('ca');
    writeFileSync(join(folder, 'index.txt'), '');
    writeFileSync(join(folder, 'ca.cnf'), `[ca]\ndefault_ca = d\n[d]\ndatabase = ${folder}/index.txt\ndefault_md = sha256\ndefault_crl_days = 2\n`);
    execFileSync('openssl', ['ca', '-gencrl', '-config', join(folder, 'ca.cnf'), '-keyfile', join(folder, 'ca.key'), '-cert', join(folder, 'ca.pem'), '-out', join(folder, 'crl.pem')], { stdio: 'ignore' });
    writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys: [{ ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'EdDSA', use: 'sig' }] }));
    const at = (name) => shown(join(folder, name));
    const gateway = await startGateway({ config: `[server]\ncertificate = "${at('server.pem')}"\nprivate_key = "${at('server.key')}"\nclient_authorities = "${at('ca.pem')}"\nclient_revocations = "${at('crl.pem')}"\n[identity]\nissuer = "company"\njwks = "${at('jwks.json')}"\n` });
    await isReady(gateway);
    for (const [check, name] of [['certificate', 'server.pem'], ['private-key', 'server.key'], ['client-authorities', 'ca.pem'], ['client-revocations', 'crl.pem'], ['provider-keys', 'jwks.json']]) {
      for (const [what, make] of harms.slice(0, 2)) {
        harm(join(folder, name), make);
        const answer = await until(`${check}: ${what}`, async () => {
          const is = await ready(gateway);
          return is.status === 503 && is;
        });
        assert.ok(answer.body.checks[check].includes(name), JSON.stringify(answer.body));
        assert.equal(await status(gateway, gateway.token()), 200, 'it serves on');
        heal(join(folder, name));
        await until(`${check} again`, async () => (await ready(gateway)).status === 200);
      }
    }
    writeFileSync(join(folder, 'server.pem'), 'no certificate');
    await until('a certificate that is none', async () => /server\.pem/.test((await ready(gateway)).body.checks.certificate));
    await gateway.stop();
    rmSync(folder, { recursive: true });
  });
});

describe('what is reported as done holds', () => {
  let gateway, config;
  before(async () => {
    gateway = await startGateway();
    config = ['--config', shown(join(gateway.folder, 'deskline.toml'))];
  });
  after(() => gateway.stop());
  const list = () => JSON.parse(gateway.cli('key', 'list', '--json').stdout);

  test('twenty keys are created and ten revoked at one time, and each of it is so', async () => {
    const old = Array.from({ length: 10 }, (_, i) => 'old' + i), fresh = Array.from({ length: 20 }, (_, i) => 'new' + i);
    for (const name of old) gateway.key(name, '--scopes', 'agents:read');
    const answers = await Promise.all([
      ...fresh.map((name) => runBeside(['key', 'create', '--name', name, '--scopes', 'agents:read', ...config])),
      ...old.map((name) => runBeside(['key', 'revoke', name, ...config])),
      ...old.map((name) => runBeside(['revoke', '--subject', 'subject ' + name, ...config])),
    ]);
    for (const { stdout } of answers.slice(0, 20)) gateway.secrets.plant(stdout.trim());
    const keys = list(), revoked = JSON.parse(readFileSync(join(gateway.folder, 'data/keys.json'))).revocations.map((one) => one.subject);
    const holds = [
      ...fresh.map((name) => keys.some((key) => key.name === name && !key.revokedAt)),
      ...old.map((name) => keys.every((key) => key.name !== name || key.revokedAt)),
      ...old.map((name) => revoked.includes('subject ' + name)),
    ];
    const asked = [...fresh.map((name) => 'create ' + name), ...old.map((name) => 'revoke ' + name), ...old.map((name) => 'revoke subject ' + name)];
    assert.deepEqual(asked.filter((_, i) => answers[i].code === 0 && !holds[i]), [], 'reported as done, and not so');
    for (const { code, stderr } of answers) {
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stderr, /the audit does not know/);
    }
    const secret = answers[0].stdout.trim();
    assert.equal(await status(gateway, secret), 200);
    const audit = gateway.audit();
    assert.equal(audit.filter((entry) => entry.action === 'key create').length, 30);
    assert.equal(audit.filter((entry) => entry.action === 'key revoke').length, 10);
  });

  test('one name, one certificate: of several at one time one is made', async () => {
    for (const [what, args] of [['a name', () => ['--name', 'twin', '--scopes', 'agents:read']], ['a certificate', (i) => ['--name', 'door' + i, '--certificate', 'CN=door', '--scopes', 'agents:read']]]) {
      const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => runBeside(['key', 'create', ...args(i), ...config])));
      answers.forEach(({ stdout }) => gateway.secrets.plant(stdout.trim()));
      assert.equal(answers.filter(({ code }) => code === 0).length, 1, what);
      for (const { code, stderr } of answers.filter(({ code }) => code !== 0)) assert.deepEqual([code, /already; (revoke|choose)/.test(stderr)], [2, true], stderr);
    }
    const first = list().find((key) => key.certificate === 'CN=door');
    assert.equal(gateway.cli('key', 'revoke', first.name).code, 0);
    assert.equal(gateway.cli('key', 'create', '--name', first.name, '--certificate', 'CN=door', '--scopes', 'agents:read').code, 0, 'what was revoked stands in nobody’s way');
    assert.match(gateway.cli('key', 'revoke', first.id).stdout, /was revoked already, at 20/);
    assert.equal(gateway.cli('key', 'revoke', first.name).code, 0);
    const nobody = gateway.cli('key', 'revoke', first.name);
    assert.equal(nobody.code, 2);
    assert.match(nobody.stderr, /the one of that name, [0-9a-f]{12}, was revoked at 20/);
  });

  test('tokens made at one time before there is a key are of one key', async () => {
    const folder = folderFor(), file = join(folder, 'deskline.toml');
    writeFileSync(file, `[server]\ndata_dir = "${shown(folder)}/data"\n`);
    const made = await Promise.all(Array.from({ length: 8 }, () => runBeside(['token', '--subject', 'ada', '--config', shown(file)])));
    const kid = ({ stdout }) => JSON.parse(Buffer.from(stdout.split('.')[0], 'base64url')).kid;
    assert.deepEqual(made.map(({ code }) => code), Array(8).fill(0), JSON.stringify(made));
    assert.equal(new Set(made.map(kid)).size, 1);
    const audited = await Promise.all(Array.from({ length: 6 }, (_, i) => runBeside(['revoke', '--subject', 's' + i, '--config', shown(file)])));
    for (const { code, stderr } of audited) assert.deepEqual([code, stderr], [0, ''], 'the journal is made once too');
    rmSync(folder, { recursive: true });
  });

  test('what a command that was killed has left beside the keys goes with the next one', () => {
    const [left, other] = ['.keys.json.0123456789abcdef.new', '.other.json.0123456789abcdef.new'].map((name) => join(gateway.folder, 'data', name));
    for (const path of [left, other]) writeFileSync(path, '{"keys": [', { mode: 0o600 });
    assert.equal(gateway.cli('revoke', '--subject', 'carol').code, 0);
    assert.deepEqual([existsSync(left), existsSync(other)], [false, true]);
    rmSync(other);
  });

  test('an audit that could not be noted is said', async () => {
    const answer = await runBeside(['revoke', '--subject', 'eve', ...config], { env: { DESKLINE_JOURNAL_PATH: shown(join(gateway.folder, 'data')) } });
    assert.equal(answer.code, 0);
    assert.match(answer.stderr, /it was done, but the audit does not know of it: .*data/);
  });
});

describe('one data folder, one gateway', () => {
  test('a second one refuses before it writes anything, and names the first', async () => {
    const gateway = await startGateway({ keep: true });
    const port = await freePort();
    const journal = join(gateway.folder, 'data/journal.db');
    const listed = readdirSync(join(gateway.folder, 'data')).sort();
    const consoles = onWindows ? {} : { DESKLINE_TELEPHONY_SIMULATED_CONSOLE: '0', DESKLINE_AUDIO_SIMULATED_CONSOLE: '0' }; // nothing else is in its way
    for (const variables of [{}, { DESKLINE_SERVER_LISTEN: `127.0.0.1:${port}` }, { DESKLINE_SERVER_DATA_DIR: shown(join(gateway.folder, 'other')), DESKLINE_JOURNAL_PATH: shown(journal), DESKLINE_SERVER_LISTEN: `127.0.0.1:${port}` }]) {
      const said = refusedToStart(gateway, { env: { ...consoles, ...variables } });
      assert.match(said, /(data folder|journal) .* is another gateway's: process \d+, since 20\S+Z, at https:\/\//);
      assert.ok(said.includes(gateway.url), said);
    }
    assert.deepEqual(readdirSync(join(gateway.folder, 'data')).sort(), listed);
    assert.ok(!existsSync(join(gateway.folder, 'other/private-key.pem')));
    if (!onWindows) {
      symlinkSync(join(gateway.folder, 'data'), join(gateway.folder, 'same'));
      const variables = { DESKLINE_SERVER_DATA_DIR: join(gateway.folder, 'elsewhere'), DESKLINE_JOURNAL_PATH: join(gateway.folder, 'same/journal.db'), DESKLINE_SERVER_LISTEN: `127.0.0.1:${port}` };
      assert.match(refusedToStart(gateway, { env: variables }), /journal .* is another gateway's/, 'by another way to the same file');
    }
    assert.equal((await ready(gateway)).body.durable, true);
    // Commands beside it go on.
    for (const args of [['key', 'list'], ['journal', 'verify'], ['journal', 'export'], ['revoke', '--subject', 'x'], ['key', 'create', '--name', 'k', '--role', 'admin']]) {
      const said = gateway.cli(...args);
      gateway.secrets.plant(args[1] === 'create' ? said.stdout.trim() : undefined);
      assert.equal(said.code, 0, said.stderr);
    }
    // A lock goes with its process, whatever text is left.
    gateway.signal('SIGKILL');
    await gateway.exit;
    assert.match(readFileSync(join(gateway.folder, 'data/gateway.lock'), 'utf8'), /^process \d+/);
    const next = await startGateway({ folder: gateway.folder });
    await isReady(next);
    await next.stop();
  });

  test('somebody else wrote events under the gateway’s numbers: it says so, ends with 1, and the next one has a new epoch', { skip: onWindows && 'SQLite of Linux and of Wine do not see each other’s locks' }, async () => {
    const gateway = await startGateway({ keep: true });
    const session = await gateway.signIn('1001');
    const stream = await gateway.stream();
    const cursor = stream.snapshot.cursor;
    const journal = join(gateway.folder, 'data/journal.db');
    execFileSync('python3', ['-c', `
import sqlite3, sys
file = sqlite3.connect(sys.argv[1], timeout=5)
file.execute("INSERT INTO events (number, time, type, subject, agent, delivery, event, groups) SELECT MAX(number) + 1, time, type, subject, agent, delivery, event, groups FROM events")
file.commit()`, journal]);
    gateway.endsWith(1);
    await gateway.setState(session, 'ready').catch(() => {}); // it may end before it answers
    await until('its end', () => gateway.child.exitCode !== null);
    const { code } = await gateway.exit;
    assert.equal(code, 1, gateway.log());
    assert.match(gateway.log(), /UNIQUE constraint failed.*Another program wrote events into it under the numbers of this gateway/);
    assert.equal(times(gateway.log(), /UNIQUE constraint/), 1, 'the same numbers are not offered again');
    const next = await startGateway({ folder: gateway.folder });
    assert.equal((await ready(next)).body.durable, true);
    const resumed = await next.stream({ cursor });
    assert.equal(resumed.welcome.resumed, false);
    assert.equal((await resumed.frame('reset', (f) => f.op === 'reset')).reason, 'epoch-changed');
    assert.notEqual(resumed.snapshot.cursor.split('-')[0], cursor.split('-')[0]);
    await next.signIn('1002');
    assert.ok((await next.request('GET', '/events')).body.items.every((event) => event.id.split('-')[0] === resumed.snapshot.cursor.split('-')[0]));
    resumed.close();
    await next.stop();
  });

  test('a row that cannot be read is named and left alone: the gateway starts, serves and ends', async () => {
    const gateway = await startGateway({ keep: true });
    const session = await gateway.signIn('1001');
    await gateway.setState(session, 'ready', {}, { headers: { 'Idempotency-Key': 'once' } });
    await gateway.request('PUT', '/agents/1009', { pin: 'wrong' });
    await gateway.stop();
    const journal = join(gateway.folder, 'data/journal.db');
    const operation = (id, columns) => {
      const row = { id, actor: 'x', key: '', fingerprint: '', agent: '', command: 'c', state: 'running', started: 1e15, settled: 0, status: 0, headers: '{}', body: 'null', cursor: '', cause: '{"request":"r","actor":"x"}', expectation: 'null', ...columns };
      return `INSERT INTO operations (${Object.keys(row)}) VALUES (${Object.values(row).map((value) => (typeof value === 'number' ? value : `'${value}'`))})`;
    };
    const rows = [
      ['the operation op-header in', operation('op-header', { headers: '{"x":1}' })],
      ['the operation op-headers in', operation('op-headers', { headers: '[1]' })],
      ['the operation op-body in', operation('op-body', { body: '{' })],
      ['the operation op-cause in', operation('op-cause', { cause: '7' })],
      ['the operation op-expectation in', operation('op-expectation', { expectation: '{"x":1}' })],
      ['the operation op-state', operation('op-state', { state: 'indeterminate', cause: 'zzz' })],
      ['the pending-state broken', `INSERT INTO records VALUES ('pending-state', 'broken', '{')`],
      ['the absence list', `INSERT INTO records VALUES ('absence', 'list', '[]')`],
      ['webhook odd', `INSERT INTO records VALUES ('webhook', 'odd', '{"url":7}')`],
      [undefined, `INSERT INTO records VALUES ('absence', '1001', '{"since":"yesterday"}')`],
      [undefined, `INSERT INTO records VALUES ('pending-state', '${session}', '{"state":7}')`],
      [undefined, `INSERT INTO records VALUES ('key-use', 'k', '{"at":7}')`],
      ['audit entry \\d+', `UPDATE audit SET entry = '[]' WHERE number = (SELECT MIN(number) FROM audit)`],
      ['audit entry \\d+', `UPDATE audit SET entry = '{"actor"' WHERE number = (SELECT MIN(number) + 1 FROM audit)`],
      ['the event \\d+', `UPDATE events SET event = '{' WHERE number = (SELECT MAX(number) FROM events WHERE type = 'deskline.acd-group')`],
    ];
    execFileSync('python3', ['-c', `
import json, sqlite3, sys
file = sqlite3.connect(sys.argv[1])
for sql in json.loads(sys.argv[2]): file.execute(sql)
file.commit()`, journal, JSON.stringify(rows.map(([, sql]) => sql))]);
    const next = await startGateway({ folder: gateway.folder, keep: true });
    await isReady(next);
    const audit = await next.request('GET', '/audit');
    assert.equal(audit.status, 200);
    assert.ok(audit.body.items.length > 0);
    assert.equal((await next.request('GET', '/operations/op-header')).status, 503, 'it is there, and nobody can say what became of it');
    assert.equal((await next.request('GET', '/operations/op-none')).status, 404);
    assert.equal((await next.request('GET', '/webhooks')).status, 200);
    assert.equal((await next.setState(await next.signIn('1002'), 'ready')).status, 200);
    for (const [named] of rows.filter(([named]) => named)) assert.match(next.log(), new RegExp(named + '.* cannot be read and is left alone'), named);
    assert.equal(await next.metric('failed_tasks_total'), 0);
    assert.equal(next.cli('key', 'list').code, 0);
    assert.equal(next.cli('journal', 'verify').code, 1, 'a changed entry is one');
    const { code } = await next.stop();
    assert.equal(code, 0);
    const left = execFileSync('python3', ['-c', `
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT COUNT(*) FROM operations WHERE id LIKE 'op-%'").fetchone()[0])`, journal], { encoding: 'utf8' });
    assert.equal(left.trim(), '6', 'what could not be read is there still');
    rmSync(gateway.folder, { recursive: true });
  });
});

describe('what it keeps is for its own account alone', linux, () => {
  const mode = (path) => (statSync(path).mode & 0o777).toString(8);
  const everything = (folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name));

  test('whatever the umask, each file is 0600 and each folder 0700, the backup too', async () => {
    const gateway = await startGateway({ through: ['bash', '-c', 'umask 000; exec "$@"', 'bash'], config: '[webhooks]\nallow_private_networks = true\n' });
    await gateway.signIn('1001');
    gateway.key('crm', '--scopes', 'agents:read');
    const backup = join(gateway.folder, 'backup.db');
    assert.equal(gateway.cli('journal', 'backup', backup).code, 0);
    const all = everything(join(gateway.folder, 'data'));
    const open = [join(gateway.folder, 'data'), ...all, backup].map((path) => [path, mode(path)]).filter(([path, is]) => is !== (statSync(path).isDirectory() ? '700' : '600'));
    assert.deepEqual(open, []);
    for (const name of ['journal.db', 'journal.db-wal', 'journal.db-shm', 'journal.db.lock', 'gateway.lock', 'keys.json', 'keys.json.lock', 'local-key.pem', 'private-key.pem', 'certificate.pem']) assert.ok(all.some((path) => path.endsWith('/' + name)), name);
    await gateway.stop();
  });

  test('a folder of an older version, open to others, is mended and said', async () => {
    const gateway = await startGateway({ keep: true });
    gateway.key('crm', '--scopes', 'agents:read');
    await gateway.stop();
    const data = join(gateway.folder, 'data'), files = ['journal.db', 'keys.json', 'local-key.pem', 'private-key.pem'];
    chmodSync(data, 0o755);
    files.forEach((name) => chmodSync(join(data, name), 0o644));
    const doctor = JSON.parse(run(['doctor', '--json', '--config', join(gateway.folder, 'deskline.toml')]).stdout).findings.filter((finding) => finding.area === 'privacy');
    assert.deepEqual(doctor.map(({ severity }) => severity), Array(5).fill('degraded'));
    assert.ok(doctor.some(({ remedy }) => remedy === `chmod 600 ${join(data, 'keys.json')}`), JSON.stringify(doctor));
    assert.ok(doctor.some(({ remedy }) => remedy === `chmod 700 ${data}`));
    const next = await startGateway({ folder: gateway.folder, keep: true });
    for (const path of [data, ...files.map((name) => join(data, name))]) {
      assert.equal(mode(path), path === data ? '700' : '600', path);
      assert.match(next.log(), new RegExp(path + ' can be read by others \\(mode 0(755|644)\\); that was taken from them'));
    }
    await isReady(next);
    await next.stop();
    rmSync(gateway.folder, { recursive: true });
  });

  test('what others may write is refused, with the line that mends it', async () => {
    const gateway = await startGateway({ keep: true });
    gateway.key('crm', '--scopes', 'agents:read');
    await gateway.stop();
    const data = join(gateway.folder, 'data');
    for (const [path, wrong, right] of [[data, 0o777, 0o700], [data, 0o770, 0o700], ...['journal.db', 'keys.json', 'local-key.pem', 'private-key.pem'].flatMap((name) => [[join(data, name), 0o666, 0o600], [join(data, name), 0o620, 0o600]])]) {
      chmodSync(path, wrong);
      const said = refusedToStart(gateway);
      assert.ok(said.includes(path) && said.includes(`chmod ${right.toString(8)} ${path}`), said);
      const doctor = run(['doctor', '--config', join(gateway.folder, 'deskline.toml')]);
      assert.equal(doctor.code, 2);
      assert.ok(doctor.stdout.includes(`chmod ${right.toString(8)} ${path}`), doctor.stdout);
      assert.equal(statSync(path).mode & 0o777, wrong, 'and is left as it is');
      chmodSync(path, right);
    }
    rmSync(gateway.folder, { recursive: true });
  });

  test('what a start believes, and the folders above it, others may not write either', async () => {
    const gateway = await startGateway({ keep: true });
    await gateway.stop();
    const config = join(gateway.folder, 'deskline.toml');
    for (const [path, wrong, right] of [[config, 0o666, 0o644], [config, 0o646, 0o644], [gateway.folder, 0o777, 0o700]]) {
      chmodSync(path, wrong);
      const said = refusedToStart(gateway);
      assert.ok(said.includes(`${path} can be changed by others`) && said.includes(`chmod go-w ${path}`), said);
      assert.equal(run(['doctor', '--config', config]).code, 2);
      chmodSync(path, right);
    }
    chmodSync(gateway.folder, 0o1777); // as /tmp is: nobody may take away what is another's
    const sticky = await startGateway({ folder: gateway.folder });
    await sticky.stop();
  });

  test('what belongs to somebody else, or is an administrator’s own, is said', async () => {
    const gateway = await startGateway({ keep: true });
    gateway.key('crm', '--scopes', 'agents:read');
    await gateway.stop();
    const data = join(gateway.folder, 'data'), given = join(gateway.folder, 'given.key');
    writeFileSync(given, readFileSync(join(data, 'private-key.pem')));
    chmodSync(given, 0o644);
    const config = `[server]\ncertificate = "${join(data, 'certificate.pem')}"\nprivate_key = "${given}"\n`;
    const next = await startGateway({ folder: gateway.folder, keep: true, config });
    assert.match(next.log(), new RegExp(`warn.* ${given} can be read by others \\(mode 0644\\): \`chmod go-w,o-r ${given}\``));
    assert.equal(mode(given), '644', 'it is not ours to change');
    await next.stop();
    if (process.getuid() === 0) {
      chownSync(given, 23456, 23456); // as certificate tools do
      chmodSync(given, 0o600);
      const lent = await startGateway({ folder: gateway.folder, keep: true, config });
      assert.match(lent.log(), new RegExp(`info.* ${given} belongs to another account \\(23456\\): that account may change it`));
      await lent.stop();
      const ours = join(gateway.folder, 'deskline.toml'), baseline = run(['doctor', '--config', ours]).code;
      chownSync(given, 0, 0);
      chownSync(ours, 23456, 23456); // as whoever mounts a file into a container
      const looked = run(['doctor', '--config', ours]);
      assert.deepEqual([looked.code, looked.stdout.includes(`${ours} belongs to another account (23456)`), looked.stdout.includes('chown')], [baseline, true, false], looked.stdout);
      chownSync(ours, 0, 0);
      for (const path of [join(data, 'keys.json'), join(data, 'local-key.pem'), gateway.folder]) {
        chownSync(path, 12345, 12345);
        const said = refusedToStart(gateway);
        assert.ok(said.includes(`${path} belongs to another account (12345)`) && said.includes(`chown 0 ${path}`), said);
        const doctor = run(['doctor', '--config', join(gateway.folder, 'deskline.toml')]);
        assert.deepEqual([doctor.code, doctor.stdout.includes(`chown 0 ${path}`)], [2, true], doctor.stdout);
        chownSync(path, 0, 0);
      }
      for (const path of [data, join(data, 'keys.json')]) chownSync(path, 12345, 12345); // the gateway's account is whose the folder is
      const theirs = await startGateway({ folder: gateway.folder, keep: true, config });
      theirs.key('by root', '--scopes', 'agents:read');
      assert.equal(statSync(join(data, 'keys.json')).uid, 12345, 'what root changes stays its owner’s');
      await theirs.stop();
    }
    chmodSync(given, 0o640); // its group may: that is how an administrator gives it
    const last = await startGateway({ folder: gateway.folder, config });
    assert.doesNotMatch(last.log(), /given\.key can be read/);
    await last.stop();
  });

  test('links that somebody put where files are to be made are not followed', async () => {
    for (const name of ['gateway.lock', 'journal.db.lock', 'journal.db', 'keys.json', 'local-key.pem', 'private-key.pem', 'certificate.pem']) {
      const folder = folderFor(), bait = join(folder, 'bait'), file = join(folder, 'deskline.toml');
      mkdirSync(join(folder, 'data'), { mode: 0o700 });
      symlinkSync(bait, join(folder, 'data', name));
      writeFileSync(file, `[server]\nlisten = "127.0.0.1:0"\ndata_dir = "${folder}/data"\n`);
      if (name.startsWith('journal.db')) {
        const other = await startGateway({ folder }); // it serves, not durably
        assert.equal((await ready(other)).status, 503);
        assert.ok(!existsSync(bait), name);
        unlinkSync(join(folder, 'data', name));
        await other.stop();
        continue;
      }
      const said = run(['serve', '--config', file]);
      assert.equal(said.code, 1, name);
      assert.ok(said.stderr.includes(name), said.stderr);
      assert.ok(!existsSync(bait), name);
      rmSync(folder, { recursive: true });
    }
    const gateway = await startGateway(), bait = join(gateway.folder, 'bait');
    symlinkSync(bait, join(gateway.folder, 'backup.db'));
    assert.match(gateway.cli('journal', 'backup', join(gateway.folder, 'backup.db')).stderr, /exists already/);
    symlinkSync(bait, join(gateway.folder, 'data/keys.json.lock'));
    assert.equal(gateway.cli('revoke', '--subject', 'ada').code, 1);
    assert.ok(!existsSync(bait));
    unlinkSync(join(gateway.folder, 'data/keys.json.lock'));
    unlinkSync(join(gateway.folder, 'backup.db'));
    await gateway.stop();
  });
});
