// The one object that an application holds: a live copy, events, freshness and commands.
import { Commands, type Answer, type CommandOptions } from './commands';
import type { Freshness, TokenSource } from './connection';
import {
  numberOf,
  type Agent,
  type AgentSession,
  type AgentState,
  type AudioDevice,
  type AudioSession,
  type CreateSession,
  type DesklineEvent,
  type DeviceChange,
  type EventOf,
  type Frame,
  type Reset,
  type SessionChange,
  type SessionState,
  type SetState,
  type SignIn,
  type Topic,
  type Welcome,
} from './contract';
import { alone, throughLeader, throughWorker, type Link, type Shared } from './links';
import { Problem } from './problem';
import { applyEvent, applySnapshot, applyStatistics, applyWelcome, nothing, type State } from './state';

const mostWaiting = 10_000; // events that an iterator has not taken

export interface ConnectOptions {
  /** The gateway's address with its base path; absent: where the page is. */
  readonly gateway?: string | undefined;
  /** The token, or a function that fetches a fresh one; it is called before each attempt and before a token ends. */
  readonly token: string | TokenSource;
  /** The topics of the stream. Absent: all but peaks, which come with `meters()`. */
  readonly topics?: readonly Exclude<Topic, 'audio.meter'>[] | undefined;
  readonly agents?: readonly string[] | undefined;
  /** Volume events per second for one object, 1 to 60; 20 where absent. */
  readonly audioRate?: number | undefined;
  /** The account whose tabs share one connection; false or absent: this client has its own. */
  readonly share?: string | false | undefined;
  /** The URL of the SharedWorker's script, of the page's own origin; absent: the tabs elect one that leads. */
  readonly worker?: string | URL | undefined;
  readonly webSocket?: typeof WebSocket | undefined;
}

export interface ClientEvents {
  /** Every event, once, in order. */
  event: DesklineEvent;
  freshness: Freshness;
  welcome: Welcome;
  /** Events were missed that the gateway no longer has; the snapshot that follows makes the copy right again. */
  reset: Reset;
}
type Kinds = ClientEvents & { [T in Topic]: EventOf<T> };
type Listen<T> = (value: T) => void;
interface Watch {
  look(): void;
}

export class Client {
  #state = nothing;
  #freshness: Freshness = { status: 'connecting' };
  #listeners = new Map<string, Set<Listen<never>>>();
  #watches = new Set<Watch>();
  #looking = false;
  #lookers = 0;
  #link: Link;
  #commands = new Commands((frame) => this.#link.send(frame));
  /** The first snapshot is there. */
  readonly ready: Promise<void>;
  #resolveReady!: () => void;

