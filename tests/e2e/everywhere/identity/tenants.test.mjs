// Two tenants whose names overlap, each of whom hears everything of its own and no byte of the other's.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway, until, sleep } from '../../harness/harness.mjs';
import { scopes, receiver, eventSource } from '../../harness/outlets.mjs';

// A tenant: its supervisor, its agent, its integration, and everything that they were told.
class Tenant {
  heard = [];
  streams = {};
  sources = {};
  constructor(gateway, name, { group, agent, line }, callers) {
    Object.assign(this, { gateway, name, group, agent, line, callers, marker: `marker-of-${name}-` });
  }

  // As somebody of the tenant.
  as(caller, method, path, body) {
    return this.gateway.request(method, path, body, { token: this.callers[caller] });
  }
  // The same, and remembers the answer.
  async ask(caller, method, path, body, headers = {}) {
    const answer = await this.gateway.request(method, path, body, {
      token: this.callers[caller],
      headers: { 'X-Request-Id': `${this.marker}${caller}`, ...headers },
    });
    this.hear(`${caller} ${method} ${path}`, answer.text + JSON.stringify(answer.headers));
    return answer;
  }
  hear(where, text) {
    this.heard.push({ where, text });
  }

  async listen() {
    this.hook = await receiver();
    for (const [caller, secret] of Object.entries(this.callers)) {
      this.streams[caller] = await this.gateway.stream({ topics: undefined }, secret);
      this.sources[caller] = eventSource(this.gateway, secret);
    }
  }

  // A webhook, a session, an operation and a call.
  async begin() {
    const created = await this.ask('integration', 'POST', '/webhooks', { url: this.hook.url });
    assert.equal(created.status, 201, created.text);
    this.webhook = created.body.id;
    assert.equal((await this.ask('supervisor', 'PUT', '/agents/' + this.agent, { pin: this.agent })).status, 201);
    const session = await this.ask('supervisor', 'POST', `/agents/${this.agent}/sessions`, {
      acdGroup: this.group,
      address: this.line,
    });
    assert.equal(session.status, 201, session.text);
    this.session = session.body.session.id;
    assert.equal((await this.setState('supervisor', 'ready')).status, 200);
    const later = { Prefer: 'respond-async' };
    this.operation = (
      await this.ask('agent', 'PUT', `/agents/${this.agent}/state`, { state: 'ready' }, later)
    ).body.operation;
    await this.gateway.telephony({ do: 'call', group: this.group });
    this.call = (await until('a call', async () => (await this.ask('agent', 'GET', '/calls')).body.items[0])).id;
    const of = async (path, fits) => (await this.gateway.request('GET', path)).body.items.find(fits).id;
    this.queue = await of('/queues', (q) => q.acdGroup === this.group);
    this.acdGroup = await of('/acd-groups', (g) => g.name === this.group);
    await until('a delivery', () => this.hook.received.some((body) => body.includes('busy-on-call')));
  }

  // Both tenants use the same key.
  setState(caller, state) {
    return this.ask(
      caller,
      'PUT',
      `/sessions/${this.session}/state`,
      { state, reason: this.marker + 'reason' },
      { 'Idempotency-Key': 'the-same' },
    );
  }

  async askForEverything(caller) {
    for (const path of [
      '/me',
      '/agents',
      '/sessions',
      '/calls',
      '/acd-groups',
      '/queues',
      '/agent-handlers',
      '/addresses',
      '/webhooks',
      '/reasons',
      '/events?limit=500',
      `/events?limit=500&agents=${this.agent}`,
      `/acd-groups/${this.acdGroup}/queues`,
    ])
      await this.ask(caller, 'GET', path);
  }

  // Resuming from the very first cursor goes through the same filter.
  async resume(caller) {
    const cursor = this.streams.supervisor.welcome.cursor;
    const resumed = await this.gateway.stream({ topics: undefined, cursor }, this.callers[caller]);
    assert.equal(resumed.welcome.resumed, true);
    await until('the missed', () => resumed.frames.length > 1);
    this.hear(caller + ' resumed', JSON.stringify(resumed.frames));
    resumed.close();
  }

  async askForAgentOf(other, caller) {
    const asked = await this.gateway.open();
    asked.send({ op: 'hello', token: this.callers[caller], topics: ['agent-session'], agents: [other.agent] });
    const answered = await Promise.race([asked.closed, sleep(300)]);
    if (answered?.code) assert.equal(answered.code, 4003);
    this.hear(caller + ' asking for the other agent', JSON.stringify(asked.frames));
    asked.close();
    const history = await this.as(caller, 'GET', `/events?agents=${other.agent}&limit=500`);
    if (history.status === 200) this.hear(caller + ' history of the other agent', history.text);
  }

  // Remembers what its outlets were told, and closes them.
  end() {
    for (const caller of Object.keys(this.callers)) {
      this.hear(caller + ' stream', JSON.stringify(this.streams[caller].frames));
      this.hear(caller + ' event stream', this.sources[caller].text);
      this.streams[caller].close();
      this.sources[caller].stop();
    }
    this.hear('webhook', this.hook.received.join('\n'));
    this.hook.stop();
  }

  // What another tenant may never be told, and how it is found in a text.
  words() {
    const exactly = (word) => new RegExp(`(?<![0-9A-Za-z ])${word}(?![0-9A-Za-z ])`);
    return [
      ...[this.session, this.call, this.queue, this.acdGroup, this.webhook, this.operation, this.marker].map((text) => [
        text,
        exactly(text),
      ]),
      [this.marker + '…', new RegExp(this.marker)],
      [this.agent, exactly(this.agent)],
      [this.group, exactly(this.group)],
      ['agent' + this.agent, new RegExp('agent' + this.agent)],
    ];
  }
}

