// The administrator's work, once every night: new certificates, keys and provider's keys, an outage, webhooks resumed,
// an agent erased.
import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authority, SigningKey } from '../e2e/harness/provider.mjs';
import { receiver } from './traffic.mjs';

export const issuer = 'https://login.example';

export class Administration {
  figures = {
    certificates: 0,
    keys: 0,
    providerKeys: 0,
    providerOutages: 0,
    switchOutages: 0,
    webhooks: 0,
    forgotten: 0,
  };

  constructor(folder) {
    Object.assign(this, {
      folder,
      authority: new Authority(folder),
      jwks: join(folder, 'jwks.json'),
      certificate: join(folder, 'server.pem'),
      key: join(folder, 'server.key'),
    });
    this.providerKeys = [];
    this.rotate();
    this.renew();
  }
  config() {
    return (
      `[server]\ncertificate = "${this.certificate}"\nprivate_key = "${this.key}"\n` +
      `trusted_proxies = ["127.0.0.1"]\n[identity]\nissuer = "${issuer}"\njwks = "${this.jwks}"\n` +
      'free_failures = 10\n[journal]\nretention_days = 7\naudit_retention_days = 7\n[webhooks]\n' +
      'allow_private_networks = true\nretries = ["5 s", "30 s", "10 min"]\ntimeout = 2\n[presence]\n' +
      'not_ready_after = 60\nsign_out_after = 14400\n[log]\nlevel = "warn"\n'
    );
  }
  renew() {
    const made = this.authority.issue('localhost', { file: 'next', days: 2 });
    copyFileSync(made.key ?? join(this.folder, 'next.key'), this.key + '.new');
    copyFileSync(made.certificate ?? join(this.folder, 'next.pem'), this.certificate + '.new');
    renameSync(this.key + '.new', this.key);
    renameSync(this.certificate + '.new', this.certificate);
    this.figures.certificates++;
  }
  // Publishes the new key beside the one before.
  rotate() {
    this.providerKeys = [...this.providerKeys.slice(-1), new SigningKey('key ' + this.figures.providerKeys++)];
    writeFileSync(this.jwks + '.new', JSON.stringify({ keys: this.providerKeys.map((key) => key.jwk()) }));
    renameSync(this.jwks + '.new', this.jwks);
  }
  async begin(gateway) {
    this.receivers = await Promise.all([
      receiver(() => 204),
      receiver(() => 500),
      receiver(() => (Math.floor(gateway.soakStep++ / 3) % 2 ? 503 : 200)),
    ]);
  }
  end() {
    this.receivers.forEach((one) => one.stop());
  }

  async night(gateway, traffic, time, day) {
    this.renew();
    this.rotate();
    const now = Math.floor(time.now() / 1000);
    await traffic.ask(
      'GET',
      '/me',
      undefined,
      this.providerKeys
        .at(-1)
        .token({ iss: issuer, aud: 'deskline', sub: 'ada', role: 'supervisor', iat: now, exp: now + 600 }),
    );
    // An outage of the provider: its file is missing for a while.
    if (day % 2) {
      rmSync(this.jwks);
      this.figures.providerOutages++;
    }
    const root = () => traffic.minter.token('root', 'admin');
    if (day % 7 === 0) {
      // A new key each week; older ones stay in the file, with the time of their last use.
      const secret = gateway
        .cli('key', 'create', '--name', 'crm', '--role', 'integration', '--scopes', 'agents:read', '--expires', '8d')
        .stdout.trim();
      this.figures.keys++;
      await traffic.ask('GET', '/agents', undefined, secret);
    }
    if (day % 7 === 6) gateway.cli('key', 'revoke', 'crm');
    const { body: hooks } = await traffic.ask('GET', '/webhooks', undefined, root());
    for (const { id } of hooks.items) await traffic.ask('DELETE', '/webhooks/' + id, undefined, root());
    for (const { url } of this.receivers) {
      const made = await traffic.ask('POST', '/webhooks', { url, types: ['deskline.agent-session'] }, root());
      if (made.status === 201) this.figures.webhooks++;
    }
    await gateway.telephony({ do: 'lose' });
    await traffic.ask('GET', '/audit?limit=50', undefined, root());
    if (day % 7 === 3) (gateway.cli('journal', 'forget', '--agent', '1003'), this.figures.forgotten++);
    this.figures.switchOutages++;
  }
  async morning(gateway, traffic, until) {
    writeFileSync(this.jwks + '.new', JSON.stringify({ keys: this.providerKeys.map((key) => key.jwk()) }));
    renameSync(this.jwks + '.new', this.jwks);
    await gateway.telephony({ do: 'restore' });
    const root = traffic.minter.token('root', 'admin');
    await until(
      'the switch is there again',
      async () => (await traffic.ask('PUT', '/agents/1001', { pin: '1001' }, root)).status < 300,
    );
    await traffic.ask('DELETE', '/agents/1001', undefined, root);
  }
}
