// Lean clients for many at once: each remembers the numbers of the lossless events that it heard, and resumes from the
// last one.
import http from 'node:http';
import https from 'node:https';
import { WebSocket } from 'ws';

const lossless = (type) => !type.startsWith('deskline.audio.');
const numberOf = (id) => Number(id.slice(id.lastIndexOf('-') + 1));

class Heard {
  numbers = [];
  resets = 0;
  snapshots = 0;
  connects = 0;
  first = undefined; // the number of the cursor that it began with
  cursor = '';
  begin(cursor) {
    this.first ??= numberOf(cursor);
    this.cursor = cursor;
  }
  hear(event) {
    this.cursor = event.id;
    if (lossless(event.type)) this.numbers.push(numberOf(event.id));
  }
  // Takes an event; one with a number that it has is dropped, as a client does. False when the order is broken.
  unique() {
    const once = [...new Set(this.numbers)];
    return once.every((n, i) => i === 0 || n > once[i - 1]) ? once : false;
  }
}

// A client that reconnects by itself, after a short wait, until `stop`.
export class ResumingStream extends Heard {
  constructor(url, token, topics, pause = () => 50 + Math.random() * 150) {
    super();
    Object.assign(this, {
      url: url.replace('https:', 'wss:') + '/api/v1/stream',
      token,
      topics,
      pause,
      live: false,
      running: true,
    });
    this.connect();
  }
  connect() {
    if (!this.running) return;
    this.connects++;
    const socket = (this.socket = new WebSocket(this.url, 'deskline.v1', {
      rejectUnauthorized: false,
      handshakeTimeout: 60_000,
      skipUTF8Validation: true,
    }));
    socket.on('open', () =>
      socket.send(
        JSON.stringify({
          op: 'hello',
          token: this.token,
          topics: this.topics,
          ...(this.cursor ? { cursor: this.cursor } : {}),
        }),
      ),
    );
    socket.on('message', (data) => {
      const frame = JSON.parse(data);
      if (frame.op === 'event') return (this.hear(frame), this.onEvent?.(frame));
      if (frame.op === 'welcome') {
        this.live = true;
        if (frame.resumed) this.resumed?.();
        else if (!this.cursor) this.first ??= numberOf(frame.cursor);
      } else if (frame.op === 'reset') this.resets++;
      else if (frame.op === 'snapshot') {
        this.snapshots++;
        this.begin(frame.cursor);
      }
    });
    socket.on('error', () => {});
    socket.on('close', (code) => {
      this.live = false;
      this.code = code;
      if (this.running) setTimeout(() => this.connect(), this.pause());
    });
  }
  cut() {
    this.running = false;
    this.socket.terminate();
  }
  stop() {
    this.cut();
  }
}

export class ResumingEventSource extends Heard {
  constructor(url, token) {
    super();
    Object.assign(this, { url, token, running: true });
    this.connect();
  }
  connect() {
    if (!this.running) return;
    this.connects++;
    const again = () => this.running && setTimeout(() => this.connect(), 100);
    const headers = {
      Accept: 'text/event-stream',
      Authorization: 'Bearer ' + this.token,
      ...(this.cursor ? { 'Last-Event-ID': this.cursor } : {}),
    };
    this.request = https.request(
      this.url + '/api/v1/events?types=agent-session,agent,call,queue,source',
      { rejectUnauthorized: false, headers, agent: false },
      (answer) => {
        let text = '';
        answer.on('data', (data) => {
          text += data;
          for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
            const lines = Object.fromEntries(
              text
                .slice(0, end)
                .split('\n')
                .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
            );
            if (lines.event === 'snapshot') {
              this.snapshots++;
              this.begin(lines.id);
            } else if (lines.event === 'reset') this.resets++;
            else if (lines.event?.startsWith('deskline.')) this.hear(JSON.parse(lines.data));
          }
        });
        answer.on('close', again);
      },
    );
    this.request.on('error', again);
    this.request.end();
  }
  stop() {
    this.running = false;
    this.request.destroy();
  }
}

// A webhook's receiver that accepts everything, and remembers the numbers of the events.
export class WebhookReceiver {
  numbers = [];
  static async begin(gateway, types) {
    const receiver = new WebhookReceiver();
    receiver.server = http.createServer((request, response) => {
      let body = '';
      request.on('data', (d) => (body += d));
      request.on('end', () => {
        receiver.numbers.push(numberOf(JSON.parse(body).id));
        response.writeHead(200).end();
      });
    });
    await new Promise((done) => receiver.server.listen(0, '127.0.0.1', done));
    const made = await gateway.request('POST', '/webhooks', {
      url: `http://127.0.0.1:${receiver.server.address().port}/`,
      types,
    });
    if (made.status !== 201) throw new Error(made.text);
    receiver.first = numberOf(made.body.cursor);
    return receiver;
  }
  // Waits for the event of this number, however long that takes; fails after a minute without a new event.
  async upTo(end) {
    for (
      let came = this.numbers.length, at = Date.now();
      !(this.numbers.at(-1) >= end);
      await new Promise((done) => setTimeout(done, 50))
    ) {
      if (this.numbers.length > came) ((came = this.numbers.length), (at = Date.now()));
      if (Date.now() - at > 60_000)
        throw new Error(
          `the webhook hears nothing more: ${came} deliveries, the last ${this.numbers.at(-1)}, of ${end}`,
        );
    }
  }
  // The numbers in the order in which each came first.
  once() {
    return [...new Set(this.numbers)];
  }
  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

// Every lossless event that the journal has, by number, read page by page.
export async function journalOf(gateway, types = 'agent-session,agent,call,queue,source') {
  const numbers = [];
  for (
    let after = '', page;
    (page = (await gateway.request('GET', `/events?types=${types}&limit=500${after && '&after=' + after}`)).body).items
      .length;
    after = page.cursor
  )
    numbers.push(...page.items.map((event) => numberOf(event.id)));
  return numbers;
}

export { numberOf };