  constructor(options: ConnectOptions) {
    this.ready = new Promise((done) => (this.#resolveReady = done));
    const {
      token,
      gateway = globalThis.location?.href.replace(/[^/]*([?#].*)?$/, ''),
      share,
      worker,
      ...rest
    } = options;
    if (!gateway) throw new TypeError('connect() needs the gateway\'s address: { gateway: "https://host:8443" }');
    const source: TokenSource = typeof token === 'function' ? token : () => token;
    const listener = {
      frame: (frame: Frame) => this.#hear(frame),
      freshness: (freshness: Freshness) => this.#fresh(freshness),
    };
    const shared: Shared = {
      ...rest,
      gateway,
      token: source,
      worker,
      name: JSON.stringify([gateway, share, rest.topics, rest.agents]),
      state: () => this.#state,
    };
    const workers = typeof SharedWorker !== 'undefined' && worker,
      locks = typeof navigator !== 'undefined' && 'locks' in navigator && typeof BroadcastChannel !== 'undefined';
    this.#link =
      share && workers
        ? throughWorker(shared, listener)
        : share && locks
          ? throughLeader(shared, listener)
          : alone(shared, listener);
    globalThis.addEventListener?.('online', this.#wake);
    globalThis.document?.addEventListener('visibilitychange', this.#wake);
  }

  get state(): State {
    return this.#state;
  }
  get freshness(): Freshness {
    return this.#freshness;
  }

  /** Calls `listener` for each event of this kind until the function that it returns is called. */
  on<K extends keyof Kinds>(kind: K, listener: Listen<Kinds[K]>): () => void {
    const all = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, all.add(listener));
    return () => void all.delete(listener);
  }

  /**
   * Calls `listener` whenever a value that `select` picks has changed, at most once for all events that came together.
   * The function that it returns ends that.
   */
  subscribe<T>(
    select: (state: State) => T,
    listener: (value: T, before: T) => void,
    same: (a: T, b: T) => boolean = Object.is,
  ): () => void {
    let value = select(this.#state);
    const watch: Watch = {
      look: () => {
        const now = select(this.#state);
        if (same(now, value)) return;
        const before = value;
        listener((value = now), before);
      },
    };
    this.#watches.add(watch);
    return () => void this.#watches.delete(watch);
  }

  /**
   * The events from now on; those that are not yet taken wait. A reader so slow that 10,000 wait gets those, and then
   * the Problem `too-many`.
   */
  async *events<T extends Topic>(...topics: readonly T[]): AsyncGenerator<EventOf<T>> {
    const waiting: EventOf<T>[] = [];
    let more = () => {},
      full = false;
    const end = this.on('event', (event) => {
      const topic = event.type.slice('deskline.'.length) as T;
      if (full || (topics.length && !topics.includes(topic))) return;
      full = waiting.length >= mostWaiting;
      if (!full) waiting.push(event as unknown as EventOf<T>);
      more();
    });
    try {
      for (;;) {
        while (waiting.length) yield waiting.shift()!;
        if (full) throw new Problem('too-many');
        await new Promise<void>((done) => (more = done));
      }
    } finally {
      end();
    }
  }
  [Symbol.asyncIterator](): AsyncGenerator<DesklineEvent> {
    return this.events() as AsyncGenerator<DesklineEvent>;
  }

  /** Any operation of the contract. Resolves when the copy has applied its events; rejects with a Problem. */
  request<T>(method: string, path: string, body?: unknown, options?: CommandOptions): Promise<Answer<T>> {
    return this.#commands.run<T>(method, path, body, options);
  }

  signIn = (agent: string, body: SignIn = {}) => this.#agent('PUT', agent, '', body);
  signOut = (agent: string) => this.#agent('DELETE', agent);
  setAgentState = (agent: string, state: AgentState) => this.#agent('PUT', agent, '/state', { state });
  openSession = (agent: string, body: CreateSession) =>
    this.#session('POST', `/agents/${encodeURIComponent(agent)}/sessions`, body);
  setState = (session: string, state: SessionState, more: Omit<SetState, 'state'> = {}) =>
    this.#session('PUT', `/sessions/${session}/state`, { state, ...more });
  withdrawPendingState = (session: string) => this.#session('DELETE', `/sessions/${session}/pending-state`);
  endSession = (session: string) => this.#session('DELETE', '/sessions/' + session);
  setDevice = (device: string, change: DeviceChange) =>
    this.request<{ device: AudioDevice | null }>('PATCH', '/audio/devices/' + device, change).then(
      ({ body }) => body.device,
    );
  setAudioSession = (session: string, change: SessionChange) =>
    this.request<{ session: AudioSession | null }>('PATCH', '/audio/sessions/' + session, change).then(
      ({ body }) => body.session,
    );

  /** Every item of a list, page by page. */
  async list<T>(path: string): Promise<T[]> {
    const all: T[] = [];
    for (let after = ''; ;) {
      const { body } = await this.request<{ items: T[]; next?: string }>(
        'GET',
        `${path}${path.includes('?') ? '&' : '?'}limit=500${after && '&after=' + after}`,
      );
      all.push(...body.items);
      if (!body.next) return all;
      after = encodeURIComponent(body.next);
    }
  }

  /** Reads the statistics of a list again, since no event carries them. */
  async refresh(list: 'agents' | 'sessions' | 'queues'): Promise<void> {
    const items = await this.list<{ readonly id: string }>('/' + list);
    this.#change(applyStatistics(this.#state, list, items));
  }

  /** Turns `audio.meter` events (peaks) on, until the function that it returns is called. */
  meters(): () => void {
    if (this.#lookers++ === 0) this.#link.meters(true);
    let over = false;
    return () => {
      if (!over && --this.#lookers === 0) this.#link.meters(false);
      over = true;
    };
  }

  /** Tries again after `refused`, once somebody has signed in. */
  reconnect(): void {
    this.#link.open();
  }

  close(): void {
    globalThis.removeEventListener?.('online', this.#wake);
    globalThis.document?.removeEventListener('visibilitychange', this.#wake);
    this.#link.close();
    this.#commands.close();
  }

  #wake = (): void => {
    if (globalThis.document?.visibilityState !== 'hidden') this.#link.wake();
  };

  async #agent(method: string, agent: string, more = '', body?: unknown): Promise<Agent | null> {
    return (await this.request<{ agent: Agent | null }>(method, `/agents/${encodeURIComponent(agent)}${more}`, body))
      .body.agent;
  }
  async #session(method: string, path: string, body?: unknown): Promise<AgentSession | null> {
    return (await this.request<{ session: AgentSession | null }>(method, path, body)).body.session;
  }

  #hear(frame: Frame): void {
    switch (frame.op) {
      case 'welcome':
        this.#change(applyWelcome(this.#state, frame));
        return this.#notify('welcome', frame);
      case 'reset':
        return this.#notify('reset', frame);
      case 'snapshot':
        this.#change(applySnapshot(this.#state, frame));
        this.#resolveReady();
        return this.#commands.applied(numberOf(frame.cursor));
      case 'result':
        return this.#commands.result(frame);
      case 'event':
        return this.#applyEvent(frame);
    }
  }

  #applyEvent(event: DesklineEvent): void {
    if (event.type !== 'deskline.audio.meter') {
      // already applied: another tab led before and told it
      if (numberOf(event.id) <= numberOf(this.#state.cursor)) return;
      this.#change(applyEvent(this.#state, event));
    }
    this.#notify('event', event);
    this.#notify(event.type.slice('deskline.'.length) as Topic, event);
    this.#commands.applied(numberOf(this.#state.cursor));
  }

  #fresh(freshness: Freshness): void {
    this.#freshness = freshness;
    if (freshness.status === 'live' && this.#lookers) this.#link.meters(true);
    this.#commands.live(freshness.status === 'live');
    this.#notify('freshness', freshness);
  }

  #change(state: State): void {
    this.#state = state;
    if (this.#looking) return;
    this.#looking = true;
    queueMicrotask(() => {
      this.#looking = false;
      for (const watch of this.#watches) watch.look();
    });
  }

  #notify<K extends keyof Kinds>(kind: K, value: Kinds[K]): void {
    for (const listener of this.#listeners.get(kind) ?? []) {
      try {
        (listener as Listen<Kinds[K]>)(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error; // reported to the page, while the other listeners are still called
        });
      }
    }
  }
}

/** Makes a client and begins to connect it. */
export const connect = (options: ConnectOptions): Client => new Client(options);
