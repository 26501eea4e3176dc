// How a client reaches the gateway: by itself; through a SharedWorker that all tabs of an account share; or, where
// there is none, through the tab that holds a lock, heard by the others over a BroadcastChannel.
import { Connection, type ConnectionOptions, type Listener } from './connection';
import { Hub, type FromTab, type ToTab } from './hub';
import type { State } from './state';

export interface Link {
  send(frame: object): boolean;
  meters(on: boolean): void;
  wake(): void;
  open(): void;
  close(): void;
}
export interface Shared extends ConnectionOptions {
  /** Tabs of the same name share one connection. */
  readonly name: string;
  /** The URL of the worker's script, of this origin. */
  readonly worker?: string | URL | undefined;
  /** The tab's copy, from which the connection resumes when this tab becomes the one that leads. */
  readonly state: () => State;
}

/** A connection for this client alone. It begins to connect at once, as the other two ways do. */
export function alone(options: ConnectionOptions, listener: Listener): Link {
  const connection = new Connection(options, listener);
  connection.open();
  return connection;
}

// What a tab does with a message of the hub, however it came.
function tab(
  options: Shared,
  listener: Listener,
  post: (message: FromTab) => void,
): Link & { hear(message: ToTab): void } {
  let live = false;
  return {
    hear(message) {
      if ('frame' in message) listener.frame(message.frame);
      else if ('freshness' in message) {
        live = message.freshness.status === 'live';
        listener.freshness(message.freshness);
      } else if ('ask' in message) {
        const { ask } = message;
        Promise.resolve()
          .then(options.token)
          .then(
            (token) => post({ ask, token }),
            () => post({ ask, token: null }),
          );
      }
    },
    send: (frame) => live && (post({ frame }), true),
    meters: (meters) => post({ meters }),
    wake: () => post({ wake: true }),
    open: () => post({ open: true }),
    close: () => post({ bye: true }),
  };
}

// A page that the browser has put aside (bfcache) answers nothing, so it leaves; when it is shown again it resumes from
// its cursor. The function that is returned ends this.
function whileShown(leave: () => void, attach: () => void): () => void {
  const back = (event: Event) => (event as PageTransitionEvent).persisted && attach();
  addEventListener('pagehide', leave);
  addEventListener('pageshow', back);
  return () => {
    removeEventListener('pagehide', leave);
    removeEventListener('pageshow', back);
  };
}

/** The options that are sent to the worker: all but functions, which stay in the tab. */
const plain = ({ gateway, topics, agents, audioRate }: ConnectionOptions) => ({ gateway, topics, agents, audioRate });

/** By a SharedWorker. Where it does not start (its script is refused, for instance), the tabs elect one that leads. */
export function throughWorker(options: Shared, listener: Listener): Link {
  const worker = new SharedWorker(options.worker!, { type: 'module', name: options.name });
  const { port } = worker;
  const link = tab(options, listener, (message) => port.postMessage(message));
  const attach = () => port.postMessage({ options: plain(options), attach: options.state().cursor });
  const unhook = whileShown(() => link.close(), attach);
  const leave = () => {
    unhook();
    port.onmessage = null;
  };
  let now: Link = { ...link, close: () => (leave(), link.close()) };
  port.onmessage = ({ data }) => link.hear(data as ToTab);
  worker.onerror = () => {
    worker.onerror = null;
    leave();
    now = throughLeader(options, listener);
  };
  attach();
  return {
    send: (frame) => now.send(frame),
    meters: (on) => now.meters(on),
    wake: () => now.wake(),
    open: () => now.open(),
    close: () => now.close(),
  };
}

type OnChannel =
  { readonly from: string; readonly message: FromTab } | { readonly to?: string; readonly message: ToTab };

/** By the tab that holds a lock. Needs Web Locks and BroadcastChannel. */
export function throughLeader(options: Shared, listener: Listener): Link {
  const me = crypto.randomUUID(),
    channel = new BroadcastChannel(options.name),
    ended = new AbortController();
  let hub: Hub | undefined,
    release = () => {};
  const send = (message: FromTab) =>
    hub ? hub.from(me, message, hear) : channel.postMessage({ from: me, message } satisfies OnChannel);
  const link = tab(options, listener, send);
  const hear = (message: ToTab) => link.hear(message);
  const attach = () => send({ attach: options.state().cursor });
  channel.onmessage = ({ data }: MessageEvent<OnChannel>) => {
    if ('from' in data)
      hub?.from(data.from, data.message, (message) =>
        channel.postMessage({ to: data.from, message } satisfies OnChannel),
      );
    else if ('lead' in data.message)
      attach(); // another leads from now on
    else if (data.to === me && !hub) hear(data.message);
  };
  const lead = () => {
    hub = new Hub({ ...plain(options), webSocket: options.webSocket }, options.state());
    attach();
    channel.postMessage({ message: { lead: true } } satisfies OnChannel);
    return new Promise<void>((done) => (release = done));
  };
  // The wait for the lock was given up.
  navigator.locks.request('deskline ' + options.name, { signal: ended.signal }, lead).catch(() => {});
  attach();
  const leave = () => {
    send({ bye: true });
    hub?.connection.close();
  };
  const unhook = whileShown(leave, attach);
  return {
    ...link,
    close() {
      unhook();
      leave();
      hub = undefined;
      ended.abort();
      release();
      channel.close();
    },
  };
}
