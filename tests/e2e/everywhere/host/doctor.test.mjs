// `deskline doctor` names everything that keeps `serve` from starting, and creates nothing. On Windows it runs with the
// doubles here, and with Wine's own Core Audio and no TAPI in windows.test.mjs.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { boundByModes, freePort, onWindows, run, shown, startGateway } from '../../harness/harness.mjs';

// A limit on connections so low that any host has the descriptors for it.
const configured = (listen, more = 'max_connections = 100\n') => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-doctor-')),
    file = join(folder, 'deskline.toml');
  writeFileSync(file, `[server]\nlisten = "${listen}"\ndata_dir = "${shown(folder)}/data"\n${more}`);
  return shown(file);
};
const diagnose = (listen, more, options = {}) => {
  const { code, stdout } = run(['doctor', '--json', '--probe', '--config', configured(listen, more)], options);
  return { code, ...JSON.parse(stdout) };
};

test('what is there is named; every finding that is not well says what it means and what to do', async () => {
  const { code, verdict, findings } = diagnose(`127.0.0.1:${await freePort()}`);
  assert.equal(['ok', 'degraded', 'failed'][code], verdict);
  for (const area of ['host', 'clock', 'data', 'certificate', 'port', 'descriptors', 'telephony', 'audio'])
    assert.ok(
      findings.some((f) => f.area === area),
      area,
    );
  for (const finding of findings.filter((f) => f.severity !== 'ok'))
    assert.ok(finding.meaning && finding.remedy, finding.finding);
  if (!onWindows) return assert.equal(code, 0);
  const said = findings.map((f) => f.finding).join('\n');
  for (const part of [
    /TAPI 3 is registered/,
    /Lines of Simulated service provider: Line 1 \(\+493055511\), Line 2 \(/,
    /event filter 0x764F is accepted/,
    /Agent handler 'Simulated ACD': groups (Sales, Support, Billing|Billing, Sales, Support)/,
    /Line 12/,
    /Output 'Headset' is active/,
    /Microphone 'Microphone'/,
    /Notifications arrive/,
  ])
    assert.match(said, part);
});

test('a port in use and an unreadable certificate: it cannot serve, exit 2', async () => {
  const taken = createServer();
  await new Promise((r) => taken.listen(0, '127.0.0.1', r));
  const port = diagnose(`127.0.0.1:${taken.address().port}`);
  taken.close();
  assert.equal(port.code, 2);
  assert.match(port.findings.find((f) => f.area === 'port').finding, /in use/);
  const certificate = diagnose('127.0.0.1:0', 'certificate = "/no.pem"\nprivate_key = "/no.key"\n');
  assert.equal(certificate.code, 2);
});

// Windows has no such limit.
if (!onWindows)
  test('more connections than there are descriptors for: it says both numbers and what to do', async () => {
    const { code, findings } = diagnose(`127.0.0.1:${await freePort()}`, 'max_connections = 2000\n', {
      through: ['prlimit', '--nofile=1024'],
    });
    assert.equal(code, 1);
    const finding = findings.find((f) => f.area === 'descriptors');
    assert.match(
      finding.finding,
      /max_connections = 2000 needs 2768 descriptors, and the system allows this process 1024/,
    );
    assert.match(finding.meaning, /At most 672 connections/);
    assert.match(finding.remedy, /LimitNOFILE=2768/);
  });

test('plain text ends with a verdict', async () => {
  const { stdout } = run(['doctor', '--config', configured(`127.0.0.1:${await freePort()}`)]);
  assert.match(stdout, /(Everything is in order|Deskline serves, but not all of it works)\.\n$/);
});

// Ways in which a file cannot be read; on Windows a mode keeps nobody out.
const harms = {
  'a folder is in its place': (path) => mkdirSync(path, { mode: 0o700 }),
  'it is broken': (path) => writeFileSync(path, '{"keys": [', { mode: 0o600 }),
  'it is gone': () => {},
  ...(onWindows ? {} : { 'it cannot be read': (path) => (writeFileSync(path, 'x'), chmodSync(path, 0)) }),
};

describe('the files of a gateway that has run', () => {
  let folder, file, data;
  before(async () => {
    const gateway = await startGateway({ keep: true, config: '[server]\nmax_connections = 100\n' });
    gateway.key('crm', '--scopes', 'agents:read');
    await gateway.stop();
    ({ folder, file } = gateway);
    data = join(folder, 'data');
    doctor(); // after this run the files that SQLite may have left beside the journal are gone
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const through = onWindows ? [] : boundByModes;
  const doctor = (env = {}) => {
    const { code, stdout } = run(['doctor', '--json', '--config', shown(file)], { through, env });
    return { code, findings: JSON.parse(stdout).findings };
  };
  const serve = (env = {}) => run(['serve', '--config', shown(file)], { through, env, timeout: 60_000 });
  const listed = () =>
    readdirSync(data)
      .sort()
      .map((name) => [name, lstatSync(join(data, name)).mode, statSync(join(data, name)).size]);
  const unchanged = (work) => {
    const before = listed(),
      answer = work();
    assert.deepEqual(listed(), before, 'all is left as it is');
    return answer;
  };
  // Spoils the file, returns what `work` answers, and puts the file back.
  const harmed = (name, harm, work) => {
    const path = join(data, name),
      kept = join(folder, 'kept');
    renameSync(path, kept);
    try {
      harms[harm](path);
      return work();
    } finally {
      if (existsSync(path) && !lstatSync(path).isDirectory()) chmodSync(path, 0o600);
      rmSync(path, { recursive: true, force: true });
      renameSync(kept, path);
    }
  };

  test('as it was left, all is well', () => {
    const { code, findings } = unchanged(() => doctor());
    for (const area of ['data', 'gateway', 'privacy', 'certificate', 'keys', 'journal', 'port'])
      assert.ok(
        findings.some((f) => f.area === area && f.severity === 'ok'),
        area + JSON.stringify(findings),
      );
    if (!onWindows) assert.equal(code, 0, JSON.stringify(findings));
    assert.match(findings.find((f) => f.area === 'certificate').meaning, /own, self-signed/);
  });

  const refusing = {
    'keys.json': Object.keys(harms),
    'local-key.pem': Object.keys(harms).filter((harm) => harm !== 'it is gone'),
    'private-key.pem': Object.keys(harms).filter((harm) => harm !== 'it is gone'),
    'certificate.pem': Object.keys(harms).filter((harm) => harm !== 'it is gone'),
    'gateway.lock': Object.keys(harms).filter((harm) => !['it is gone', 'it is broken'].includes(harm)),
  };
  for (const [name, all] of Object.entries(refusing))
    for (const harm of all)
      test(`${name}, ${harm}: serve refuses, and doctor says so first, by its name`, () => {
        const { code, findings } = harmed(name, harm, () => unchanged(() => doctor()));
        assert.equal(code, 2, JSON.stringify(findings));
        const named = findings.filter((f) => f.severity === 'failed' && f.finding.includes(name));
        assert.ok(named.length > 0, JSON.stringify(findings));
        for (const finding of named) assert.ok(finding.meaning && finding.remedy, finding.finding);
        const refused = harmed(name, harm, () => serve());
        assert.equal(refused.code, 1, refused.stderr);
        assert.ok(refused.stderr.includes(name), refused.stderr);
      });

  // With these `serve` starts, but keeps no events, or none from before.
  const ofJournal = {
    'journal.db': {
      'a folder is in its place': /It is a folder: move it away/,
      'it is broken': /sets it aside at its next start/,
      'it cannot be read': /right to read and write it/,
    },
    'journal.db.lock': {
      'a folder is in its place': /journal\.db\.lock cannot be opened/,
      'it cannot be read': /journal\.db\.lock cannot be opened: .*right to it/,
    },
  };
  for (const [name, all] of Object.entries(ofJournal))
    for (const [harm, said] of Object.entries(all).filter(([harm]) => harms[harm]))
      test(`${name}, ${harm}: not all of it works, and doctor says what to do`, () => {
        const { code, findings } = harmed(name, harm, () => unchanged(() => doctor()));
        const finding = findings.find((f) => f.area === 'journal');
        assert.equal(finding.severity, 'degraded', JSON.stringify(findings));
        assert.match(finding.finding, said);
        assert.ok(finding.meaning && finding.remedy);
        assert.equal(code, 1, JSON.stringify(findings));
      });

  test('a journal of a newer version', () => {
    const set = (version) =>
      execFileSync(
        'python3',
        [
          '-c',
          `
import sqlite3, sys
file = sqlite3.connect(sys.argv[1])
before = file.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0]
file.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (sys.argv[2],))
file.commit()
print(before)`,
          join(data, 'journal.db'),
          version,
        ],
        { encoding: 'utf8' },
      ).trim();
    const version = set('99');
    const { code, findings } = doctor();
    set(version);
    const finding = findings.find((f) => f.area === 'journal');
    assert.deepEqual([code, finding.severity], [1, 'degraded']);
    assert.match(finding.finding, /newer Deskline \(schema 99\).*Install the newer version again/);
  });

  // Parts of the configuration that only the start reads.
  const settings = {
    'a file of the provider’s keys': [
      { DESKLINE_IDENTITY_ISSUER: 'company', DESKLINE_IDENTITY_JWKS: '/no/keys.json' },
      /keys\.json is not there/,
    ],
    'authorities for webhooks': [{ DESKLINE_WEBHOOKS_AUTHORITIES: '/no/authorities.pem' }, /\[webhooks\] authorities/],
    'authorities of clients': [{ DESKLINE_SERVER_CLIENT_AUTHORITIES: '/no/ca.pem' }, /must name a PEM file/],
    'trusted proxies': [{ DESKLINE_SERVER_TRUSTED_PROXIES: 'proxy.example' }, /'proxy\.example' is no address/],
    'an address of another host': [{ DESKLINE_SERVER_LISTEN: '192.0.2.1:8443' }, /Choose an address of this host/],
    'a name instead of an address': [{ DESKLINE_SERVER_LISTEN: 'localhost:8443' }, /server\.listen must be an IP/],
    'a source of Windows': [!onWindows && { DESKLINE_TELEPHONY_SOURCE: 'tapi3' }, /only to be had on Windows/],
  };
  for (const [what, [variables, said]] of Object.entries(settings).filter(([, [variables]]) => variables))
    test(`${what}: serve refuses, and doctor says so first`, () => {
      const { code, findings } = doctor(variables),
        refused = serve(variables);
      assert.deepEqual([code, refused.code], [2, 1], JSON.stringify(findings) + refused.stderr);
      const finding = findings.find((f) => f.severity === 'failed' && said.test(f.finding));
      assert.ok(finding?.meaning && finding.remedy, JSON.stringify(findings));
      assert.match(refused.stderr, said);
    });
});

describe('a data folder that is not there', () => {
  let folder;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'deskline-doctor-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const diagnosed = (data, options = {}) => {
    const file = join(folder, 'deskline.toml');
    writeFileSync(file, `[server]\nlisten = "127.0.0.1:0"\ndata_dir = "${shown(data)}"\nmax_connections = 100\n`);
    const { code, stdout } = run(['doctor', '--json', '--config', shown(file)], options);
    return { code, data: JSON.parse(stdout).findings.find((f) => f.area === 'data') };
  };
  const everything = () => readdirSync(folder, { recursive: true }).sort();

  test('nothing is there afterwards either, however many folders above it are missing', () => {
    for (const data of [join(folder, 'data'), join(folder, 'a', 'b', 'data')]) {
      const is = diagnosed(data);
      assert.equal(is.data.severity, 'ok', is.data.finding);
      assert.match(is.data.finding, /is made at first start/);
      if (!onWindows) assert.equal(is.code, 0);
      assert.deepEqual(everything(), ['deskline.toml']);
    }
  });

  test('a file is in its place, or above it', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'somebody’s');
    for (const data of [file, join(file, 'data')]) {
      const is = diagnosed(data);
      assert.deepEqual([is.code, is.data.severity], [2, 'failed'], is.data.finding);
      assert.match(is.data.finding, /A file is where a folder should be: move it away/);
      assert.deepEqual(everything(), ['deskline.toml', 'file']);
    }
    rmSync(file);
  });

  test('the account may not make it', { skip: onWindows && 'modes of Linux' }, () => {
    const above = join(folder, 'above');
    mkdirSync(above, { mode: 0o500 });
    const is = diagnosed(join(above, 'deskline', 'data'), { through: boundByModes });
    assert.deepEqual([is.code, is.data.severity], [2, 'failed'], is.data.finding);
    assert.ok(is.data.finding.includes(`${above} cannot be written: Permission denied.`), is.data.finding);
    assert.deepEqual(readdirSync(above), []);
    rmSync(above, { recursive: true });
  });
});

