// The policy over every outlet: what the table gives a role is in REST, snapshots, streams, server-sent events, the
// long poll, history and webhooks, and nothing else is. Then two tenants whose names overlap, each of whom hears
// everything of its own and no byte of the other's.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { startGateway, until, sleep } from '../../harness/harness.mjs';

const kinds = {
  agents: {
    list: '/agents',
    snapshot: 'agents',
    type: 'agent',
    change: (id) => ['PUT', `/agents/${id}/state`, { state: 'ready' }],
  },
  sessions: {
    list: '/sessions',
    snapshot: 'sessions',
    type: 'agent-session',
    change: (id) => ['PUT', `/sessions/${id}/state`, { state: 'busy-on-call' }],
  },
  calls: { list: '/calls', snapshot: 'calls', type: 'call' },
  acd_groups: { list: '/acd-groups', snapshot: 'acdGroups', type: 'acd-group', many: true },
  queues: { list: '/queues', snapshot: 'queues', type: 'queue' },
  lines: { list: '/agent-handlers', snapshot: 'agentHandlers', type: 'agent-handler', many: true },
  audio: {
    list: '/audio/devices',
    snapshot: 'audioDevices',
    type: 'audio.device',
    change: (id) => ['PATCH', `/audio/devices/${id}`, { muted: false }],
  },
};
const single = {
  agents: '/agents/',
  sessions: '/sessions/',
  calls: '/calls/',
  queues: '/queues/',
  audio: '/audio/devices/',
};
// As gateway/identity/policy.cpp has it, written once more.
const table = {
  'agents see': ['own', 'groups', 'groups', 'all', 'agents:read'],
  'agents change': ['own', 'groups', 'groups', 'all', 'agents:write'],
  'sessions see': ['own', 'groups', 'groups', 'all', 'agents:read'],
  'sessions change': ['own', 'groups', 'groups', 'all', 'agents:write'],
  'calls see': ['own', 'groups', 'groups', 'all', 'calls:read'],
  'acd_groups see': ['groups', 'groups', 'groups', 'all', 'switch:read'],
  'queues see': ['groups', 'groups', 'groups', 'all', 'switch:read'],
  'lines see': ['all', 'all', 'all', 'all', 'switch:read'],
  'audio see': ['all', 'all', 'all', 'all', 'audio:read'],
  'audio change': ['all', 'all', 'all', 'all', 'audio:write'],
  'webhooks see': ['none', 'none', 'own', 'all', 'webhooks'],
};
const roles = ['agent', 'supervisor', 'integration', 'admin'];
const scopes = ['agents:read', 'agents:write', 'calls:read', 'switch:read', 'audio:read', 'audio:write', 'webhooks'];

async function receiver() {
  const received = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (d) => (body += d));
    request.on('end', () => (received.push(body), response.writeHead(200).end()));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    received,
    url: `http://127.0.0.1:${server.address().port}/`,
    stop: () => (server.closeAllConnections(), server.close()),
  };
}

// A server-sent event stream: all that came.
function eventSource(gateway, token, query = '') {
  const source = { text: '' };
  source.request = https.get(
    `${gateway.url}/api/v1/events${query}`,
    { rejectUnauthorized: false, headers: { Authorization: 'Bearer ' + token, Accept: 'text/event-stream' } },
    (answer) => answer.on('data', (d) => (source.text += d)),
  );
  source.request.on('error', () => {});
  source.snapshot = () => {
    const found = source.text.match(/event: snapshot\n(?:id: .*\n)?data: (.*)\n\n/);
    return found && JSON.parse(found[1]);
  };
  source.stop = () => source.request.destroy();
  return source;
}

const idsIn = (list) => new Set((list ?? []).map((item) => item.id));
const subjectsIn = (events, type) =>
  new Set(events.filter((e) => e.type === 'deskline.' + type).map((e) => e.subject.split('/').at(-1)));
const sorted = (set) => [...set].sort();

