// A file that cannot be read is not taken for absent: keys, certificates, revocations, the configuration.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { run, shown, sleep, startGateway, until } from '../../harness/harness.mjs';
import {
  folderFor,
  linux,
  status,
  ready,
  isReady,
  times,
  harms,
  harm,
  heal,
  refusedToStart,
} from '../../harness/files.mjs';

// A certificate of its own key, into NAME.pem and NAME.key.
const selfSigned = (folder, name, ...args) =>
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      join(folder, name + '.key'),
      '-out',
      join(folder, name + '.pem'),
      '-subj',
      '/CN=' + name,
      ...args,
    ],
    { stdio: 'ignore' },
  );

// The revocations of the authority ca, into crl.pem.
function revocations(folder) {
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(
    join(folder, 'ca.cnf'),
    `[ca]\ndefault_ca = d\n[d]\ndatabase = ${folder}/index.txt\ndefault_md = sha256\ndefault_crl_days = 2\n`,
  );
  execFileSync(
    'openssl',
    [
      'ca',
      '-gencrl',
      '-config',
      join(folder, 'ca.cnf'),
      '-keyfile',
      join(folder, 'ca.key'),
      '-cert',
      join(folder, 'ca.pem'),
      '-out',
      join(folder, 'crl.pem'),
    ],
    { stdio: 'ignore' },
  );
}

// Each file that a gateway watches.
function watchedFiles(folder) {
  selfSigned(folder, 'server', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  selfSigned(folder, 'ca');
  revocations(folder);
  writeFileSync(
    join(folder, 'jwks.json'),
    JSON.stringify({
      keys: [
        {
          ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
          kid: 'one',
          alg: 'EdDSA',
          use: 'sig',
        },
      ],
    }),
  );
}

describe('what cannot be read is not absent', () => {
  test(
    'no descriptor is left when the keys change: what was revoked stays so, and the news come later',
    linux,
    async () => {
      const gateway = await startGateway({ connections: 1 });
      await isReady(gateway);
      const allow = (descriptors) =>
        execFileSync('prlimit', [`--pid=${gateway.child.pid}`, `--nofile=${descriptors}:`]);
      const ada = gateway.token('admin', [], 'ada'),
        crm = gateway.key('crm', '--scopes', 'agents:read');
      assert.equal(gateway.cli('revoke', '--subject', 'ada').code, 0);
      await until('the revocation', async () => (await status(gateway, ada)) === 401);
      assert.equal(await status(gateway, crm), 200);
      const taken = new Set(readdirSync(`/proc/${gateway.child.pid}/fd`).map(Number));
      // The lowest free number, so that the process can open nothing more.
      allow([...Array(taken.size + 1).keys()].find((number) => !taken.has(number)));
      const other = gateway.key('other', '--scopes', 'agents:read');
      const during = await until('the check', async () => {
        // over the connection that is already open
        assert.deepEqual(
          [await status(gateway, crm), await status(gateway, ada)],
          [200, 401],
          'the key that was there, and the revoked token',
        );
        const answer = await ready(gateway);
        return answer.status === 503 && answer;
      });
      assert.match(during.body.checks.keys, /keys\.json cannot be read: Too many open files/);
      assert.equal(await status(gateway, ada), 401, 'the revoked token');
      assert.equal(await status(gateway, crm), 200, 'the key that was there');
      allow(1024);
      await until('the file', async () => (await ready(gateway)).status === 200);
      assert.deepEqual(
        [await status(gateway, ada), await status(gateway, crm), await status(gateway, other)],
        [401, 200, 200],
      );
      assert.equal(times(gateway.log(), /keys\.json cannot be read/), 1, 'said once');
      assert.equal(times(gateway.log(), /keys\.json can be read again/), 1);
      await gateway.stop();
    },
  );

  test('keys that are gone or cannot be read: what is known holds, and neither a start nor a command makes less of it', async () => {
    const gateway = await startGateway({ keep: true });
    const keys = join(gateway.folder, 'data/keys.json');
    const ada = gateway.token('admin', [], 'ada'),
      crm = gateway.key('crm', '--scopes', 'agents:read'),
      old = gateway.key('old', '--scopes', 'agents:read');
    gateway.cli('key', 'revoke', 'old');
    gateway.cli('revoke', '--subject', 'ada');
    const holds = async (what) =>
      assert.deepEqual(
        [await status(gateway, crm), await status(gateway, old), await status(gateway, ada)],
        [200, 401, 401],
        what,
      );
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
      for (const args of [
        ['key', 'create', '--name', 'new', '--scopes', 'agents:read'],
        ['key', 'revoke', 'crm'],
        ['key', 'list'],
        ['revoke', '--subject', 'bob'],
      ]) {
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
      const before = gateway.log().length,
        since = () => gateway.log().slice(before);
      make(keys);
      const answer = await until(what, async () => {
        const is = await ready(gateway);
        return is.status === 503 && is;
      });
      assert.match(answer.body.checks.keys, /keys\.json cannot be read/, what);
      await sleep(2500); // the gateway looks at the file each second
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
      [
        { DESKLINE_IDENTITY_ISSUER: 'company', DESKLINE_IDENTITY_JWKS: shown(data) },
        /\[identity\] jwks: .*data cannot be read/,
      ],
      [
        { DESKLINE_IDENTITY_ISSUER: 'company', DESKLINE_IDENTITY_JWKS: shown(join(data, 'nothing.json')) },
        /nothing\.json is not there/,
      ],
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
    watchedFiles(folder);
    const at = (name) => shown(join(folder, name));
    const gateway = await startGateway({
      config:
        `[server]\ncertificate = "${at('server.pem')}"\nprivate_key = "${at('server.key')}"\n` +
        `client_authorities = "${at('ca.pem')}"\nclient_revocations = "${at('crl.pem')}"\n[identity]\n` +
        `issuer = "company"\njwks = "${at('jwks.json')}"\n`,
    });
    await isReady(gateway);
    for (const [check, name] of [
      ['certificate', 'server.pem'],
      ['private-key', 'server.key'],
      ['client-authorities', 'ca.pem'],
      ['client-revocations', 'crl.pem'],
      ['provider-keys', 'jwks.json'],
    ]) {
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
    await until('a certificate that is none', async () =>
      /server\.pem/.test((await ready(gateway)).body.checks.certificate),
    );
    await gateway.stop();
    rmSync(folder, { recursive: true });
  });
});
