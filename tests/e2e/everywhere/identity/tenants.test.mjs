// Two tenants whose names overlap, each of whom hears everything of its own and no byte of the other's.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway, until, sleep } from '../../harness/harness.mjs';
import { scopes, receiver, eventSource } from '../../harness/outlets.mjs';

describe('two tenants', () => {
  let gateway;
  const tenants = {
    a: { group: 'Sales', agent: '1001', line: 'Line 1' },
    b: { group: 'Sales North', agent: '1002', line: 'Line 2' },
  };
  before(async () => {
    gateway = await startGateway({ config: '[webhooks]\nallow_private_networks = true\n' });
    await gateway.telephony({ do: 'add-group', group: 'Sales North' });
    await until('the group', async () =>
      (await gateway.request('GET', '/acd-groups')).body.items.some((g) => g.name === 'Sales North'),
    );
  });
  after(() => gateway.stop());

  // Everything that a tenant can be told, by its supervisor, its agent and its integration. Both tenants use the same
  // names, by token and by key.
  test('with the same and overlapping names never see a byte of each other', async () => {
    const heard = { a: [], b: [] };
    for (const [name, t] of Object.entries(tenants)) {
      t.marker = `marker-of-${name}-`;
      t.callers = {
        supervisor:
          name === 'a'
            ? gateway.token('supervisor', [t.agent], 'ada', { groups: [t.group] })
            : gateway.key('ada', '--role', 'supervisor', '--groups', t.group, '--agents', t.agent),
        agent:
          name === 'a'
            ? gateway.token('agent', [t.agent], 'bea', { groups: [t.group] })
            : gateway.key('bea', '--role', 'agent', '--agents', t.agent, '--groups', t.group),
        integration:
          name === 'a'
            ? gateway.key('crm', '--scopes', scopes.join(','), '--groups', t.group)
            : gateway.token('integration', [], 'crm', { groups: [t.group], scopes }),
      };
      t.ask = async (caller, method, path, body, headers = {}) => {
        const answer = await gateway.request(method, path, body, {
          token: t.callers[caller],
          headers: { 'X-Request-Id': `${t.marker}${caller}`, ...headers },
        });
        heard[name].push({ where: `${caller} ${method} ${path}`, text: answer.text + JSON.stringify(answer.headers) });
        return answer;
      };
      t.hook = await receiver();
      ((t.streams = {}), (t.sources = {}));
      for (const caller of Object.keys(t.callers)) {
        t.streams[caller] = await gateway.stream({ topics: undefined }, t.callers[caller]);
        t.sources[caller] = eventSource(gateway, t.callers[caller]);
      }
    }
    for (const t of Object.values(tenants)) {
      const created = await t.ask('integration', 'POST', '/webhooks', { url: t.hook.url });
      assert.equal(created.status, 201, created.text);
      t.webhook = created.body.id;
      assert.equal((await t.ask('supervisor', 'PUT', '/agents/' + t.agent, { pin: t.agent })).status, 201);
      const session = await t.ask('supervisor', 'POST', `/agents/${t.agent}/sessions`, {
        acdGroup: t.group,
        address: t.line,
      });
      assert.equal(session.status, 201, session.text);
      t.session = session.body.session.id;
      assert.equal(
        (
          await t.ask(
            'supervisor',
            'PUT',
            `/sessions/${t.session}/state`,
            { state: 'ready', reason: t.marker + 'reason' },
            { 'Idempotency-Key': 'the-same' },
          )
        ).status,
        200,
      );
      t.operation = (
        await t.ask('agent', 'PUT', `/agents/${t.agent}/state`, { state: 'ready' }, { Prefer: 'respond-async' })
      ).body.operation;
      await gateway.telephony({ do: 'call', group: t.group });
      t.call = (await until('a call', async () => (await t.ask('agent', 'GET', '/calls')).body.items[0])).id;
      const of = async (path, fits) => (await gateway.request('GET', path)).body.items.find(fits).id;
      t.queue = await of('/queues', (q) => q.acdGroup === t.group);
      t.acdGroup = await of('/acd-groups', (g) => g.name === t.group);
      await until('a delivery', () => t.hook.received.some((body) => body.includes('busy-on-call')));
    }
    for (const [name, t] of Object.entries(tenants)) {
      const other = tenants[name === 'a' ? 'b' : 'a'];
      for (const caller of Object.keys(t.callers)) {
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
          `/events?limit=500&agents=${t.agent}`,
          `/acd-groups/${t.acdGroup}/queues`,
        ])
          await t.ask(caller, 'GET', path);
        const elsewhere = [
          '/sessions/' + other.session,
          '/calls/' + other.call,
          '/queues/' + other.queue,
          `/acd-groups/${other.acdGroup}/queues`,
          '/webhooks/' + other.webhook,
          `/webhooks/${other.webhook}/deliveries`,
          '/operations/' + other.operation,
        ];
        for (const path of elsewhere) {
          const { status, body } = await gateway.request('GET', path, undefined, { token: t.callers[caller] });
          assert.ok(
            status === 404 || (path.startsWith('/webhooks') && caller !== 'integration' && status === 403),
            `${name} ${caller} ${path} answered ${status}`,
          );
          assert.equal(body.detail.includes(other.group), false);
        }
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
            (await gateway.request(method, path, body, { token: t.callers[caller] })).status,
            404,
            `${name} ${caller} ${method} ${path}`,
          );
        const foreign = await gateway.request(
          'POST',
          `/agents/${t.agent}/sessions`,
          { acdGroup: other.group, address: 'Line 3' },
          { token: t.callers[caller] },
        );
        const unknown = await gateway.request(
          'POST',
          `/agents/${t.agent}/sessions`,
          { acdGroup: 'No such group', address: 'Line 3' },
          { token: t.callers[caller] },
        );
        assert.deepEqual(
          [foreign.status, foreign.body.type],
          [unknown.status, unknown.body.type],
          'a group of another tenant is as unknown as one that is not there',
        );
      }
      // The same Idempotency-Key of the same name is another caller's.
      const again = await t.ask(
        'integration',
        'PUT',
        `/sessions/${t.session}/state`,
        { state: 'not-ready', reason: t.marker + 'reason' },
        { 'Idempotency-Key': 'the-same' },
      );
      assert.equal(again.headers['idempotency-replayed'], undefined);
      // Resuming from the very first cursor goes through the same filter.
      const first = t.streams.supervisor.welcome.cursor;
      for (const caller of Object.keys(t.callers)) {
        const resumed = await gateway.stream({ topics: undefined, cursor: first }, t.callers[caller]);
        assert.equal(resumed.welcome.resumed, true);
        await until('the missed', () => resumed.frames.length > 1);
        heard[name].push({ where: caller + ' resumed', text: JSON.stringify(resumed.frames) });
        const asked = await gateway.open();
        asked.send({ op: 'hello', token: t.callers[caller], topics: ['agent-session'], agents: [other.agent] });
        const answered = await Promise.race([asked.closed, sleep(300)]);
        if (answered?.code) assert.equal(answered.code, 4003);
        heard[name].push({ where: caller + ' asking for the other agent', text: JSON.stringify(asked.frames) });
        (asked.close(), resumed.close());
        const wall = await gateway.request('GET', `/events?agents=${other.agent}&limit=500`, undefined, {
          token: t.callers[caller],
        });
        if (wall.status === 200) heard[name].push({ where: caller + ' history of the other agent', text: wall.text });
      }
    }
    await sleep(300);
    for (const [name, t] of Object.entries(tenants)) {
      for (const caller of Object.keys(t.callers)) {
        heard[name].push(
          { where: caller + ' stream', text: JSON.stringify(t.streams[caller].frames) },
          { where: caller + ' event stream', text: t.sources[caller].text },
        );
        (t.streams[caller].close(), t.sources[caller].stop());
      }
      heard[name].push({ where: 'webhook', text: t.hook.received.join('\n') });
      t.hook.stop();
    }
    let bytes = 0;
    for (const [name, t] of Object.entries(tenants)) {
      const other = tenants[name === 'a' ? 'b' : 'a'];
      const exactly = (word) => new RegExp(`(?<![0-9A-Za-z ])${word}(?![0-9A-Za-z ])`);
      const foreign = [
        other.session,
        other.call,
        other.queue,
        other.acdGroup,
        other.webhook,
        other.operation,
        other.marker,
      ].map((text) => [text, exactly(text)]);
      foreign.push(
        [other.marker + '…', new RegExp(other.marker)],
        [other.agent, exactly(other.agent)],
        [other.group, exactly(other.group)],
        ['agent' + other.agent, new RegExp('agent' + other.agent)],
      );
      for (const { where, text } of heard[name]) {
        bytes += text.length;
        for (const [word, pattern] of foreign)
          assert.ok(
            !pattern.test(text),
            `tenant ${name}, ${where}: has ${word} of the other: ` +
              `…${text.slice(Math.max(0, text.search(pattern) - 120), text.search(pattern) + 60)}…`,
          );
      }
      // The outlets are not simply silent: each has the events of its own tenant.
      for (const caller of Object.keys(t.callers))
        for (const outlet of ['stream', 'event stream', 'resumed', 'GET /events?limit=500'])
          assert.ok(
            heard[name].some((h) => h.where === `${caller} ${outlet}` && h.text.includes(t.session)),
            `tenant ${name}: ${caller} ${outlet} has its own session`,
          );
      assert.ok(heard[name].find((h) => h.where === 'webhook').text.includes(t.session));
    }
    console.log(`# ${bytes} bytes at ${heard.a.length + heard.b.length} places, nothing of the other tenant`);
  });
});
