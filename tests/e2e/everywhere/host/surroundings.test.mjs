// A bad configuration, port, certificate or journal; and the message that says what to do.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync, chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { execFileSync } from 'node:child_process';
import { startGateway, run, shown, until, boundByModes, boundToHighPorts, onWindows } from '../../harness/harness.mjs';

const slug = (answer) => answer.body?.type?.replace('/problems/', '');

describe('surroundings', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'deskline-surroundings-'));
  const serve = (text) => {
    const here = folder(),
      file = join(here, 'deskline.toml');
    writeFileSync(file, text.replaceAll('HERE', shown(here)));
    return run(['serve', '--config', shown(file)]);
  };
  test('a wrong key names the nearest, with file and line', () => {
    const answer = serve('[server]\nlisten = "127.0.0.1:0"\n[journal]\nretention_day = 3\n');
    assert.equal(answer.code, 1);
    assert.match(
      answer.stderr,
      /deskline.toml:4: journal.retention_day is not a known key; the nearest is journal.retention_days/,
    );
  });
  test('check-config says every mistake', () => {
    const here = folder(),
      file = join(here, 'deskline.toml');
    writeFileSync(file, '[server]\nmax_connections = 0\nlisten = 5\n[log]\nlevel = "loud"\n');
    const answer = run(['check-config', '--config', shown(file)]);
    assert.equal(answer.code, 1);
    for (const line of [
      /:2: server.max_connections must be from 1/,
      /:3: server.listen must be a text/,
      /:5: log.level must be one of/,
    ])
      assert.match(answer.stderr, line);
  });
  test('a port in use', async () => {
    const taken = createServer();
    await new Promise((r) => taken.listen(0, '127.0.0.1', r));
    const answer = serve(`[server]\ndata_dir = "HERE"\nlisten = "127.0.0.1:${taken.address().port}"\n`);
    taken.close();
    assert.equal(answer.code, 1);
    assert.match(answer.stderr, /the port is in use/);
  });
  test('an unreadable certificate', () => {
    const answer = serve(
      '[server]\nlisten = "127.0.0.1:0"\ndata_dir = "HERE"\ncertificate = "HERE/no.pem"\nprivate_key = "HERE/no.key"\n',
    );
    assert.equal(answer.code, 1);
    assert.match(answer.stderr, /no.pem cannot be read: \[server\] certificate must name a PEM file/);
  });
  test('a corrupt journal is set aside, and the gateway serves', async () => {
    const here = folder();
    mkdirSync(join(here, 'data'));
    writeFileSync(join(here, 'data/journal.db'), "this is no database, but it is somebody's data ".repeat(100));
    const other = await startGateway({ folder: here, keep: true });
    await until('it is ready', async () => (await other.request('GET', '//readyz')).status === 200);
    const aside = readdirSync(join(here, 'data')).find((f) => /^journal\.db\.corrupt-\d+$/.test(f));
    assert.ok(other.log().includes(aside) && /webhooks.*deskline journal backup/.test(other.log()), other.log());
    const [first] = other.audit();
    assert.deepEqual([first.actor, first.action, first.object], ['deskline', 'journal-set-aside', aside]);
    assert.match(first.detail, /file is not a database/);
    const verified = other.cli('journal', 'verify');
    assert.equal(verified.code, 0, verified.stderr);
    assert.ok(verified.stdout.includes(`as ${aside}, and what its audit holds is not in this one`), verified.stdout);
    assert.ok(
      (await other.request('GET', '/audit')).body.items.some(
        ({ action, object }) => action === 'journal-set-aside' && object === aside,
      ),
    );
    await other.stop();
    assert.match(readFileSync(join(here, 'data', aside), 'utf8'), /somebody/);
  });
  test('a journal that cannot be written: the gateway serves, and says that nothing is durable', async () => {
    const here = folder();
    writeFileSync(join(here, 'blocked'), 'a file, where a folder should be');
    const other = await startGateway({
      folder: here,
      config: `[journal]\npath = "${shown(here)}/blocked/journal.db"\n`,
    });
    const ready = await other.request('GET', '//readyz');
    assert.equal(ready.status, 503);
    assert.equal(ready.body.durable, false);
    assert.match((await other.request('GET', '//metrics')).text, /deskline_journal_durable 0/);
    assert.match(other.log(), /not durable/);
    assert.match(ready.body.checks.journal, /then restart the gateway: what is told until then is kept nowhere/);
    const session = await other.signIn('1001');
    assert.equal((await other.setState(session, 'ready')).status, 200);
    if (!onWindows)
      // On Windows, a path below a file counts as absent, and so nothing fails.
      for (const [method, path, body, headers] of [
        ['PUT', `/sessions/${session}/state`, { state: 'not-ready' }, { 'Idempotency-Key': 'k' }],
        ['GET', '/operations/none'],
        ['GET', '/webhooks'],
        ['POST', '/webhooks', { url: 'https://crm.example' }],
      ]) {
        const answer = await other.request(method, path, body, { headers });
        assert.equal(answer.status, 503, answer.text);
        assert.equal(slug(answer), 'resource-unavailable', 'what the journal holds is not known');
      }
    await other.stop();
  });
  test('a journal whose folder is not there: nothing is durable, and nothing is unknown', async () => {
    const here = folder();
    const other = await startGateway({ folder: here, config: `[journal]\npath = "${shown(here)}/none/journal.db"\n` });
    assert.equal((await other.request('GET', '//readyz')).status, 503, 'before anything is told');
    assert.equal(
      (await other.setState(await other.signIn('1001'), 'ready', {}, { headers: { 'Idempotency-Key': 'k' } })).status,
      200,
    );
    assert.equal((await other.request('GET', '/webhooks')).status, 200);
    await other.stop();
  });
  test('a journal that is a folder: it says that it is one, and what to do', async () => {
    const here = folder();
    mkdirSync(join(here, 'data/journal.db'), { recursive: true, mode: 0o700 });
    const other = await startGateway({ folder: here });
    const { status, body } = await until('the check', async () => {
      const answer = await other.request('GET', '//readyz');
      return answer.body.checks.journal !== 'ok' && answer;
    });
    assert.equal(status, 503);
    assert.match(body.checks.journal, /It is a folder: move it away, or name another \[journal\] path/);
    assert.match(other.log(), /It is a folder: move it away.* Events are served but not durable/);
    await other.stop();
  });
});

