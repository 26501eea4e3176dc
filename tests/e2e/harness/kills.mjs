// What the tests that kill the gateway have in common: agents at work, and the events that everybody must have heard.
import assert from 'node:assert/strict';
import { numberOf } from './clients.mjs';
import { Unanswered, sleep, until } from './waiting.mjs';

export const topics = ['agent-session', 'agent', 'call', 'queue', 'source'];
// Webhooks that are tried again soon after a kill.
export const config =
  '[webhooks]\nallow_private_networks = true\nretries = ["1 s", "1 s", "1 s", "1 s", "1 s", "1 s", "1 s", "1 s"]\n';

// Agents at work: sign in, ready, not ready; after a kill, again. An event that an answer names must be in the journal.
export class AgentsAtWork {
  answered = []; // the numbers of these events
  keyed = []; // changes of state that were answered, by their Idempotency-Key
  commands = 0;
  // `gateway` returns the gateway that runs now, or undefined while there is none. `keyOf`: the Idempotency-Key of an
  // agent's command of this number. `pause`: milliseconds between two commands of an agent.
  constructor(beside, gateway, { keyOf, pause }) {
    Object.assign(this, { beside, gateway, keyOf, pause });
  }
  begin(count) {
    for (let i = 0; i < count; ++i) this.beside.add(this.work(String(1001 + i)));
  }
  async work(agent) {
    let session;
    for (let i = 0; this.beside.running; ++i) {
      const gateway = this.gateway();
      try {
        session = gateway && (await this.command(gateway, agent, session, i));
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        session = undefined; // it was killed
        await sleep(this.pause);
      }
      await sleep(this.pause);
    }
  }
  // Changes the state of the session or, without one, begins one. Returns the session that there is now.
  async command(gateway, agent, session, number) {
    const answer = session
      ? await this.change(gateway, agent, session, number)
      : await gateway.request('PUT', '/agents/' + agent, { pin: agent });
    ++this.commands;
    if (answer.status < 300) this.remember(answer);
    if (session) return answer.status === 404 ? undefined : session;
    if (answer.status >= 300) return undefined;
    const created = await gateway.request('POST', `/agents/${agent}/sessions`, {
      acdGroup: ['Sales', 'Support', 'Billing'][agent % 3],
      address: 'Line ' + (agent - 1000),
    });
    this.remember(created);
    return created.body?.session?.id;
  }
  async change(gateway, agent, session, number) {
    const state = number % 2 ? 'ready' : 'not-ready',
      key = this.keyOf?.(agent, number);
    const answer = await gateway.setState(session, state, {}, key ? { headers: { 'Idempotency-Key': key } } : {});
    if (key && answer.status === 200) this.keyed.push({ key, session, state, cursor: answer.body.cursor });
    return answer;
  }
  remember({ body }) {
    if (body?.event) this.answered.push(numberOf(body.event));
  }
}

export function nothingIsMissing(answered, truth) {
  const known = new Set(truth);
  assert.deepEqual(
    answered.filter((n) => !known.has(n)),
    [],
    'nothing that was answered is missing',
  );
}

// Each client has heard each event of the journal since it began: once, in order, without beginning anew.
export async function everyClientHeardAll(clients, truth, milliseconds = 60_000) {
  const end = truth.at(-1);
  for (const [i, client] of clients.entries()) {
    await until(`client ${i} has all`, () => client.numbers.at(-1) >= end, milliseconds);
    assert.equal(client.resets, 0, 'no reset');
    const heard = client.unique();
    assert.ok(heard, `client ${i} heard them in order`);
    assert.deepEqual(
      heard.filter((n) => n <= end),
      truth.filter((n) => n > client.first),
      `client ${i} heard each once`,
    );
  }
}

export function everyEventWasDelivered(receiver, truth, what) {
  assert.deepEqual(
    receiver.once().filter((n) => n <= truth.at(-1)),
    truth.filter((n) => n > receiver.first),
    `${what} heard each, in order`,
  );
}
