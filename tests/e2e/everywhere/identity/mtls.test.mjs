// Client certificates over every way in (REST, WebSocket, event stream), with full handshakes and resumed sessions,
// under TLS 1.2 and 1.3: issued by the root or through an intermediate, revoked at either level, and after the
// authorities have changed.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import https from 'node:https';
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { run, shown, startGateway, until } from '../../harness/harness.mjs';
import { Authority } from '../../harness/provider.mjs';

const folder = mkdtempSync(join(tmpdir(), 'deskline-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const pem = (...files) => files.map((file) => readFileSync(file, 'utf8')).join('');

const root = new Authority(join(folder, 'root'), 'Root'),
  middle = new Authority(join(folder, 'middle'), 'Middle', root),
  other = new Authority(join(folder, 'other'), 'Other');
const named = (authority, name) =>
  authority.issue(name, { usage: 'clientAuth', alternatives: 'DNS:client.test', file: name.replaceAll(' ', '-') });
const direct = named(root, 'direct'),
  through = named(middle, 'through');
const shows = {
  direct: { key: pem(direct.key), cert: pem(direct.certificate) },
  through: { key: pem(through.key), cert: pem(through.certificate, middle.certificate) },
};

// The outcome for a client with these certificates: 'in', or how the gateway refused. `resumes`: the session of an
// earlier connection.
const ways = {
  REST: (gateway, tls) =>
    new Promise((done) => {
      const request = https.get(gateway.url + '/api/v1/me', { ...tls, agent: false }, (answer) => {
        answer.resume();
        answer.on('end', () => done(answer.statusCode === 200 ? 'in' : String(answer.statusCode)));
      });
      request.on('error', () => done('no handshake'));
    }),
  WebSocket: (gateway, tls) =>
    new Promise((done) => {
      const socket = new WebSocket(gateway.url.replace('https', 'wss') + '/api/v1/stream', 'deskline.v1', tls);
      socket.on('open', () => socket.send(JSON.stringify({ op: 'hello', topics: ['agent'] })));
      socket.on('message', (data) => JSON.parse(data).op === 'snapshot' && (done('in'), socket.terminate()));
      socket.on('close', (code) => done('closed ' + code));
      socket.on('error', () => done('no handshake'));
    }),
  'event stream': (gateway, tls) =>
    new Promise((done) => {
      const request = https.get(
        gateway.url + '/api/v1/events?types=agent',
        { ...tls, agent: false, headers: { Accept: 'text/event-stream' } },
        (answer) => {
          answer.on('data', (data) => {
            if (/event: snapshot/.test(data)) (done('in'), request.destroy());
            if (/event: close/.test(data)) done('closed ' + data);
          });
          if (answer.statusCode !== 200) (done(String(answer.statusCode)), request.destroy());
        },
      );
      request.on('error', () => done('no handshake'));
    }),
};

// A session to resume by, where the gateway gives one out.
const sessionOf = (gateway, tls) =>
  new Promise((done) => {
    let session;
    const request = https.get(gateway.url + '/api/v1/me', { ...tls, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => done(session ?? request.socket.getSession()));
    });
    request.on('socket', (socket) => socket.on('session', (one) => (session = one)));
    request.on('error', () => done(undefined));
  });

const tlsOf = (who, version, more = {}) => ({
  rejectUnauthorized: false,
  minVersion: version,
  maxVersion: version,
  ...shows[who],
  ...more,
});
const versions = ['TLSv1.2', 'TLSv1.3'];

async function inAll(gateway, expected, sessions = {}) {
  const wrong = [];
  for (const version of versions)
    for (const [who, wanted] of Object.entries(expected))
      for (const [way, come] of Object.entries(ways)) {
        const session = sessions[who + version] ?? (await sessionOf(gateway, tlsOf(who, version)));
        for (const [how, more] of [
          ['fresh', {}],
          ['resumed', { session }],
        ]) {
          const came = await come(gateway, tlsOf(who, version, more));
          if (came !== wanted) wrong.push(`${who}, ${way}, ${version}, ${how}: ${came}, not ${wanted}`);
        }
      }
  assert.deepEqual(wrong, []);
}

async function served(body, more = '') {
  const authorities = join(folder, 'authorities.pem'),
    revocations = join(folder, 'revocations.pem');
  copyFileSync(root.certificate, authorities);
  root.publish();
  middle.publish();
  writeFileSync(revocations, pem(root.crl, middle.crl));
  const gateway = await startGateway({
    config:
      `[server]\nclient_authorities = "${shown(authorities)}"\nclient_revocations = "${shown(revocations)}"\n` +
      `${more}`,
  });
  for (const name of ['direct', 'through'])
    gateway.cli('key', 'create', '--name', name, '--scopes', 'agents:read,audio:read', '--certificate', 'CN=' + name);
  const sessions = {};
  for (const version of versions)
    for (const who of Object.keys(shows)) sessions[who + version] = await sessionOf(gateway, tlsOf(who, version));
  await body(gateway, sessions, { authorities, revocations });
  await gateway.stop();
}
// The files are read again within a second or two.
const reread = (gateway, seen) =>
  until('the files were read again', () => (gateway.log().match(/was read again/g) ?? []).length > seen);

describe('client certificates', () => {
  test('by the root or through an intermediate: in by every way, a second time as the first', () =>
    served((gateway) => inAll(gateway, { direct: 'in', through: 'in' })));

  test('a certificate whose key was revoked is let in by the next one that is made for it', () =>
    served(async (gateway) => {
      const passes = (token) => async () => (await gateway.request('GET', '/me', undefined, { token })).status === 200;
      const tls = tlsOf('direct', 'TLSv1.3');
      for (const round of [1, 2]) {
        gateway.cli('key', 'revoke', 'direct');
        await until('the revocation', async () => (await ways.REST(gateway, tls)) === '401');
        assert.equal(
          gateway.cli(
            'key',
            'create',
            '--name',
            'direct',
            '--scopes',
            'agents:read,audio:read',
            '--certificate',
            'CN=direct',
          ).code,
          0,
        );
        await until('what was made after it', passes(gateway.key('after ' + round, '--scopes', 'agents:read')));
        for (const [way, come] of Object.entries(ways))
          assert.equal(await come(gateway, tls), 'in', `${way}, ${round}`);
      }
    }));

  test('a certificate that an intermediate has revoked is refused, with what it had before too', () =>
    served(async (gateway, sessions, { revocations }) => {
      const gone = named(middle, 'gone');
      shows.gone = { key: pem(gone.key), cert: pem(gone.certificate, middle.certificate) };
      gateway.cli('key', 'create', '--name', 'gone', '--scopes', 'agents:read,audio:read', '--certificate', 'CN=gone');
      for (const version of versions) sessions['gone' + version] = await sessionOf(gateway, tlsOf('gone', version));
      await inAll(gateway, { gone: 'in' });
      middle.revoke(gone);
      writeFileSync(revocations, pem(root.crl, middle.crl));
      await reread(gateway, 0);
      await inAll(gateway, { direct: 'in', through: 'in', gone: 'no handshake' }, sessions);
      delete shows.gone;
    }));

  // Requests on one connection: returns each time the status, and whether the connection was still the same.
  const kept = (gateway, tls) => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ...tls });
    const asked = () =>
      new Promise((done, fail) => {
        const request = https.get(
          gateway.url + '/api/v1/me',
          { agent },
          (answer) => (answer.resume(), answer.on('end', () => done([answer.statusCode, request.reusedSocket]))),
        );
        request.on('error', fail);
      });
    return { agent, asked };
  };

  test('a connection and a stream that are open when their certificate ends are nobody’s from then on', () =>
    served(async (gateway) => {
      const library = execFileSync('dpkg', ['-L', 'libfaketime'], { encoding: 'utf8' })
        .split('\n')
        .find((path) => path.endsWith('/libfaketime.so.1'));
      // A certificate that is valid for a day, of which fifty seconds are left.
      const signing = (...args) =>
        execFileSync('openssl', args, {
          stdio: 'ignore',
          env: { ...process.env, LD_PRELOAD: library, FAKETIME: '-86350' },
        });
      const brief = root.issue('brief', { usage: 'clientAuth', alternatives: 'DNS:client.test', days: 1, signing });
      gateway.cli(
        'key',
        'create',
        '--name',
        'brief',
        '--scopes',
        'agents:read,audio:read',
        '--certificate',
        'CN=brief',
      );
      const tls = { rejectUnauthorized: false, key: pem(brief.key), cert: pem(brief.certificate) },
        { agent, asked } = kept(gateway, tls);
      assert.deepEqual(await asked(), [200, false]);
      const stream = new WebSocket(gateway.url.replace('https', 'wss') + '/api/v1/stream', 'deskline.v1', tls);
      const closed = new Promise((done) => stream.on('close', (code) => done(code)));
      stream.on('open', () => stream.send(JSON.stringify({ op: 'hello', topics: ['agent'] })));
      await Promise.race([
        new Promise((done) => stream.on('message', (data) => JSON.parse(data).op === 'snapshot' && done())),
        closed.then((code) => assert.fail('closed ' + code)),
      ]);
      await until(
        'its end',
        async () => {
          const [status, reused] = await asked();
          assert.ok(reused);
          return status === 401;
        },
        90_000,
      );
      assert.equal(await closed, 4102);
      agent.destroy();
    }, 'heartbeat = 2\n'));

  test('a connection that is open when its certificate is revoked is nobody’s from then on', () =>
    served(async (gateway, _, { revocations }) => {
      const late = named(root, 'late');
      gateway.cli('key', 'create', '--name', 'late', '--scopes', 'agents:read,audio:read', '--certificate', 'CN=late');
      const { agent, asked } = kept(gateway, {
        rejectUnauthorized: false,
        key: pem(late.key),
        cert: pem(late.certificate),
      });
      assert.deepEqual(await asked(), [200, false]);
      assert.deepEqual(await asked(), [200, true]);
      root.revoke(late);
      writeFileSync(revocations, pem(root.crl, middle.crl));
      await reread(gateway, 0);
      assert.deepEqual(await asked(), [401, true]);
      agent.destroy();
    }));

  test('an intermediate that the root has revoked takes all with it whom it vouches for', () =>
    served(async (gateway, sessions, { revocations }) => {
      root.revoke(middle);
      writeFileSync(revocations, pem(root.crl, middle.crl));
      await reread(gateway, 0);
      await inAll(gateway, { direct: 'in', through: 'no handshake' }, sessions);
    }));

  test('authorities that were replaced vouch for nobody any more', () =>
    served(async (gateway, sessions, { authorities, revocations }) => {
      writeFileSync(revocations, pem(root.crl, middle.crl, other.crl));
      writeFileSync(authorities, pem(other.certificate));
      await reread(gateway, 0);
      await inAll(gateway, { direct: 'no handshake', through: 'no handshake' }, sessions);
    }));

  test('an authority without a CRL is named: at the start, and in the log where a file has changed; an intermediate’s client is refused', async () => {
    const revocations = join(folder, 'some.pem');
    const config = (authorities, crls) => {
      writeFileSync(revocations, pem(...crls));
      const file = join(folder, 'some.toml');
      writeFileSync(
        file,
        `[server]\nlisten = "127.0.0.1:0"\ndata_dir = "${shown(join(folder, 'some'))}"\n` +
          `client_authorities = "${shown(authorities)}"\nclient_revocations = "${shown(revocations)}"\n`,
      );
      return run(['serve', '--config', shown(file)]);
    };
    const both = join(folder, 'both.pem');
    writeFileSync(both, pem(root.certificate, middle.certificate));
    const refused = config(both, [root.crl]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /some\.pem holds no CRL signed by \/CN=Middle: /);
    assert.match(config(both, [middle.crl]).stderr, /holds no CRL signed by \/CN=Root: /);
    const impostor = new Authority(join(folder, 'impostor'), 'Root');
    assert.match(
      config(root.certificate, [impostor.crl]).stderr,
      /holds no CRL signed by \/CN=Root: /,
      'of the same name',
    );
    await served(async (gateway, _, files) => {
      writeFileSync(files.revocations, pem(middle.crl));
      await until('it is said', () => /holds no CRL signed by \/CN=Root: /.test(gateway.log()));
      await inAll(gateway, { direct: 'in' });
      appendFileSync(files.revocations, pem(root.crl));
      await reread(gateway, 0);
      const fresh = new Authority(join(folder, 'fresh'), 'Fresh', root),
        client = named(fresh, 'fresh');
      shows.fresh = { key: pem(client.key), cert: pem(client.certificate, fresh.certificate) };
      await inAll(gateway, { fresh: 'no handshake' });
      delete shows.fresh;
      await until('the audit says why', () =>
        gateway.audit().some((e) => e.action === 'certificate' && /CRL/.test(e.detail)),
      );
    });
  });
});