// One message each, on both hosts; rows that need a mode or a right are for Linux.
describe('a message says what to do', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'deskline-messages-'));
  // A command with this in [server]. `said`: what is no message of the log.
  const command = (here, server, args, options) => {
    const file = join(here, 'deskline.toml'),
      placed = (text) => text.replaceAll('HERE', shown(here));
    writeFileSync(file, `[server]\n${placed(server)}\n`);
    const answer = run([...args.map(placed), '--config', shown(file)], { timeout: 60_000, ...options });
    const said = answer.stderr.split('\n').filter((line) => line && !/ (info|warning) /.test(line));
    return { ...answer, said };
  };
  const ofModes = { skip: onWindows && 'modes of Linux', through: boundByModes };

  const lowest = onWindows ? 0 : Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  const ofPorts = { skip: (onWindows || lowest <= 443) && 'any port is for anybody here', through: boundToHighPorts };
  const inTheWay = /data_dir: .*file cannot be made: .* A file is where a folder should be: move it away/;
  const starts = [
    ['an address of another host', 'listen = "192.0.2.1:8443"', /2\.1:8443": .+ Choose an address of this host/],
    ['a port that needs a right', 'listen = "127.0.0.1:443"', /:443": .+ Ports below 1024 need a right/, ofPorts],
    ['a data folder that is a file', 'data_dir = "HERE/file"', inTheWay],
    ['a data folder below a file', 'data_dir = "HERE/file/data"', inTheWay],
    ['a data folder not to be made', 'data_dir = "HERE/above/data"', /data cannot be made: .+ Give Deskline/, ofModes],
  ];
  for (const [what, server, pattern, { skip = false, through = [] } = {}] of starts)
    test(`serve: ${what}`, { skip }, () => {
      const here = folder();
      writeFileSync(join(here, 'file'), 'a file, where a folder should be');
      mkdirSync(join(here, 'above'), { mode: 0o500 });
      const rest = server.startsWith('listen') ? 'data_dir = "HERE/data"' : 'listen = "127.0.0.1:0"';
      const { code, said, stderr } = command(here, server + '\n' + rest, ['serve'], { through });
      assert.equal(code, 1, stderr);
      assert.equal(said.length, 1, stderr);
      assert.match(said[0], pattern);
    });

  test('check-config: what the start takes for no address is not in order, and told with its line', () => {
    const here = folder(),
      wrong = ['', '8443', '127.0.0.1', ':8443', '127.0.0.1:', '127.0.0.1:65536'];
    wrong.push('127.0.0.1:https', 'localhost:8443', '256.0.0.1:8443');
    for (const listen of wrong)
      for (const args of [['check-config'], ['serve']]) {
        const { code, said, stdout } = command(here, `listen = "${listen}"\ndata_dir = "HERE/data"`, args);
        assert.equal(code, 1, `${args} ${listen}: ${stdout}`);
        assert.equal(said.length, 1);
        assert.match(said[0], /toml:2: server\.listen must be an IP address and a port such as "127\.0\.0\.1:8443"/);
      }
    for (const listen of ['127.0.0.1:0', '0.0.0.0:8443', '[::1]:8443', '::1:8443'])
      assert.equal(command(here, `listen = "${listen}"`, ['check-config']).code, 0, listen);
  });

  const malformed = `
import sqlite3, sys
file = sqlite3.connect(sys.argv[1])
file.execute("CREATE TABLE events (number INTEGER PRIMARY KEY)")
file.commit()
file.close()
whole = bytearray(open(sys.argv[1], "rb").read())
whole[100:110] = b"\\xff" * 10
open(sys.argv[1], "wb").write(whole)`;
  const aside = 'The gateway sets it aside at its next start and begins a new one; what it held is in the last ';
  const journals = [
    ['is no database', (path) => writeFileSync(path, 'no database '.repeat(100)), `is not a database. ${aside}`],
    ['is malformed', (path) => execFileSync('python3', ['-c', malformed, path]), `malformed. ${aside}`],
    ['is a folder', (path) => mkdirSync(path), 'It is a folder: move it away, or name another [journal] path.'],
    ['may not be read', (path) => (writeFileSync(path, ''), chmodSync(path, 0)), 'right to read and write it', ofModes],
  ];
  for (const [what, make, text, { skip = false, through = [] } = {}] of journals)
    test(`a journal that ${what}: verify, audit, export, backup`, { skip }, () => {
      const here = folder();
      mkdirSync(join(here, 'data'), { mode: 0o700 });
      make(join(here, 'data/journal.db'));
      for (const args of [['verify'], ['audit'], ['export'], ['backup', 'HERE/copy.db']]) {
        const { code, said, stderr } = command(here, 'data_dir = "HERE/data"', ['journal', ...args], { through });
        assert.equal(code, 1, args + stderr);
        assert.equal(said.length, 1, stderr);
        assert.ok(said[0].includes(text), said[0]);
      }
    });
});