describe('every cell at every outlet', () => {
  const team = { 1001: 'Sales', 1002: 'Sales', 1003: 'Support' },
    sessions = {},
    calls = {},
    pastCalls = { 1001: [], 1002: [], 1003: [] };
  const admin = async (path) => (await gateway.request('GET', path)).body.items;
  let gateway, target, world;
  before(async () => {
    gateway = await startGateway({ config: '[webhooks]\nallow_private_networks = true\n' });
    target = await receiver();
    for (const agent of Object.keys(team)) sessions[agent] = await gateway.signIn(agent, team[agent]);
    await onCalls();
    const byName = Object.fromEntries((await admin('/queues')).map((q) => [q.acdGroup, q.id])),
      groups = Object.fromEntries((await admin('/acd-groups')).map((g) => [g.name, g.id]));
    const all = (list) => ({ own: [], groups: [], others: [], everybody: idsIn(list) });
    world = {
      agents: { own: ['1001'], groups: ['1002'], others: ['1003'] },
      sessions: { own: [sessions[1001]], groups: [sessions[1002]], others: [sessions[1003]] },
      calls: {
        get own() {
          return [calls[1001]];
        },
        get groups() {
          return [calls[1002]];
        },
        get others() {
          return [calls[1003]];
        },
      },
      acd_groups: { own: [], groups: [groups.Sales], others: [groups.Support, groups.Billing] },
      queues: { own: [], groups: [byName.Sales], others: [byName.Support, byName.Billing] },
      lines: all(await admin('/agent-handlers')),
      audio: all(await admin('/audio/devices')),
    };
  });
  after(async () => {
    target.stop();
    await gateway.stop();
  });

  // Everybody is in a call.
  async function onCalls() {
    for (const [agent, group] of Object.entries(team)) {
      if ((await gateway.request('GET', '/sessions/' + sessions[agent])).body.state === 'busy-on-call') continue;
      await gateway.setState(sessions[agent], 'ready');
      await gateway.telephony({ do: 'call', group });
      calls[agent] = (
        await until('a call of ' + agent, async () =>
          (await admin('/calls')).find((c) => c.session === sessions[agent]),
        )
      ).id;
      pastCalls[agent].push(calls[agent]);
    }
  }

  const visible = (kind, reach) => {
    const { own, groups, others, everybody } = world[kind];
    if (reach === 'all') return everybody ?? new Set([...own, ...groups, ...others]);
    return new Set(reach === 'own' ? own : reach === 'groups' ? [...own, ...groups] : []);
  };
  const reachOf = (cell, role, held) => {
    const row = table[cell];
    return !row || (role === 'integration' && !held.includes(row[4])) ? 'none' : row[roles.indexOf(role)];
  };

  async function check(role, held, token) {
    const who = role + (role === 'integration' ? ' with ' + held.join(' ') : '');
    const stream = await gateway.stream({}, token),
      source = eventSource(gateway, token);
    await until('a snapshot for ' + who, () => source.snapshot());
    const history = (await gateway.request('GET', '/events?limit=500', undefined, { token })).body.items;
    for (const [kind, { list, snapshot, type, many, change }] of Object.entries(kinds)) {
      const reach = reachOf(kind + ' see', role, held),
        wanted = sorted(visible(kind, reach)),
        cell = `${who}, ${kind}`;
      const listed = await gateway.request('GET', list, undefined, { token });
      assert.deepEqual(sorted(idsIn(listed.body.items)), wanted, cell + ': the list');
      assert.deepEqual(sorted(idsIn(stream.snapshot[snapshot])), wanted, cell + ': the snapshot');
      assert.deepEqual(sorted(idsIn(source.snapshot()[snapshot])), wanted, cell + ': the snapshot of the event stream');
      const told = sorted(subjectsIn(history, type));
      if (many) assert.deepEqual(told, wanted, cell + ': history');
      else
        assert.ok(
          told.every(
            (id) =>
              wanted.includes(id) ||
              Object.entries(calls).some(([agent, now]) => wanted.includes(now) && pastCalls[agent].includes(id)),
          ) &&
            (wanted.length === 0 || told.length > 0),
          `${cell}: history tells ${told}, wanted ${wanted}`,
        );
      const everyone = sorted(visible(kind, 'all'));
      for (const id of everyone) {
        if (single[kind])
          assert.equal(
            (await gateway.request('GET', single[kind] + id, undefined, { token })).status,
            wanted.includes(id) ? 200 : 404,
            `${cell}: ${id} alone`,
          );
        if (!change) continue;
        const may = visible(kind, reachOf(kind + ' change', role, held)).has(id);
        const [method, path, body] = change(id);
        const { status } = await gateway.request(method, path, body, { token });
        assert.ok(
          may ? ![403, 404].includes(status) : status === (wanted.includes(id) ? 403 : 404),
          `${cell}: changing ${id} answered ${status}`,
        );
      }
    }
    const sources = { stream: stream.snapshot.sources, source: source.snapshot().sources };
    for (const [outlet, list] of Object.entries(sources))
      assert.equal(list?.length, 2, `${who}: sources in the snapshot of the ${outlet}`);
    assert.equal(
      (await gateway.request('GET', '/webhooks', undefined, { token })).status,
      reachOf('webhooks see', role, held) === 'none' ? 403 : 200,
      who + ': webhooks',
    );
    return { who, role, held, stream, source, token };
  }

  // What happens from here on, at every live outlet at once.
  async function checkLive(callers) {
    const from = (await gateway.request('GET', '/events?limit=500')).body.cursor;
    const polls = callers.map((c) =>
      gateway.request('GET', `/events?after=${from}&types=agent-session,agent&wait=5`, undefined, { token: c.token }),
    );
    const hooks = [];
    for (const caller of callers.filter((c) => reachOf('webhooks see', c.role, c.held) !== 'none')) {
      const hook = await receiver();
      hooks.push({ ...caller, hook });
      assert.equal(
        (
          await gateway.request(
            'POST',
            '/webhooks',
            { url: hook.url, types: ['agent-session', 'agent', 'queue'] },
            { token: caller.token },
          )
        ).status,
        201,
      );
    }
    for (const agent of ['1001', '1002', '1003']) {
      const session = world.sessions[{ 1001: 'own', 1002: 'groups', 1003: 'others' }[agent]][0];
      const state = (await gateway.request('GET', '/sessions/' + session)).body.state;
      const changed = await gateway.setState(session, state === 'not-ready' ? 'ready' : 'not-ready');
      assert.equal(changed.status, 200, changed.text);
    }
    await sleep(300);
    for (const [index, c] of callers.entries()) {
      const wanted = sorted(visible('sessions', reachOf('sessions see', c.role, c.held)));
      const fresh = c.stream.frames.filter(
        (f) => f.op === 'event' && Number(f.id.split('-').at(-1)) > Number(from.split('-').at(-1)),
      );
      assert.deepEqual(sorted(subjectsIn(fresh, 'agent-session')), wanted, c.who + ': the stream');
      const sent = [...c.source.text.matchAll(/data: (\{"specversion.*)\n/g)]
        .map((m) => JSON.parse(m[1]))
        .filter((e) => Number(e.id.split('-').at(-1)) > Number(from.split('-').at(-1)));
      assert.deepEqual(sorted(subjectsIn(sent, 'agent-session')), wanted, c.who + ': server-sent events');
      const polled = (await polls[index]).body.items;
      assert.ok(
        [...subjectsIn(polled, 'agent-session')].every((id) => wanted.includes(id)) &&
          polled.length > 0 === wanted.length > 0,
        c.who + ': the long poll',
      );
      c.stream.close();
      c.source.stop();
    }
    for (const { who, role, held, hook } of hooks) {
      const wanted = sorted(visible('sessions', reachOf('sessions see', role, held)));
      await until(
        'deliveries for ' + who,
        () => subjectsIn(hook.received.map(JSON.parse), 'agent-session').size >= wanted.length,
      );
      await sleep(200);
      assert.deepEqual(
        sorted(subjectsIn(hook.received.map(JSON.parse), 'agent-session')),
        wanted,
        who + ': the webhook',
      );
      hook.stop();
    }
  }

  test('agents, supervisors, administrators', async () => {
    await onCalls();
    const callers = [];
    const token = (role) =>
      gateway.token(role, role === 'agent' || role === 'supervisor' ? ['1001'] : [], 'bob', {
        groups: role === 'admin' ? [] : ['Sales'],
      });
    for (const role of ['agent', 'supervisor', 'admin']) callers.push(await check(role, [], token(role)));
    await checkLive(callers);
  });

  test('integrations: each scope opens its own rows and no other', async () => {
    await onCalls();
    const callers = [];
    for (const held of [...scopes.map((s) => [s]), scopes])
      callers.push(
        await check(
          'integration',
          held,
          gateway.key(
            'crm ' + held.join('+').replaceAll(':', '-').slice(0, 40) + held.length,
            '--scopes',
            held.join(','),
            '--agents',
            '1001',
            '--groups',
            'Sales',
          ),
        ),
      );
    await checkLive(callers);
  });
});

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

  // All that a tenant could hear, from its supervisor, its agent and its integration. The same names on both sides, by
  // token and by key.
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
            `tenant ${name}, ${where}: has ${word} of the other: …${text.slice(Math.max(0, text.search(pattern) - 120), text.search(pattern) + 60)}…`,
          );
      }
      // And it is not silence: each outlet of a tenant has what is its own.
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
