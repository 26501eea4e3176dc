// TLS: certificates that change, resumption, client certificates, what pages are sent with.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import https from 'node:https';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { onWindows, startGateway, until, shown, run } from '../../harness/harness.mjs';
import { Authority } from '../../harness/provider.mjs';

const folder = mkdtempSync(join(tmpdir(), 'deskline-test-'));
const authority = new Authority(folder);
after(() => rmSync(folder, { recursive: true, force: true }));
// The last audit entry that fits; it is written soon after the answer.
const audited = (gateway, what, fits) => until('an audit entry: ' + what, () => gateway.audit().reverse().find(fits));

describe('TLS', () => {
  const handshake = (gateway, options = {}) =>
    new Promise((done, fail) => {
      const request = https.get(
        gateway.url + '/api/v1/me',
        { rejectUnauthorized: false, agent: new https.Agent({ maxCachedSessions: 0 }), timeout: 60_000, ...options },
        (answer) => {
          const certificate = answer.socket.getPeerCertificate();
          let text = '';
          answer.on('data', (d) => (text += d));
          answer.on('error', fail);
          answer.on(
            'end',
            () => (
              answer.socket.destroy(),
              done({
                status: answer.statusCode,
                fingerprint: certificate.fingerprint256,
                protocol: answer.socket.getProtocol?.(),
                body: JSON.parse(text),
              })
            ),
          );
        },
      );
      request.on('error', fail);
      request.on('timeout', () => request.destroy(new Error('no answer')));
    });

  test('a certificate is read again when it changes, ECDSA then RSA; a stream that is open loses nothing, a wrong file changes nothing', async () => {
    const first = authority.issue('localhost', { file: 'first' }),
      second = authority.issue('localhost', { file: 'second', kind: 'rsa' });
    const certificate = join(folder, 'live.pem'),
      key = join(folder, 'live.key');
    const use = (pair) => (
      writeFileSync(key, readFileSync(pair.key)),
      writeFileSync(certificate, readFileSync(pair.certificate))
    );
    use(first);
    const gateway = await startGateway({
      config: `[server]\ncertificate = "${shown(certificate)}"\nprivate_key = "${shown(key)}"\n`,
    });
    const stream = await gateway.stream({ topics: ['agent'] });
    const before = (await handshake(gateway)).fingerprint;
    use(second);
    await until('the new certificate', async () => (await handshake(gateway)).fingerprint !== before);
    await gateway.signIn('1001');
    await stream.event('agent', 'signed-in');
    const now = (await handshake(gateway)).fingerprint;
    writeFileSync(certificate, 'nonsense');
    await until('a word in the log', () => gateway.log().includes('The certificate from before is used on'));
    assert.equal((await handshake(gateway)).fingerprint, now);
    stream.close();
    await gateway.stop();
  });

  test('a session ticket resumes, over a change of certificates too; SIGHUP reads them again', async () => {
    const gateway = await startGateway();
    const visit = (session) =>
      new Promise((done, fail) => {
        const socket = connect(
          { port: new URL(gateway.url).port, rejectUnauthorized: false, servername: 'localhost', session },
          () => {
            reused = socket.isSessionReused();
            socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
          },
        );
        let ticket, reused;
        socket.on('session', (s) => (ticket = s));
        socket.on('data', () => {});
        socket.on('error', fail);
        socket.on('close', () => done({ reused, ticket }));
      });
    const first = await visit();
    assert.equal(first.reused, false);
    assert.equal((await visit(first.ticket)).reused, true);
    if (!onWindows) {
      gateway.signal('SIGHUP');
      await until('a word in the log', () => gateway.log().includes('was read again'));
      assert.equal((await visit(first.ticket)).reused, true);
    }
    await gateway.stop();
  });

  test('client certificates: the subject or an alternative name stands for a caller; unknown, foreign and revoked ones are refused', async () => {
    const crm = authority.issue('crm.test', {
      usage: 'clientAuth',
      alternatives: 'DNS:crm.test,URI:spiffe://test/crm',
      file: 'crm',
    });
    const other = authority.issue('other.test', { usage: 'clientAuth', alternatives: 'DNS:other.test', file: 'other' });
    const elsewhere = mkdtempSync(join(tmpdir(), 'deskline-test-'));
    const foreign = new Authority(elsewhere, 'Foreign authority').issue('crm.test', { usage: 'clientAuth' });
    const gateway = await startGateway({
      config:
        `[server]\nclient_authorities = "${shown(authority.certificate)}"\n` +
        `client_revocations = "${shown(authority.crl)}"\n`,
    });
    assert.equal(
      gateway.cli(
        'key',
        'create',
        '--name',
        'door',
        '--scopes',
        'agents:read',
        '--certificate',
        'URI:spiffe://test/crm',
      ).code,
      0,
    );
    assert.equal(
      gateway.cli('key', 'create', '--name', 'x', '--scopes', 'agents:read', '--certificate', 'crm.test').code,
      2,
    );
    const shows = ({ key, certificate }) => ({ key: readFileSync(key), cert: readFileSync(certificate) });
    const me = await handshake(gateway, shows(crm));
    assert.deepEqual([me.status, me.body.subject, me.body.by], [200, 'door', 'certificate']);
    const unknown = await handshake(gateway, shows(other));
    assert.deepEqual([unknown.status, /stands for nobody here/.test(unknown.body.detail)], [401, true]);
    await assert.rejects(handshake(gateway, shows(foreign)));
    assert.equal((await handshake(gateway)).status, 401, 'nobody needs one');
    assert.equal((await gateway.request('GET', '/me')).status, 200);
    const socket = new WebSocket(gateway.url.replace('https', 'wss') + '/api/v1/stream', 'deskline.v1', {
      rejectUnauthorized: false,
      ...shows(crm),
    });
    const closed = new Promise((done) => socket.on('close', (code) => done(code)));
    await new Promise((done) => socket.on('open', done));
    socket.send(JSON.stringify({ op: 'hello', topics: ['agent'] }));
    await Promise.race([
      new Promise((done) => socket.on('message', (data) => JSON.parse(data).op === 'snapshot' && done())),
      closed.then((code) => assert.fail('closed ' + code)),
    ]);
    authority.revoke(crm);
    assert.equal(await closed, 4001, 'the stream of a revoked certificate ends');
    await assert.rejects(handshake(gateway, shows(crm)));
    await audited(gateway, 'a refused certificate', (e) => e.action === 'certificate' && /revoked/.test(e.detail));
    await audited(gateway, 'a foreign certificate', (e) => e.action === 'certificate' && /issuer/.test(e.detail));
    await gateway.stop();
    rmSync(elsewhere, { recursive: true });
  });

  test('pages: HSTS, no inline script, nosniff, who may frame them; nothing is compressed for another site', async () => {
    const gateway = await startGateway({ config: '[server]\nframe_ancestors = ["https://crm.test"]\n' });
    const page = await gateway.request('GET', '//', undefined, { token: '' });
    assert.match(
      page.headers['content-security-policy'],
      /default-src 'self';.*frame-ancestors 'self' https:\/\/crm\.test$/,
    );
    assert.doesNotMatch(page.headers['content-security-policy'], /unsafe/);
    assert.doesNotMatch(page.headers['content-security-policy'], /connect-src[^;]* wss:[ ;]/, 'WebSockets to any host');
    assert.match(page.headers['strict-transport-security'], /max-age=31536000/);
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    const encoded = async (headers, path = '//metrics') =>
      (await gateway.request('GET', path, undefined, { token: '', headers: { 'Accept-Encoding': 'gzip', ...headers } }))
        .headers['content-encoding'];
    assert.equal(await encoded({}), 'gzip');
    assert.equal(await encoded({ Referer: gateway.url + '/' }), 'gzip');
    assert.equal(await encoded({ Referer: 'https://evil.test/' }), undefined);
    assert.equal(await encoded({ 'Sec-Fetch-Site': 'cross-site' }), undefined);
    for (const path of ['//components.js', '//docs', '/openapi.json'])
      // pages of every origin may load it: it is the same for all
      assert.equal(await encoded({ 'Sec-Fetch-Site': 'cross-site' }, path), 'gzip', path);
    const script = await gateway.request('GET', '//components.js', undefined, { token: '' });
    assert.equal(
      (
        await gateway.request('GET', '//components.js', undefined, {
          token: '',
          headers: { 'If-None-Match': script.headers.etag },
        })
      ).status,
      304,
    );
    const [, asset] = page.text.match(/\.\/(assets\/[^"]+\.js)/);
    assert.match(
      (await gateway.request('GET', '//' + asset, undefined, { token: '' })).headers['cache-control'],
      /immutable/,
    );
    await gateway.stop();
  });

  test('limits before anybody is known: connections from one address', async () => {
    const gateway = await startGateway({ config: '[server]\nconnections_per_address = 5\n' });
    const streams = [];
    for (let n = 0; n < 4; ++n) streams.push(await gateway.open());
    await assert.rejects(
      (async () => {
        for (let n = 0; n < 4; ++n) streams.push(await gateway.open());
      })(),
    );
    for (const stream of streams) stream.close();
    await until('room again', () =>
      gateway.open().then(
        (s) => (s.close(), true),
        () => false,
      ),
    );
    await gateway.stop();
  });

  test('mistakes in the configuration are named', () => {
    const check = (text) => {
      const file = join(folder, 'wrong.toml');
      writeFileSync(file, text);
      const { code, stderr } = run(['check-config', '--config', shown(file)]);
      return code === 1 ? stderr : 'no mistake';
    };
    assert.match(check('[identity]\nissuer = "company"\n'), /identity.issuer must be an https address/);
    assert.match(check('[identity]\njwks = "keys.json"\n'), /identity.issuer must be set too/);
    assert.match(
      check('[identity]\nissuer = "company"\njwks = "http://login.test/keys"\n'),
      /identity.jwks must be a file or an https address/,
    );
    assert.match(check('[identity]\nroles = ["Team leads"]\n'), /identity.roles must hold texts such as/);
    assert.match(check('[identity]\nissuer = "deskline"\njwks = "k"\n'), /cannot be "deskline"/);
    assert.match(check('[server]\nclient_revocations = "crl.pem"\n'), /server.client_authorities must be set too/);
  });
});
