// The descriptions are the contract: two public linters find nothing, every operation is exercised and its answers fit,
// every example is carried out, every problem can be provoked.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { createConfig, lint } from '@redocly/openapi-core';
import { Parser, fromFile } from '@asyncapi/parser';
import { onWindows, startGateway, until } from '../../harness/harness.mjs';

const api = resolve(import.meta.dirname, '../../../../gateway/api');

test('openapi.yaml passes the Redocly linter', async () => {
  // The routes of the two descriptions themselves have no 4xx.
  const config = await createConfig({ extends: ['recommended'], rules: { 'operation-4xx-response': 'off' } });
  const problems = await lint({ ref: join(api, 'openapi.yaml'), config });
  assert.deepEqual(
    problems.map((p) => `${p.ruleId}: ${p.message} ${p.location[0]?.pointer ?? ''}`),
    [],
  );
});

test('asyncapi.yaml passes the AsyncAPI parser', async () => {
  const { document, diagnostics } = await fromFile(new Parser(), join(api, 'asyncapi.yaml')).parse();
  assert.deepEqual(
    diagnostics.filter((d) => d.severity <= 1).map((d) => `${d.code}: ${d.message} ${d.path.join('.')}`),
    [],
  );
  assert.equal(document.messages().length, 12);
});

