// The traffic of a gateway in ten minutes: shifts, states, calls, clients that come and go, guessers, webhooks
// that fail. The same weekday of every week is the same, so that a week can be compared with the next.
import http from 'node:http';
import { createPrivateKey, createHash, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';

// The packages are installed for the end-to-end tests.
const { WebSocket } = createRequire(new URL('../e2e/', import.meta.url))('ws');
const base64url = (value) =>
  Buffer.from(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString(
    'base64url',
  );
const hour = 3_600_000;

// Tokens of the gateway's own key, as `deskline token` makes them, at the driven time.
export class Minter {
  constructor(gateway, time) {
    this.time = time;
    this.key = createPrivateKey(readFileSync(join(gateway.folder, 'data/local-key.pem')));
    this.sample = JSON.parse(Buffer.from(gateway.token('admin').split('.')[0], 'base64url'));
  }
  token(subject, role, more = {}, seconds = 8 * 3600) {
    const now = Math.floor(this.time.now() / 1000);
    const claims = { iss: 'deskline', aud: 'deskline', sub: subject, iat: now, exp: now + seconds, role, ...more };
    const text = `${base64url(this.sample)}.${base64url(claims)}`;
    const signature = sign('sha256', Buffer.from(text), { key: this.key, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  }
}

export async function receiver(status) {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(status()).end());
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    stop: () => (server.closeAllConnections(), server.close()),
  };
}

class Client {
  constructor(url, token) {
    Object.assign(this, {
      url: url.replace('https:', 'wss:') + '/api/v1/stream',
      token,
      cursor: '',
      events: 0,
      open: false,
    });
  }
  connect() {
    return new Promise((done) => {
      const socket = (this.socket = new WebSocket(this.url, 'deskline.v1', { rejectUnauthorized: false }));
      socket.on('open', () =>
        socket.send(
          JSON.stringify({
            op: 'hello',
            token: this.token(),
            topics: ['agent-session', 'agent', 'call', 'queue', 'audio', 'source'],
            ...(this.cursor ? { cursor: this.cursor } : {}),
          }),
        ),
      );
      socket.on('message', (data) => {
        const frame = JSON.parse(data);
        if (frame.op === 'event' && frame.id.includes('-')) ((this.cursor = frame.id), this.events++);
        if (frame.op === 'snapshot') this.cursor = frame.cursor;
        if (frame.op === 'welcome') ((this.open = true), done());
      });
      socket.on('error', () => done());
      socket.on('close', () => ((this.open = false), done()));
    });
  }
  renew() {
    if (this.open) this.socket.send(JSON.stringify({ op: 'refresh', token: this.token() }));
  }
  cut() {
    return new Promise((done) => {
      if (!this.socket || this.socket.readyState === WebSocket.CLOSED) return done();
      this.socket.on('close', done);
      this.socket._socket?.resume();
      this.socket.terminate();
    });
  }
}

export class Traffic {
  figures = { requests: 0, refused: 0, connects: 0, cuts: 0, renewals: 0, wrongCredentials: 0, errors: 0 };

  constructor(gateway, time, { agents, clients, rate }) {
    Object.assign(this, { gateway, time, rate, on: new Map(), minter: new Minter(gateway, time) });
    this.agents = Array.from({ length: agents }, (_, i) => String(1001 + i));
    this.tokens = new Map();
    this.clients = Array.from(
      { length: clients },
      (_, i) =>
        new Client(gateway.url, () =>
          this.minter.token('watcher ' + i, i % 2 ? 'admin' : 'supervisor', { groups: ['Sales', 'Support'] }, 1800),
        ),
    );
  }

  async ask(method, path, body, token, headers) {
    this.figures.requests++;
    const answer = await this.gateway.request(method, path, body, { token, headers }).catch(() => ({ status: 0 }));
    if (answer.status >= 400) this.figures.refused++;
    if (answer.status === 0 || answer.status === 500) this.figures.errors++; // 503: the switch is away
    return answer;
  }

  // A token is used for two hours of the shift, then the next one.
  tokenOf(agent) {
    const known = this.tokens.get(agent),
      now = this.time.now();
    if (known && known.until > now + 600_000) return known.token;
    this.figures.renewals++;
    const token = this.minter.token('agent ' + agent, 'agent', { agents: [agent], groups: ['*'] }, 2 * 3600);
    this.tokens.set(agent, { token, until: now + 2 * hour });
    return token;
  }

  shift(agent, day) {
    // from when to when, in hours
    const number = Number(agent) - 1001;
    if (number === this.agents.length - 1) return undefined; // this agent has no shift: its PIN is guessed
    return day % 7 >= 5 && number % 4 ? undefined : [7 + (number % 3), 15 + (number % 3)];
  }

  async turnUp(agent) {
    const token = this.tokenOf(agent);
    await this.ask('PUT', '/agents/' + agent, { pin: agent }, token);
    const made = await this.ask(
      'POST',
      `/agents/${agent}/sessions`,
      { acdGroup: ['Sales', 'Support', 'Billing'][agent % 3], address: 'Line ' + (agent - 1000) },
      token,
    );
    if (made.status !== 201) return;
    this.on.set(agent, made.body.session.id);
    await this.ask('PUT', `/sessions/${made.body.session.id}/state`, { state: 'ready' }, token);
  }

  async change(agent, chance) {
    const path = `/sessions/${this.on.get(agent)}/state`,
      token = this.tokenOf(agent),
      state = chance.of(['ready', 'not-ready']);
    const way = chance.below(5);
    if (way === 0) return this.ask('PUT', path, { state, when: 'after-call', reason: 'as planned' }, token);
    if (way === 1) {
      const headers = { 'Idempotency-Key': `k${this.figures.requests}-${chance.below(1e9)}` };
      await this.ask('PUT', path, { state }, token, headers);
      return this.ask('PUT', path, { state }, token, headers);
    }
    if (way === 2) {
      const began = await this.ask('PUT', path, { state }, token, { Prefer: 'respond-async' });
      if (began.status === 202) await this.ask('GET', '/operations/' + began.body.operation, undefined, token);
      return;
    }
    return this.ask('PUT', path, { state, reason: way === 3 ? 'lunch' : undefined }, token);
  }

  async guess(chance) {
    const part = () => chance.below(65536).toString(16);
    const address = chance.below(2)
      ? `10.${chance.below(256)}.${chance.below(256)}.${chance.below(256)}`
      : `2001:db8:${part()}:${part()}::${part()}`;
    const headers = { 'X-Forwarded-For': address };
    this.figures.wrongCredentials++;
    const kind = chance.below(3);
    if (kind === 0) return this.ask('GET', '/me', undefined, 'dlk_' + chance.below(1e9), headers);
    if (kind === 1)
      return this.ask('GET', '/me', undefined, this.minter.token('x', 'admin').slice(0, -6) + 'AAAAAA', headers);
    return this.ask(
      'PUT',
      '/agents/' + this.agents.at(-1),
      { pin: 'wrong' },
      this.minter.token('guesser', 'admin'),
      headers,
    );
  }

  async churn(chance) {
    const client = chance.of(this.clients);
    if (!client.open) {
      this.figures.connects++;
      if (chance.below(4) === 0) client.cursor = ''; // the client begins anew
      return client.connect();
    }
    const way = chance.below(4);
    if (way === 0) return client.renew();
    if (way === 1) return client.socket._socket.pause(); // the client stops reading
    this.figures.cuts++;
    return client.cut();
  }

  // Runs ten minutes of traffic, from `minute` of the day.
  async step(day, minute, chance) {
    const at = minute / 60,
      tasks = [];
    for (const agent of this.agents) {
      const shift = this.shift(agent, day);
      const due = shift && at >= shift[0] && at < shift[1];
      if (due && !this.on.has(agent)) tasks.push(this.turnUp(agent));
      else if (!due && this.on.has(agent)) {
        this.on.delete(agent);
        tasks.push(
          this.ask('DELETE', '/agents/' + agent, undefined, this.minter.token('head', 'supervisor', { groups: ['*'] })),
        );
      }
    }
    const present = [...this.on.keys()];
    for (let i = 0; present.length && i < this.rate; ++i) tasks.push(this.change(chance.of(present), chance));
    tasks.push(
      this.guess(chance),
      this.churn(chance),
      this.ask('POST', '/tickets', undefined, this.minter.token('crm', 'integration', { scope: 'agents:read' })),
    );
    if (minute % 60 === 0)
      tasks.push(
        this.ask('GET', '/events?limit=200', undefined, this.minter.token('root', 'admin')),
        this.ask(
          'GET',
          '/agents',
          undefined,
          this.minter.token(
            'crm ' +
              createHash('sha1')
                .update(String(day % 7) + minute)
                .digest('hex')
                .slice(0, 8),
            'integration',
            { scope: 'agents:read', groups: ['*'] },
          ),
        ),
      );
    await Promise.all(tasks);
  }

  async night() {
    await Promise.all(this.clients.map((client) => client.cut()));
  }
}