test('beside the gateway of the same data folder all is well: the port is this gateway’s, which it names', async () => {
  const port = await freePort();
  const gateway = await startGateway({ port, config: '[server]\nmax_connections = 100\n' });
  const diagnosed = (env = {}) => {
    const { code, stdout } = run(['doctor', '--json', '--config', shown(gateway.file)], { env });
    const findings = JSON.parse(stdout).findings;
    return { code, findings, of: (area) => findings.find((f) => f.area === area) };
  };
  const beside = diagnosed();
  const who = /process \d+, since 20\S+Z, at https:\/\/127\.0\.0\.1:\d+/;
  assert.equal(beside.of('port').severity, 'ok', JSON.stringify(beside.findings));
  assert.match(beside.of('port').finding, new RegExp(`^127\\.0\\.0\\.1:${port}: this gateway, ${who.source}`));
  assert.ok(beside.of('port').finding.includes(gateway.url));
  assert.match(beside.of('gateway').finding, who);
  assert.equal(beside.of('journal').severity, 'ok', beside.of('journal').finding);
  if (!onWindows) assert.equal(beside.code, 0, JSON.stringify(beside.findings));

  // With another data folder the same port belongs to another program.
  const own = shown(join(gateway.folder, 'own'));
  const other = diagnosed({ DESKLINE_SERVER_DATA_DIR: own });
  assert.deepEqual([other.code, other.of('port').severity], [2, 'failed']);
  assert.match(other.of('port').finding, /the port is in use/);
  const journal = shown(join(gateway.folder, 'data', 'journal.db'));
  const free = { DESKLINE_SERVER_DATA_DIR: own, DESKLINE_SERVER_LISTEN: '127.0.0.1:0' };
  const same = diagnosed({ ...free, DESKLINE_JOURNAL_PATH: journal });
  assert.deepEqual([same.code, same.of('gateway').severity], [2, 'failed']);
  assert.match(same.of('gateway').finding, /journal .* is another gateway's: process \d+/);
  assert.ok(!existsSync(join(gateway.folder, 'own')));

  // The gateway has not noticed.
  assert.equal((await gateway.request('GET', '//readyz', undefined, { token: '' })).body.durable, true);
  assert.equal((await gateway.setState(await gateway.signIn('1001'), 'ready')).status, 200);
  await gateway.stop();
});

test('a configuration that cannot be used: exit 2, every mistake a finding', () => {
  const file = configured('127.0.0.1:0', 'max_connections = 0\n[log]\nlevel = "loud"\n');
  const { code, stdout } = run(['doctor', '--json', '--config', file]);
  const { verdict, findings } = JSON.parse(stdout);
  assert.deepEqual([code, verdict], [2, 'failed']);
  assert.deepEqual(
    findings.map((f) => f.area),
    ['configuration', 'configuration'],
  );
  assert.match(findings.map((f) => f.finding).join('\n'), /deskline\.toml:4: server\.max_connections must be from 1/);
  for (const finding of findings) assert.ok(finding.meaning && finding.remedy);
  assert.match(run(['doctor', '--config', file]).stdout, /Deskline cannot serve\.\n$/);
});
