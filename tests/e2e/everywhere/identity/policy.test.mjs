// The policy over every outlet: what the table gives a role is in REST, snapshots, streams, server-sent events, the
// long poll, history and webhooks, and nothing else is. Then two tenants whose names overlap, each of whom hears
// everything of its own and no byte of the other's.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway, until, sleep } from '../../harness/harness.mjs';
import { roles, scopes, receiver, eventSource, idsIn, subjectsIn, sorted } from '../../harness/outlets.mjs';

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

  // A webhook for each who may have one.
  async function hooksOf(callers) {
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
    return hooks;
  }

  async function changeEachSession() {
    for (const agent of ['1001', '1002', '1003']) {
      const session = world.sessions[{ 1001: 'own', 1002: 'groups', 1003: 'others' }[agent]][0];
      const state = (await gateway.request('GET', '/sessions/' + session)).body.state;
      const changed = await gateway.setState(session, state === 'not-ready' ? 'ready' : 'not-ready');
      assert.equal(changed.status, 200, changed.text);
    }
  }

  async function checkDeliveries(hooks) {
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

  // Collects the events from here on, at every live outlet.
  async function checkLive(callers) {
    const from = (await gateway.request('GET', '/events?limit=500')).body.cursor;
    const polls = callers.map((c) =>
      gateway.request('GET', `/events?after=${from}&types=agent-session,agent&wait=5`, undefined, { token: c.token }),
    );
    const hooks = await hooksOf(callers);
    await changeEachSession();
    const isNew = ({ id }) => Number(id.split('-').at(-1)) > Number(from.split('-').at(-1));
    const toldOn = (c) => [
      c.stream.frames.filter((f) => f.op === 'event' && isNew(f)),
      [...c.source.text.matchAll(/data: (\{"specversion.*)\n/g)].map((m) => JSON.parse(m[1])).filter(isNew),
    ];
    for (const c of callers) {
      const wanted = [...visible('sessions', reachOf('sessions see', c.role, c.held))];
      await until(c.who + ': what it may see', () =>
        toldOn(c).every((events) => wanted.every((id) => subjectsIn(events, 'agent-session').has(id))),
      );
    }
    await sleep(300); // events that are not theirs would have come by then
    for (const [index, c] of callers.entries()) {
      const wanted = sorted(visible('sessions', reachOf('sessions see', c.role, c.held)));
      const [fresh, sent] = toldOn(c);
      assert.deepEqual(sorted(subjectsIn(fresh, 'agent-session')), wanted, c.who + ': the stream');
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
    await checkDeliveries(hooks);
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
