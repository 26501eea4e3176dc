import { WebSocket } from 'ws';
import { recordMessage } from './recording.mjs';
import { Unanswered } from './waiting.mjs';

// A WebSocket stream to a gateway; its frames are checked against the description and searched for secrets.
export class Stream {
  #closed;
  constructor(socket, contract, secrets) {
    this.socket = socket;
    this.frames = [];
    this.waiters = [];
    this.#closed = new Promise((done) =>
      socket.on('close', (code, reason) => done({ code, reason: reason.toString() })),
    );
    socket.on('message', (data) => {
      secrets?.search(String(data), 'a frame');
      const frame = JSON.parse(data);
      this.frames.push(frame);
      this.wrong ||= contract?.frame(frame);
      for (const waiter of [...this.waiters]) waiter();
    });
    socket.on('error', () => {});
  }
  // Resolves to how the stream was closed; waits for a minute at most.
  get closed() {
    let timer;
    const late = new Promise((_, fail) => {
      timer = setTimeout(fail, 60_000, new Error('the stream was not closed within a minute')).unref();
    });
    return Promise.race([this.#closed, late]).finally(() => clearTimeout(timer));
  }
  send(message) {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    recordMessage(text);
    this.socket.send(text);
  }
  // Resolves to the first frame that fits, whether it has come already or not. `fits` is called once for each frame, in
  // their order, so it may count them.
  frame(what, fits, milliseconds = 20_000) {
    return new Promise((done, fail) => {
      let looked = 0;
      const look = () => {
        if (this.wrong) {
          fail(new Error('a frame does not fit asyncapi.json: ' + this.wrong));
          return true;
        }
        let found;
        while (!found && looked < this.frames.length) {
          const frame = this.frames[looked++];
          if (fits(frame)) found = frame;
        }
        if (!found) return false;
        clearTimeout(timer);
        this.waiters = this.waiters.filter((w) => w !== look);
        done(found);
        return true;
      };
      const timer = setTimeout(
        () => fail(new Error('no such frame came: ' + what + '; came: ' + JSON.stringify(this.frames.slice(-5)))),
        milliseconds,
      );
      if (!look()) this.waiters.push(look);
    });
  }
  event(type, event, more = () => true) {
    return this.frame(
      `${type} ${event}`,
      (f) => f.op === 'event' && f.type === 'deskline.' + type && (f.data.event ?? f.data.change) === event && more(f),
    );
  }
  close() {
    this.socket.terminate();
  }
}

export function streams(gateway) {
  const { url, secrets } = gateway;
  return {
    open(options = {}) {
      return new Promise((done, fail) => {
        const socket = new WebSocket(
          url.replace('https:', 'wss:') + '/api/v1/stream' + (options.query ?? ''),
          'deskline.v1',
          { rejectUnauthorized: false, handshakeTimeout: 180_000, headers: options.headers ?? {} },
        );
        const stream = new Stream(socket, gateway.contract, secrets);
        socket.on('open', () => done(stream));
        socket.on('unexpected-response', (_, answer) =>
          fail(Object.assign(new Error('refused: ' + answer.statusCode), { status: answer.statusCode })),
        );
        socket.on('error', (error) => fail(new Unanswered(error.message)));
      });
    },
    async stream(hello = {}, token = gateway.token()) {
      const stream = await gateway.open();
      stream.send({
        op: 'hello',
        token,
        topics: ['agent-session', 'agent', 'queue', 'call', 'audio', 'source', 'acd-group', 'agent-handler'],
        ...hello,
      });
      stream.welcome = await stream.frame('welcome', (f) => f.op === 'welcome');
      stream.snapshot = stream.welcome.resumed ? undefined : await stream.frame('snapshot', (f) => f.op === 'snapshot');
      return stream;
    },
  };
}
