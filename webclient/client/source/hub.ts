// One connection for the tabs of one account. The hub keeps a copy of its own, with which a new tab begins at once, and
// the last events, so that a tab that was away for a moment misses none. It keeps no token: it asks a tab each time.
import { Connection, type ConnectionOptions, type Freshness } from './connection';
import { numberOf, type DesklineEvent, type Frame, type Welcome } from './contract';
import { applyEvent, applySnapshot, applyWelcome, nothing, snapshotOf, type State } from './state';

/** A message from the hub to a tab. */
export type ToTab =
  { readonly frame: Frame } | { readonly freshness: Freshness } | { readonly ask: number } | { readonly lead: true };
/** A message from a tab to the hub; `token` answers `ask`. */
export type FromTab =
  | { readonly attach: string }
  | { readonly frame: object }
  | { readonly meters: boolean }
  | { readonly wake: true }
  | { readonly open: true }
  | { readonly token: string | null; readonly ask: number }
  | { readonly bye: true };

interface Tab {
  readonly post: (message: ToTab) => void;
  meters: boolean;
}

const remembered = 2000; // events
const answerWithin = 5000; // ms; a tab that is gone never answers

export class Hub {
  readonly connection: Connection;
  #tabs = new Map<unknown, Tab>();
  #state: State;
  #welcome: Welcome | undefined;
  #recent: DesklineEvent[] = [];
  #from: number; // the number before the first of #recent
  #asks = new Map<number, (token: string | null) => void>();
  #asked = 0;

  constructor(options: Omit<ConnectionOptions, 'token'>, state: State = nothing) {
    this.#state = state;
    this.#from = numberOf(state.cursor);
    this.connection = new Connection(
      { ...options, cursor: state.cursor, token: () => this.#token() },
      { frame: (frame) => this.#hear(frame), freshness: (freshness) => this.#broadcast({ freshness }) },
    );
  }

  get empty(): boolean {
    return this.#tabs.size === 0;
  }

  /** A message of the tab `key` has come. */
  from(key: unknown, message: FromTab, post: (message: ToTab) => void): void {
    if ('attach' in message) this.#attach(key, message.attach, post);
    else if ('frame' in message) this.connection.send(message.frame);
    else if ('wake' in message) this.connection.wake();
    else if ('open' in message) this.connection.open();
    else if ('token' in message) this.#asks.get(message.ask)?.(message.token);
    else if ('meters' in message) this.#watch(key, message.meters);
    else this.#leave(key);
  }

  #attach(key: unknown, cursor: string, post: (message: ToTab) => void): void {
    this.#tabs.set(key, { post, meters: false });
    const from = numberOf(cursor);
    if (this.#welcome) post({ frame: { ...this.#welcome, resumed: cursor !== '' } });
    if (this.#state.cursor && cursor && from >= this.#from) {
      for (const frame of this.#recent) if (numberOf(frame.id) > from) post({ frame });
    } else if (this.#state.cursor) {
      if (cursor) post({ frame: { op: 'reset', reason: 'cursor-unknown' } });
      post({ frame: snapshotOf(this.#state) });
    }
    post({ freshness: this.connection.freshness });
    this.connection.open();
  }

  #leave(key: unknown): void {
    this.#watch(key, false);
    this.#tabs.delete(key);
    if (this.empty) this.connection.close();
  }

  #watch(key: unknown, meters: boolean): void {
    const tab = this.#tabs.get(key);
    if (tab) tab.meters = meters;
    this.connection.meters([...this.#tabs.values()].some((one) => one.meters));
  }

  #hear(frame: Frame): void {
    if (frame.op === 'welcome') {
      this.#welcome = frame;
      this.#state = applyWelcome(this.#state, frame);
    } else if (frame.op === 'snapshot') {
      this.#state = applySnapshot(this.#state, frame);
      this.#recent = [];
      this.#from = numberOf(frame.cursor);
    } else if (frame.op === 'event' && frame.type !== 'deskline.audio.meter') {
      this.#state = applyEvent(this.#state, frame);
      this.#recent.push(frame);
      if (this.#recent.length > 2 * remembered) this.#from = numberOf(this.#recent.splice(0, remembered).at(-1)!.id);
    }
    this.#broadcast({ frame });
  }

  #broadcast(message: ToTab): void {
    for (const tab of this.#tabs.values()) tab.post(message);
  }

  // The newest tab is asked first, since it is the one most likely to be in front.
  async #token(): Promise<string> {
    for (const [key, tab] of [...this.#tabs].reverse()) {
      const ask = ++this.#asked;
      const answer = new Promise<string | null>((done) => {
        this.#asks.set(ask, done);
        setTimeout(() => done(null), answerWithin);
      });
      tab.post({ ask });
      const token = await answer;
      this.#asks.delete(ask);
      if (token !== null) return token;
      if (this.#tabs.get(key) === tab && this.#tabs.size > 1) this.#tabs.delete(key);
    }
    throw new Error('no tab has a token');
  }
}
