// An identity provider's side: keys of every kind, a JWKS of them, tokens signed with them; and certificates of a
// test's own authority.
import { generateKeyPairSync, sign } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';

const base64url = (value) =>
  Buffer.from(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString(
    'base64url',
  );

export class SigningKey {
  constructor(kid, algorithm = 'ES256') {
    Object.assign(this, { kid, algorithm });
    const made =
      algorithm === 'RS256'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : algorithm === 'ES256'
          ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
          : generateKeyPairSync('ed25519');
    Object.assign(this, made);
  }
  jwk(more = {}) {
    return { ...this.publicKey.export({ format: 'jwk' }), kid: this.kid, use: 'sig', ...more };
  }
  sign(text) {
    return sign(this.algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(text), {
      key: this.privateKey,
      dsaEncoding: 'ieee-p1363',
    });
  }
  // Header and claims are objects, or texts where the text itself is the attack.
  token(claims, header = {}) {
    const head = typeof header === 'string' ? header : { alg: this.algorithm, kid: this.kid, typ: 'at+jwt', ...header };
    const text = `${base64url(head)}.${base64url(claims)}`;
    return `${text}.${this.sign(text).toString('base64url')}`;
  }
}

export const unsigned = (header, claims, signature = '') => `${base64url(header)}.${base64url(claims)}.${signature}`;

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });

// An authority in a folder, with a database for revocations: a root, or an intermediate of `issuer`.
export class Authority {
  constructor(folder, name = 'Test authority', issuer) {
    mkdirSync(folder, { recursive: true });
    this.folder = folder;
    this.certificate = join(folder, 'authority.pem');
    this.key = join(folder, 'authority.key');
    this.crl = join(folder, 'authority.crl');
    this.make(name, issuer);
    writeFileSync(join(folder, 'index.txt'), '');
    writeFileSync(join(folder, 'number'), '01');
    writeFileSync(
      join(folder, 'authority.cnf'),
      `[ca]\ndefault_ca=own\n[own]\ndatabase=${folder}/index.txt\ncrlnumber=${folder}/number\n` +
        'default_md=sha256\ndefault_crl_days=30\ndefault_days=30\n',
    );
    this.publish();
  }
  // Makes its key and its certificate.
  make(name, issuer) {
    const { folder } = this;
    const made = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      this.key,
      '-subj',
      `/CN=${name}`,
    ];
    if (issuer) {
      const request = join(folder, 'authority.csr'),
        extensions = join(folder, 'authority.ext');
      openssl('req', '-new', ...made, '-out', request);
      writeFileSync(extensions, 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n');
      openssl(
        'x509',
        '-req',
        '-in',
        request,
        '-CA',
        issuer.certificate,
        '-CAkey',
        issuer.key,
        '-CAcreateserial',
        '-out',
        this.certificate,
        '-days',
        '30',
        '-extfile',
        extensions,
      );
    } else {
      openssl(
        'req',
        '-x509',
        ...made,
        '-out',
        this.certificate,
        '-days',
        '30',
        '-addext',
        'keyUsage=critical,keyCertSign,cRLSign',
      );
    }
  }
  // `usage`: serverAuth or clientAuth; `kind`: ec or rsa.
  issue(
    name,
    {
      usage = 'serverAuth',
      kind = 'ec',
      days = 30,
      signing = openssl,
      alternatives = 'DNS:localhost,IP:127.0.0.1',
      file = name,
    } = {},
  ) {
    const key = join(this.folder, file + '.key'),
      request = join(this.folder, file + '.csr'),
      certificate = join(this.folder, file + '.pem'),
      extensions = join(this.folder, file + '.ext');
    openssl(
      'req',
      '-new',
      '-newkey',
      ...(kind === 'ec' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] : ['rsa:2048']),
      '-nodes',
      '-keyout',
      key,
      '-out',
      request,
      '-subj',
      `/CN=${name}`,
    );
    writeFileSync(
      extensions,
      `basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=${usage}\n` +
        `subjectAltName=${alternatives}\ncrlDistributionPoints=URI:http://authority.test/crl\n`,
    );
    signing(
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      this.certificate,
      '-CAkey',
      this.key,
      '-CAcreateserial',
      '-out',
      certificate,
      '-days',
      String(days),
      '-extfile',
      extensions,
    );
    return { key, certificate };
  }
  revoke({ certificate }) {
    openssl(
      'ca',
      '-config',
      join(this.folder, 'authority.cnf'),
      '-keyfile',
      this.key,
      '-cert',
      this.certificate,
      '-revoke',
      certificate,
    );
    this.publish();
  }
  publish() {
    openssl(
      'ca',
      '-config',
      join(this.folder, 'authority.cnf'),
      '-keyfile',
      this.key,
      '-cert',
      this.certificate,
      '-gencrl',
      '-out',
      this.crl,
    );
  }
}

// An https server that answers with what `answer(path)` gives: text, or nothing for 404.
export async function secureServer(pair, answer) {
  const asked = [];
  const server = https.createServer(
    { key: readFileSync(pair.key), cert: readFileSync(pair.certificate) },
    (request, response) => {
      asked.push(request.url);
      const text = answer(request.url);
      text === undefined
        ? response.writeHead(404).end()
        : response.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
    },
  );
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  return {
    url: `https://localhost:${port}`,
    port,
    asked,
    stop: () => new Promise((done) => (server.close(done), server.closeAllConnections())),
  };
}
