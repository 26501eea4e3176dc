// Webhooks whose gateway was killed, and receivers that must not be reached.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, until } from '../../harness/harness.mjs';
import { receiver } from '../../harness/receiver.mjs';

test('a gateway that was killed goes on where it was: nothing is lost, what is repeated has the same id', async () => {
  const target = await receiver();
  const data = mkdtempSync(join(tmpdir(), 'deskline-test-'));
  const settings = '[webhooks]\nallow_private_networks = true\n';
  let gateway = await startGateway({ config: settings, folder: data, keep: true });
  const session = await gateway.signIn();
  await gateway.request('POST', '/webhooks', { url: target.url, types: ['agent-session'] });
  const cursors = [];
  for (let i = 0; i < 20; ++i)
    cursors.push((await gateway.setState(session, i % 2 ? 'not-ready' : 'ready')).body.cursor);
  gateway.signal('SIGKILL');
  await gateway.exit;
  gateway = await startGateway({ config: settings, folder: data });
  await until('all of them', () => new Set(target.ids()).size >= 20);
  assert.deepEqual([...new Set(target.ids())].slice(0, 20), cursors);
  await gateway.stop();
  target.stop();
});

test('receivers in private networks are not to be reached unless the configuration allows it', async () => {
  const target = await receiver();
  const gateway = await startGateway({ config: '[webhooks]\nretries = []\n' });
  const session = await gateway.signIn();
  const { body } = await gateway.request('POST', '/webhooks', { url: target.url });
  await gateway.setState(session, 'ready');
  const failed = await until(
    'a failure',
    async () => (await gateway.request('GET', `/webhooks/${body.id}/deliveries`)).body.items[0],
  );
  assert.match(failed.error, /private network/);
  assert.equal(target.received.length, 0);
  await gateway.stop();
  target.stop();
});

test('no spelling reaches a private network: names of addresses, IPv4 inside IPv6', async () => {
  const gateway = await startGateway({ config: '[webhooks]\nretries = []\n' });
  const session = await gateway.signIn();
  const urls = [
    'https://127.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://localhost/',
    'http://LOCALHOST/',
    'http://[::ffff:127.0.0.1]/',
    'https://[2002:7f00:1::1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2001:0:4136:e378::1]/',
    'https://169.254.169.254/',
    'https://198.18.0.1/',
  ];
  const hooks = new Map(),
    wrong = [];
  for (const url of urls) {
    const { status, body } = await gateway.request('POST', '/webhooks', { url });
    status === 201 ? hooks.set(url, body.id) : wrong.push(`${url}: ${status}`);
  }
  await gateway.setState(session, 'ready');
  for (const [url, id] of hooks) {
    const failed = await until(
      'a failure of ' + url,
      async () => (await gateway.request('GET', `/webhooks/${id}/deliveries`)).body.items[0],
    );
    if (!/private network/.test(failed.error)) wrong.push(`${url}: ${failed.error}`);
  }
  assert.deepEqual(wrong, []);
  await gateway.stop();
});