describe('the running gateway', () => {
  let gateway, contract;
  before(async () => {
    gateway = await startGateway({ config: '[webhooks]\nallow_private_networks = true\n' });
    contract = gateway.contract;
  });
  after(() => gateway.stop());
  const first = async (path) => (await until(path, async () => (await gateway.request('GET', path)).body.items[0])).id;

  // One object of each kind, by the name that paths give it.
  async function oneOfEach() {
    const answer = await gateway.request('PUT', '/agents/1001', { pin: '1001' });
    assert.equal(answer.status, 201);
    const session = (await gateway.request('POST', '/agents/1001/sessions', { acdGroup: 'Sales', address: 'Line 1' }))
      .body.session.id;
    // During a call the switch may refuse it.
    assert.equal((await gateway.request('PUT', '/agents/1001/state', { state: 'ready' })).status, 200);
    await gateway.setState(session, 'ready');
    await gateway.telephony({ do: 'call', group: 'Sales' });
    const operation = (
      await gateway.request(
        'PATCH',
        '/audio/devices/' + (await first('/audio/devices')),
        { volume: 0.4 },
        { headers: { Prefer: 'respond-async' } },
      )
    ).body.operation;
    const webhook = (await gateway.request('POST', '/webhooks', { url: 'http://127.0.0.1:9/' })).body.id;
    return {
      agent: '1001',
      session,
      operation,
      webhook,
      acdGroup: 'Sales',
      queue: await first('/queues'),
      call: await first('/calls'),
      device: await first('/audio/devices'),
      audioSession: await first('/audio/sessions'),
    };
  }

  // Every documented operation, those that end something at the end.
  function documented() {
    const last = [
      'putAgentState',
      'putSessionState',
      'withdrawPendingState',
      'endSession',
      'signOutAgent',
      'deleteWebhook',
    ];
    const operations = Object.entries(contract.openapi.paths).flatMap(([path, item]) =>
      ['get', 'post', 'put', 'patch', 'delete']
        .filter((method) => item[method])
        .map((method) => ({ path, method, ...item[method] })),
    );
    return operations.sort((a, b) => last.indexOf(a.operationId) - last.indexOf(b.operationId));
  }

  test('every documented operation is exercised, every example carried out, every answer fits', async () => {
    const values = await oneOfEach();
    const bodies = { replayWebhook: [{ from: (await gateway.request('GET', '/agents')).headers['deskline-cursor'] }] };
    const fill = (path) =>
      path.replace(/\{([^}]+)\}/g, (_, name) => values[name] ?? assert.fail('no value for ' + name));
    const operations = documented();
    for (const { path, method, operationId, requestBody } of operations) {
      const content = requestBody?.content['application/json'];
      const examples =
        bodies[operationId] ??
        (content?.example ? [content.example] : Object.values(content?.examples ?? {}).map((e) => e.value));
      for (const body of examples.length ? examples : [undefined]) {
        if (content?.schema.$ref)
          assert.ok(contract.schema(content.schema.$ref)(body), `the example of ${operationId} fits its own schema`);
        const answer = await gateway.request(method.toUpperCase(), fill(path), body);
        assert.ok(answer.status < 500, `${operationId}: ${answer.text}`);
      }
    }
    await provokePending();
    const missing = operations.map((o) => o.operationId).filter((id) => !contract.covered.has(id));
    assert.deepEqual(missing, [], 'answered as documented for success');
  });

  // A pending state needs a call; the switch decides when one is on.
  async function provokePending() {
    await gateway.request('PUT', '/agents/1002', { pin: '1002' });
    const session = (await gateway.request('POST', '/agents/1002/sessions', { acdGroup: 'Sales', address: 'Line 2' }))
      .body.session.id;
    await gateway.setState(session, 'ready');
    await gateway.telephony({ do: 'call', group: 'Sales' });
    await until(
      'a call',
      async () => (await gateway.request('GET', '/sessions/' + session)).body.state === 'busy-on-call',
    );
    assert.equal(
      (await gateway.setState(session, 'not-ready', { when: 'after-call' })).body.session.pendingState,
      'not-ready',
    );
    assert.equal((await gateway.request('DELETE', `/sessions/${session}/pending-state`)).status, 200);
  }

  test('every example of a frame fits its schema and is answered', async () => {
    const stream = await gateway.open();
    const say = (op) => {
      for (const { payload } of contract.asyncapi.components.messages[op].examples) {
        assert.equal(contract.frame(payload), '');
        stream.send(op === 'hello' ? { ...payload, token: gateway.token() } : payload);
      }
    };
    say('hello');
    await stream.frame('welcome', (f) => f.op === 'welcome');
    say('command');
    assert.equal((await stream.frame('result', (f) => f.op === 'result' && f.id === '7')).status, 200);
    say('subscribe');
    await stream.frame('the wider snapshot', (f) => f.op === 'snapshot' && f.queues);
    say('unsubscribe');
    stream.send({ op: 'refresh', token: gateway.token() });
    await stream.frame('refreshed', (f) => f.op === 'refreshed');
    stream.send({ op: 'subscribe', topics: ['weather'] });
    await stream.frame('error', (f) => f.op === 'error');
    assert.equal(stream.wrong, '');
    stream.close();
  });

  const ask = (...all) => gateway.request(...all);
  const problems = () =>
    contract.openapi.components.schemas.ProblemType.enum.map((type) => type.slice('/problems/'.length));

  async function provokeByRequests() {
    await ask('GET', '/queues?limit=%ff');
    await ask('PUT', '/agents/1001', undefined, { raw: '{' });
    await ask('GET', '/me', undefined, { token: 'nonsense' });
    await ask('GET', '/webhooks', undefined, { token: gateway.token('supervisor') });
    await ask('PUT', '/agents/1004', { pin: 'wrong' });
    await ask('GET', '/nothing');
    await ask('PUT', '/agents/9999', { pin: '1' });
    await ask('DELETE', '/me');
    await ask('GET', '/me', undefined, { headers: { Accept: 'image/png' } });
    await ask('PUT', '/agents/1001', undefined, { raw: 'pin=1', headers: { 'Content-Type': 'text/plain' } });
    await ask('GET', '/queues?limit=0');
    await ask('GET', '/events?after=other-1');
    await ask('PUT', '/agents/1003/state', { state: 'ready' }, { headers: { 'If-Match': '"0"' } });
    await ask('POST', '/tickets', undefined, { raw: `{"a":"${'x'.repeat(70_000)}"}` }).catch(() => {});
    await ask('GET', '/me', undefined, { headers: { 'X-Long': 'x'.repeat(17_000) } }).catch(() => {});
    await ask('GET', '/me', undefined, { headers: { Expect: 'the-impossible' } });
  }

  // By a command that goes on, and its key.
  async function provokeByCommand(session) {
    const key = { 'Idempotency-Key': 'k' };
    await gateway.telephony({ do: 'fault', call: 'put_State', object: session, delay: 1500 });
    const { operation } = (
      await gateway.setState(session, 'ready', {}, { headers: { ...key, Prefer: 'respond-async' } })
    ).body;
    assert.equal((await gateway.setState(session, 'ready', {}, { headers: key })).status, 409);
    await gateway.setState(session, 'not-ready', {}, { headers: key });
    await until('it is done', async () => (await ask('GET', '/operations/' + operation)).body.state === 'succeeded');
  }

  // By each failure of the sources, by one of its codes.
  async function provokeBySources(session) {
    const sound = await first('/audio/sessions');
    const codes = readFileSync(resolve(import.meta.dirname, '../../../../gateway/model/hresult.hpp'), 'utf8').matchAll(
      /\{(0x[0-9A-F]{8}), "(\w+)", "([a-z-]+)"\}/g,
    );
    const bySlug = new Map(
      [...codes].map(([, code, symbol, slug]) => [slug, { code, audio: symbol.startsWith('AUDCLNT') }]),
    );
    bySlug.set('source-fault', { code: '0x8FFF1234' });
    bySlug.set('audio-device-gone', { code: '0x88890004', audio: true });
    for (const [slug, { code, audio }] of bySlug) {
      if (contract.problems.has(slug)) continue;
      await until('the source is there', async () => (await gateway.setState(session, 'not-ready')).status === 200);
      await (audio
        ? gateway.audio({ do: 'fault', call: 'SetMasterVolume', hresult: code })
        : gateway.telephony({ do: 'fault', call: 'put_State', hresult: code }));
      const answer = audio
        ? await ask('PATCH', '/audio/sessions/' + sound, { volume: Math.random() })
        : await gateway.setState(session, 'ready');
      assert.equal(answer.body.type, '/problems/' + slug);
    }
  }

  async function provokeWhileEnding(other) {
    const held = await other.signIn();
    await other.telephony({ do: 'fault', call: 'put_State', object: held, delay: 4000 });
    await other.setState(held, 'ready', {}, { headers: { Prefer: 'respond-async' } });
    other.signal('SIGINT');
    await until('it is ending', () => /ending: new commands are refused/.test(other.log()));
    await until('503', async () => (await other.setState(held, 'ready').catch(() => ({}))).status === 503);
  }

  // By gateways of other settings.
  async function provokeBySettings() {
    for (const [config, provoke] of [
      [
        '[server]\nrate_limit = 1\n',
        async (other) => until('429', async () => (await other.request('GET', '/me')).status === 429),
      ],
      [
        '[server]\nmax_connections = 1\n',
        async (other) =>
          until('503', async () =>
            (await Promise.all([1, 2, 3, 4].map(() => other.request('GET', '/me').catch(() => ({}))))).some(
              (a) => a.status === 503,
            ),
          ),
      ],
      // Under Wine a signal ends the process at once, so there is no moment for a refusal.
      ...(onWindows ? [] : [['', provokeWhileEnding]]),
    ]) {
      const other = await startGateway({ config });
      other.contract = contract;
      await provoke(other);
      await other.stop();
    }
  }

  test('every problem is provoked', async () => {
    await ask('PUT', '/agents/1003', { pin: '1003' });
    const session = (await ask('POST', '/agents/1003/sessions', { acdGroup: 'Support', address: 'Line 3' })).body
      .session.id;
    await provokeByRequests();
    await provokeByCommand(session);
    await provokeBySources(session);
    await provokeBySettings();
    assert.deepEqual(
      problems().filter((slug) => !contract.problems.has(slug)),
      onWindows ? ['shutting-down'] : [],
    );
  });

  test('each problem has its page', async () => {
    for (const slug of problems()) {
      const page = await gateway.request('GET', '//problems/' + slug, undefined, { token: '' });
      assert.equal(page.status, 200);
      assert.match(page.text, new RegExp(`<code>${slug}</code>`));
    }
  });

  test('the reference is served whole and without a request to anywhere else', async () => {
    const page = await gateway.request('GET', '//docs', undefined, { token: '' });
    assert.equal(page.status, 200);
    for (const { operationId } of Object.values(contract.openapi.paths).flatMap((item) =>
      Object.values(item).filter((o) => o.operationId),
    ))
      assert.ok(page.text.includes(`id="${operationId}"`), operationId);
    assert.doesNotMatch(page.text, /(src|href)="(https?:)?\/\//);
    assert.equal(
      (await gateway.request('GET', '//docs.css', undefined, { token: '' })).headers['content-type'],
      'text/css; charset=utf-8',
    );
  });
});
