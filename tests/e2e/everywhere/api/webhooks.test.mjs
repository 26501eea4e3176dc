// Webhooks against receivers of the test's own, their signatures checked by the Standard Webhooks library.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { startGateway, until, sleep, shown } from '../../harness/harness.mjs';
import { certificate, receiver } from '../../harness/receiver.mjs';

const config =
  `[webhooks]\nallow_private_networks = true\nauthorities = "${shown(certificate)}"\nretries = ["1 s", "1 s"]\n` +
  'timeout = 2\n';

describe('webhooks', () => {
  let gateway, session;
  before(async () => {
    gateway = await startGateway({ config });
    session = await gateway.signIn();
  });
  after(() => gateway.stop());
  const create = async (body) => (await gateway.request('POST', '/webhooks', body)).body;
  const change = async () =>
    (
      await gateway.setState(
        session,
        (await gateway.request('GET', '/sessions/' + session)).body.state === 'ready' ? 'not-ready' : 'ready',
      )
    ).body;
  const read = async (hook) => (await gateway.request('GET', '/webhooks/' + hook.id)).body;

  test('events are posted over TLS, in order, with the same bytes, signed as Standard Webhooks says', async () => {
    const target = await receiver(undefined, true);
    const created = await gateway.request('POST', '/webhooks', { url: target.url, types: ['deskline.agent-session'] });
    assert.equal(created.status, 201, created.text);
    assert.match(created.headers.location, /\/webhooks\/[0-9a-f]{16}$/);
    const hook = created.body;
    const cursors = [];
    for (let i = 0; i < 5; ++i) cursors.push((await change()).cursor);
    await until('five deliveries', () => target.received.length === 5);
    assert.deepEqual(target.ids(), cursors);
    const page = await gateway.request('GET', `/events?types=agent-session&limit=500`);
    for (const { body, headers, json } of target.received) {
      assert.ok(page.text.includes(body), 'the same bytes as everywhere');
      assert.equal(headers['webhook-id'], json.id);
      assert.match(headers['content-type'], /^application\/cloudevents\+json/);
      new Webhook(hook.secret).verify(body, headers);
    }
    assert.throws(() => new Webhook(hook.secret).verify(target.received[0].body + ' ', target.received[0].headers));
    const { items } = (await gateway.request('GET', `/webhooks/${hook.id}/deliveries`)).body;
    assert.equal(items.length, 5);
    assert.deepEqual([items[0].event, items[0].status, items[0].attempt], [cursors[4], 200, 1]);
    assert.equal((await read(hook)).cursor, cursors[4]);
    assert.equal((await read(hook)).secret, undefined, 'a secret is shown once');
    await gateway.request('DELETE', '/webhooks/' + hook.id);
    assert.equal((await gateway.request('GET', '/webhooks/' + hook.id)).status, 404);
    target.stop();
  });

  test('what fails is tried again in its place; after the last retry the webhook is suspended, says so, and goes on when told', async () => {
    let failing = true;
    const target = await receiver(() => (failing ? [500, 'x'.repeat(3000)] : 200));
    const stream = await gateway.stream({ topics: ['webhook'] });
    const hook = await create({ url: target.url, types: ['agent-session'] });
    const first = (await change()).cursor,
      second = (await change()).cursor;
    const told = await stream.frame('suspended', (f) => f.type === 'deskline.webhook');
    assert.equal(told.data.event, 'suspended');
    assert.equal(told.data.webhook.id, hook.id);
    assert.deepEqual(target.ids(), [first, first, first], 'three attempts at the first, none at the second');
    const suspended = await read(hook);
    assert.equal(suspended.state, 'suspended');
    assert.match(suspended.problem, /500/);
    const { items } = (await gateway.request('GET', `/webhooks/${hook.id}/deliveries`)).body;
    assert.deepEqual(
      items.map((d) => d.attempt),
      [3, 2, 1],
    );
    assert.equal(items[0].answer.length, 1024);
    failing = false;
    assert.equal((await gateway.request('PATCH', '/webhooks/' + hook.id, { state: 'active' })).body.state, 'active');
    await until('both', () => target.ids().at(-1) === second);
    assert.deepEqual(target.ids().slice(3), [first, second]);
    await gateway.request('DELETE', '/webhooks/' + hook.id);
    target.stop();
    stream.close();
  });

  test('a receiver that answers 410 ends it; one that is not there is a failure with its reason', async () => {
    const target = await receiver(() => 410);
    const hook = await create({ url: target.url });
    const gone = await create({ url: 'http://127.0.0.1:9/hook' });
    await change();
    await until('ended', async () => (await read(hook)).state === 'ended');
    assert.equal(target.received.length, 1);
    await until('suspended', async () => (await read(gone)).state === 'suspended');
    assert.match(
      (await gateway.request('GET', `/webhooks/${gone.id}/deliveries`)).body.items[0].error,
      /No connection/,
    );
    for (const { id } of [hook, gone]) await gateway.request('DELETE', '/webhooks/' + id);
    target.stop();
  });

  test('a slow receiver delays nobody else', async () => {
    const slow = await receiver(() => new Promise((done) => setTimeout(done, 60_000, 200).unref()));
    const quick = await receiver();
    const hooks = [await create({ url: slow.url }), await create({ url: quick.url, types: ['agent-session'] })];
    const cursors = [];
    for (let i = 0; i < 3; ++i) cursors.push((await change()).cursor);
    await until('the quick one has all', () => quick.received.length === 3);
    assert.equal(new Set(slow.ids()).size, 1, 'its first event, however often');
    await until(
      'the slow one has failed once',
      async () => (await gateway.request('GET', `/webhooks/${hooks[0].id}/deliveries`)).body.items.length > 0,
    );
    for (const { id } of hooks) await gateway.request('DELETE', '/webhooks/' + id);
    slow.stop();
    quick.stop();
  });

  test('however often a webhook is changed, one delivery of it is on its way', async () => {
    let open = 0,
      most = 0,
      answer;
    const changed = new Promise((done) => (answer = done));
    const target = await receiver(async () => {
      most = Math.max(most, ++open);
      await changed;
      --open;
      return 200;
    });
    const hook = await create({ url: target.url, types: ['deskline.agent-session'] });
    const { cursor } = await change();
    await until('it is on its way', () => open === 1);
    for (let i = 0; i < 30; ++i) assert.equal((await gateway.request('PATCH', '/webhooks/' + hook.id, {})).status, 200);
    answer();
    const last = await change();
    await until('both have come', () => target.ids().includes(last.cursor));
    assert.ok(target.ids().includes(cursor));
    assert.equal(most, 1);
    assert.ok(
      target.received.length <= 3,
      `${target.received.length} deliveries of two events, of which one may be repeated`,
    );
    await gateway.request('DELETE', '/webhooks/' + hook.id);
    target.stop();
  });

  test('a rotated secret: for a day both are valid', async () => {
    const target = await receiver();
    const hook = await create({ url: target.url, types: ['agent-session'] });
    const rotated = (await gateway.request('PATCH', '/webhooks/' + hook.id, { rotateSecret: true })).body;
    assert.notEqual(rotated.secret, hook.secret);
    assert.ok(Date.parse(rotated.previousSecretUntil) > Date.now() + 23 * 3600e3);
    await change();
    const { body, headers } = await until('a delivery', () => target.received[0]);
    for (const secret of [hook.secret, rotated.secret]) new Webhook(secret).verify(body, headers);
    await gateway.request('DELETE', '/webhooks/' + hook.id);
    target.stop();
  });

  test('replay posts again from a cursor; filters hold', async () => {
    const target = await receiver();
    const start = (await gateway.request('GET', '/agents')).headers['deskline-cursor'];
    const hook = await create({
      url: target.url,
      types: ['agent-session'],
      agents: ['1001'],
      subject: '/sessions/' + session,
    });
    const cursor = (await change()).cursor;
    await until('the first time', () => target.received.length === 1);
    assert.equal((await gateway.request('POST', `/webhooks/${hook.id}/replay`, { from: start })).status, 200);
    await until('again', () => target.received.length === 2);
    assert.deepEqual(target.ids(), [cursor, cursor]);
    for (const [from, status] of [
      ['nonsense', 422],
      ['other-1', 410],
      ['', 422],
    ])
      assert.equal((await gateway.request('POST', `/webhooks/${hook.id}/replay`, { from })).status, status, from);
    await gateway.request('PATCH', '/webhooks/' + hook.id, { subject: '/sessions/other' });
    await change();
    const other = await receiver();
    const witness = await create({ url: other.url, types: ['agent-session'] });
    await change();
    await until('the witness', () => other.received.length === 1);
    assert.equal(target.received.length, 2);
    for (const { id } of [hook, witness]) await gateway.request('DELETE', '/webhooks/' + id);
    target.stop();
    other.stop();
  });

  test('redirects stay on the host', async () => {
    const target = await receiver((n) => (n === 1 ? [307, '', { Location: '/moved' }] : 200));
    const elsewhere = await receiver(() => [307, '', { Location: target.url }]);
    const hook = await create({ url: target.url, types: ['agent-session'] });
    await change();
    await until('it followed', () => target.received.length === 2);
    assert.equal(target.received[1].url, '/moved');
    await gateway.request('DELETE', '/webhooks/' + hook.id);
    const other = await create({ url: elsewhere.url, types: ['agent-session'] });
    await change();
    const failed = await until(
      'a failure',
      async () => (await gateway.request('GET', `/webhooks/${other.id}/deliveries`)).body.items[0],
    );
    assert.match(failed.error, /another host/);
    assert.equal(target.received.length, 2);
    await gateway.request('DELETE', '/webhooks/' + other.id);
    target.stop();
    elsewhere.stop();
  });

  test('redirects share the time of one delivery', async () => {
    // Three redirects of 0.9 s each are longer than `timeout = 2`.
    const target = await receiver(async (n) => (await sleep(900), n <= 3 ? [307, '', { Location: '/' + n }] : 200));
    const hook = await create({ url: target.url, types: ['agent-session'] });
    await change();
    const failed = await until(
      'a failure',
      async () => (await gateway.request('GET', `/webhooks/${hook.id}/deliveries`)).body.items[0],
    );
    assert.match(failed.error ?? 'it was delivered', /There was no answer: /);
    await gateway.request('DELETE', '/webhooks/' + hook.id);
    target.stop();
  });

  test('what is no receiver is refused by field; webhooks are for integrations and administrators', async () => {
    for (const [body, pointer] of [
      [{}, '/url'],
      [{ url: 'ftp://example.com' }, '/url'],
      [{ url: 'http://example.com/' }, '/url'],
      [{ url: 'http://127.evil.example/x' }, '/url'],
      [{ url: 'http://127.0.0.1.example/' }, '/url'],
      [{ url: 'https://example.com:65616/' }, '/url'],
      [{ url: 'https://a:b@example.com/' }, '/url'],
      [{ url: 'not a url' }, '/url'],
      [{ url: 'https://example.com', types: ['queue', 'weather'] }, '/types/1'],
      [{ url: 'https://example.com', secret: 'short' }, '/secret'],
      [{ url: 'https://example.com', nothing: 1 }, '/nothing'],
    ]) {
      const answer = await gateway.request('POST', '/webhooks', body);
      assert.equal(answer.status, 422, JSON.stringify(body));
      assert.equal(answer.body.errors[0].pointer, pointer);
    }
    assert.equal(
      (await gateway.request('GET', '/webhooks', undefined, { token: gateway.token('agent', ['1001']) })).status,
      403,
    );
    const crm = gateway.token('integration', [], 'crm'),
      other = gateway.token('integration', [], 'other');
    const own = await gateway.request('POST', '/webhooks', { url: 'https://crm.example/' }, { token: crm });
    assert.equal(own.status, 201);
    assert.equal((await gateway.request('GET', '/webhooks/' + own.body.id, undefined, { token: other })).status, 404);
    assert.deepEqual((await gateway.request('GET', '/webhooks', undefined, { token: other })).body.items, []);
    assert.equal((await gateway.request('GET', '/webhooks')).body.items.length, 1);
    await gateway.request('DELETE', '/webhooks/' + own.body.id, undefined, { token: crm });
    // No other caller is told of it.
    const gone = (await gateway.request('POST', '/webhooks', { url: 'http://127.0.0.1:9/crm' }, { token: crm })).body;
    const [mine, admins, ...others] = [
      crm,
      gateway.token(),
      other,
      gateway.token('supervisor'),
      gateway.token('agent', ['1001']),
    ].map((token) => gateway.stream({ topics: ['webhook', 'agent-session'] }, token));
    await Promise.all([mine, admins, ...others]);
    await change();
    for (const stream of [mine, admins])
      await (await stream).event('webhook', 'suspended', (f) => f.data.webhook.id === gone.id);
    const { cursor } = await change();
    for (const stream of others) {
      await (await stream).frame('the event after it', (f) => f.id === cursor);
      assert.ok((await stream).frames.every((f) => f.type !== 'deskline.webhook'));
    }
    for (const stream of [mine, admins, ...others]) (await stream).close();
    assert.ok(
      !(
        await gateway.request('GET', '/events?types=webhook&limit=500', undefined, {
          token: gateway.token('supervisor'),
        })
      ).text.includes(gone.id),
    );
    await gateway.request('DELETE', '/webhooks/' + gone.id, undefined, { token: crm });
  });
});
