// The copy of what the gateway knows: a snapshot, and each event after it applied. Never changed in place: what has not changed stays the
// same object, so that any framework sees by `===` what has. `statistics` are as of the last snapshot, event or refresh.
import type {
  AcdGroup,
  Address,
  Agent,
  AgentHandler,
  AgentSession,
  AudioDevice,
  AudioSession,
  Call,
  DesklineEvent,
  Me,
  Queue,
  Snapshot,
  Source,
  Welcome,
} from './contract';

export interface SourceState {
  readonly source: Source;
  readonly connected: boolean;
  readonly capabilities: Readonly<Record<string, boolean>>;
}
type Copy<T> = ReadonlyMap<string, T>;
/** Everything by its id. */
export interface State {
  readonly cursor: string;
  readonly gateway: string;
  readonly identity: Me | undefined;
  readonly agents: Copy<Agent>;
  readonly sessions: Copy<AgentSession>;
  readonly handlers: Copy<AgentHandler>;
  readonly groups: Copy<AcdGroup>;
  readonly queues: Copy<Queue>;
  readonly addresses: Copy<Address>;
  readonly calls: Copy<Call>;
  readonly devices: Copy<AudioDevice>;
  readonly audioSessions: Copy<AudioSession>;
  readonly sources: Copy<SourceState>;
}
/** The members of a state that are copies of lists, by the names that a snapshot gives them. */
const lists = {
  agents: 'agents',
  sessions: 'sessions',
  handlers: 'agentHandlers',
  groups: 'acdGroups',
  queues: 'queues',
  addresses: 'addresses',
  calls: 'calls',
  devices: 'audioDevices',
  audioSessions: 'audioSessions',
} as const;
export type ListName = keyof typeof lists;

const none = new Map<string, never>() as Copy<never>;
export const nothing: State = {
  cursor: '',
  gateway: '',
  identity: undefined,
  agents: none,
  sessions: none,
  handlers: none,
  groups: none,
  queues: none,
  addresses: none,
  calls: none,
  devices: none,
  audioSessions: none,
  sources: none,
};

const byId = <T extends { readonly id: string }>(items: readonly T[] = []): Copy<T> =>
  new Map(items.map((item) => [item.id, item]));

export const applyWelcome = (state: State, { gateway, identity }: Welcome): State => ({ ...state, gateway, identity });

export function applySnapshot(state: State, snapshot: Snapshot): State {
  const copies = Object.fromEntries(
    Object.entries(lists).map(([name, key]) => [name, byId<{ readonly id: string }>(snapshot[key])]),
  ) as unknown as Pick<State, ListName>;
  return {
    ...state,
    ...copies,
    cursor: snapshot.cursor,
    sources: new Map((snapshot.sources ?? []).map((source) => [source.source, source])),
  };
}

/** The frame that `applySnapshot` would make this state of: what a second reader starts with. */
export function snapshotOf(state: State): Snapshot {
  const copies = Object.fromEntries(
    Object.entries(lists).map(([name, key]) => [key, [...state[name as ListName].values()]]),
  );
  return { op: 'snapshot', cursor: state.cursor, sources: [...state.sources.values()], ...copies };
}

/** The list with the item in it, or without it where it was removed. */
function upsert<T extends { readonly id: string }>(copy: Copy<T>, item: T, removed: boolean): Copy<T> {
  const next = new Map(copy);
  if (removed) next.delete(item.id);
  else next.set(item.id, item);
  return next;
}

const mapped = <T>(copy: Copy<T>, change: (item: T) => T): Copy<T> =>
  new Map([...copy].map(([id, item]) => [id, change(item)]));

/** What the agent's list of sessions becomes; the gateway reports it with the session's events. */
function membership(agents: Copy<Agent>, session: AgentSession, ended: boolean): Copy<Agent> {
  const agent = agents.get(session.agent);
  if (!agent || agent.sessions.includes(session.id) !== ended) return agents;
  const sessions = ended ? agent.sessions.filter((id) => id !== session.id) : [...agent.sessions, session.id];
  return upsert(agents, { ...agent, sessions }, false);
}

/** A role has one device for each flow. */
function defaults(devices: Copy<AudioDevice>, chosen: AudioDevice): Copy<AudioDevice> {
  const yields = (other: AudioDevice) =>
    other.id !== chosen.id &&
    other.flow === chosen.flow &&
    other.defaultFor.some((role) => chosen.defaultFor.includes(role));
  return mapped(devices, (other) =>
    yields(other)
      ? { ...other, defaultFor: other.defaultFor.filter((role) => !chosen.defaultFor.includes(role)) }
      : other,
  );
}

/** The state after the event. An event of before the state's cursor must not come here. */
export function applyEvent(before: State, event: DesklineEvent): State {
  if (event.type === 'deskline.audio.meter') return before;
  const state = { ...before, cursor: event.id };
  switch (event.type) {
    case 'deskline.agent-session': {
      const { session, event: what } = event.data,
        ended = what === 'end';
      return {
        ...state,
        sessions: upsert(state.sessions, session, ended),
        agents: membership(state.agents, session, ended),
      };
    }
    case 'deskline.agent':
      return { ...state, agents: upsert(state.agents, event.data.agent, event.data.event === 'signed-out') };
    case 'deskline.agent-handler':
      return { ...state, handlers: upsert(state.handlers, event.data.handler, event.data.event === 'removed') };
    case 'deskline.acd-group':
      return { ...state, groups: upsert(state.groups, event.data.group, event.data.event === 'removed') };
    case 'deskline.queue':
      return { ...state, queues: upsert(state.queues, event.data.queue, event.data.event === 'removed') };
    case 'deskline.call': {
      const { call } = event.data;
      return { ...state, calls: upsert(state.calls, call, call.state === 'disconnected' || call.state === 'idle') };
    }
    case 'deskline.audio.session': {
      const { session, change } = event.data;
      return {
        ...state,
        audioSessions: upsert(state.audioSessions, session, change === 'disconnected' || session.state === 'expired'),
      };
    }
    case 'deskline.audio.device': {
      const { device, change } = event.data,
        devices = upsert(state.devices, device, change === 'removed');
      return { ...state, devices: change === 'default' ? defaults(devices, device) : devices };
    }
    case 'deskline.source':
      return applySource(state, event);
    default:
      return state;
  }
}

/** A source was lost or is back: what it had told before is stale meanwhile. */
function applySource(state: State, { data, time }: Extract<DesklineEvent, { type: 'deskline.source' }>): State {
  const connected = data.event !== 'lost';
  const capabilities = data.capabilities ?? state.sources.get(data.source)?.capabilities ?? {};
  const sources = new Map(state.sources).set(data.source, { source: data.source, connected, capabilities });
  if (connected || data.source !== 'telephony') return { ...state, sources };
  const stale = { since: time, cause: data.cause ?? '' };
  const age = <T extends Agent | AgentSession>(item: T): T => (item.stale ? item : { ...item, stale });
  return { ...state, sources, agents: mapped(state.agents, age), sessions: mapped(state.sessions, age) };
}

/** The state with these objects as they were just read; no event has their statistics. */
export function applyStatistics<N extends ListName>(
  state: State,
  list: N,
  items: readonly { readonly id: string; readonly statistics?: unknown }[],
): State {
  const statistics = new Map(items.map((item) => [item.id, item.statistics]));
  const copy = state[list] as Copy<{ readonly id: string }>;
  return {
    ...state,
    [list]: mapped(copy, (item) => (statistics.has(item.id) ? { ...item, statistics: statistics.get(item.id) } : item)),
  };
}