// The callers of both tenants have the same names. Who has a token in one has a key in the other.
const first = { group: 'Sales', agent: '1001', line: 'Line 1' },
  second = { group: 'Sales North', agent: '1002', line: 'Line 2' };
const firstCallers = (gateway, { group, agent }) => ({
  supervisor: gateway.token('supervisor', [agent], 'ada', { groups: [group] }),
  agent: gateway.token('agent', [agent], 'bea', { groups: [group] }),
  integration: gateway.key('crm', '--scopes', scopes.join(','), '--groups', group),
});
const secondCallers = (gateway, { group, agent }) => ({
  supervisor: gateway.key('ada', '--role', 'supervisor', '--groups', group, '--agents', agent),
  agent: gateway.key('bea', '--role', 'agent', '--agents', agent, '--groups', group),
  integration: gateway.token('integration', [], 'crm', { groups: [group], scopes }),
});

describe('two tenants with the same and overlapping names', () => {
  let gateway, tenants, pairs;
  before(async () => {
    gateway = await startGateway({ config: '[webhooks]\nallow_private_networks = true\n' });
    await gateway.telephony({ do: 'add-group', group: second.group });
    await until('the group', async () =>
      (await gateway.request('GET', '/acd-groups')).body.items.some((g) => g.name === second.group),
    );
    const a = new Tenant(gateway, 'a', first, firstCallers(gateway, first)),
      b = new Tenant(gateway, 'b', second, secondCallers(gateway, second));
    tenants = [a, b];
    pairs = [a, b].flatMap((tenant) =>
      Object.keys(tenant.callers).map((caller) => ({ tenant, other: tenant === a ? b : a, caller })),
    );
    for (const tenant of tenants) await tenant.listen();
    for (const tenant of tenants) await tenant.begin();
  });
  after(() => gateway.stop());

  test('what the other has is not there for anybody', async () => {
    for (const { tenant, other, caller } of pairs)
      for (const path of [
        '/sessions/' + other.session,
        '/calls/' + other.call,
        '/queues/' + other.queue,
        `/acd-groups/${other.acdGroup}/queues`,
        '/webhooks/' + other.webhook,
        `/webhooks/${other.webhook}/deliveries`,
        '/operations/' + other.operation,
      ]) {
        const { status, body } = await tenant.as(caller, 'GET', path);
        assert.ok(
          status === 404 || (path.startsWith('/webhooks') && caller !== 'integration' && status === 403),
          `${tenant.name} ${caller} ${path} answered ${status}`,
        );
        assert.equal(body.detail.includes(other.group), false);
      }
  });

  test('what the other has cannot be changed by anybody, and its group is as unknown as none', async () => {
    for (const { tenant, other, caller } of pairs) {
      for (const [method, path, body] of [
        ['PUT', '/agents/' + other.agent, { pin: other.agent }],
        ['DELETE', '/agents/' + other.agent],
        ['PUT', `/agents/${other.agent}/state`, { state: 'not-ready' }],
        ['POST', `/agents/${other.agent}/sessions`, { acdGroup: other.group, address: 'Line 3' }],
        ['PUT', `/sessions/${other.session}/state`, { state: 'not-ready' }],
        ['DELETE', '/sessions/' + other.session],
        ['DELETE', `/sessions/${other.session}/pending-state`],
      ])
        assert.equal(
          (await tenant.as(caller, method, path, body)).status,
          404,
          `${tenant.name} ${caller} ${method} ${path}`,
        );
      const sessionIn = (acdGroup) =>
        tenant.as(caller, 'POST', `/agents/${tenant.agent}/sessions`, { acdGroup, address: 'Line 3' });
      const foreign = await sessionIn(other.group),
        unknown = await sessionIn('No such group');
      assert.deepEqual(
        [foreign.status, foreign.body.type],
        [unknown.status, unknown.body.type],
        'a group of another tenant is as unknown as one that is not there',
      );
    }
  });

  test('the same Idempotency-Key of the same name is another caller’s', async () => {
    for (const tenant of tenants) {
      const again = await tenant.setState('integration', 'not-ready');
      assert.equal(again.headers['idempotency-replayed'], undefined);
    }
  });

  test('each outlet has its own tenant’s events, and none has a byte of the other’s', async () => {
    for (const { tenant, other, caller } of pairs) {
      await tenant.askForEverything(caller);
      await tenant.resume(caller);
      await tenant.askForAgentOf(other, caller);
    }
    await sleep(300);
    for (const tenant of tenants) tenant.end();
    for (const { tenant, other, caller } of pairs) {
      for (const { where, text } of tenant.heard)
        for (const [word, pattern] of other.words())
          assert.ok(
            !pattern.test(text),
            `tenant ${tenant.name}, ${where}: has ${word} of the other: ` +
              `…${text.slice(Math.max(0, text.search(pattern) - 120), text.search(pattern) + 60)}…`,
          );
      // The outlets are not simply silent.
      for (const outlet of ['stream', 'event stream', 'resumed', 'GET /events?limit=500'])
        assert.ok(
          tenant.heard.some((h) => h.where === `${caller} ${outlet}` && h.text.includes(tenant.session)),
          `tenant ${tenant.name}: ${caller} ${outlet} has its own session`,
        );
      assert.ok(tenant.heard.find((h) => h.where === 'webhook').text.includes(tenant.session));
    }
    const heard = tenants.flatMap((tenant) => tenant.heard),
      bytes = heard.reduce((sum, { text }) => sum + text.length, 0);
    console.log(`# ${bytes} bytes at ${heard.length} places, nothing of the other tenant`);
  });
});
