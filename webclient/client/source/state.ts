// The copy of what the gateway knows: a snapshot, and each event after it applied. Never changed in place: an
// object that has not changed stays the same one, so that any framework sees changes by `===`. `statistics` are as of
// the last snapshot, event or refresh. What a snapshot lists is copied by a table that is made from the descriptions
// (`things`); an event that changes more than its own thing has a case in `applyEvent`.
import {
  snapshotLists,
  things,
  type Agent,
  type AgentSession,
  type AudioDevice,
  type DesklineEvent,
  type Me,
  type Snapshot,
  type Source,
  type Welcome,
} from './contract';

export interface SourceState {
  readonly source: Source;
  readonly connected: boolean;
  readonly capabilities: Readonly<Record<string, boolean>>;
}
type Copy<T> = ReadonlyMap<string, T>;

/** The lists of a snapshot that a state has under a shorter name. */
const shorter = { agentHandlers: 'handlers', acdGroups: 'groups', audioDevices: 'devices' } as const;
type Lists = Required<Omit<Snapshot, 'op' | 'cursor' | 'sources'>>;
type NameOf<L> = L extends keyof typeof shorter ? (typeof shorter)[L] : L;
const nameOf = (list: keyof Lists): ListName =>
  (shorter as Partial<Record<keyof Lists, ListName>>)[list] ?? (list as ListName);
/** Each list of a snapshot by the ids of its things. */
type Copies = { readonly [L in keyof Lists as NameOf<L>]: Copy<Lists[L][number]> };
export type ListName = keyof Copies;

/** The copy: each kind of object by its id. */
export interface State extends Copies {
  readonly cursor: string;
  readonly gateway: string;
  readonly identity: Me | undefined;
  readonly sources: Copy<SourceState>;
}
/** The members of a state that are copies of lists, by the names that a snapshot gives them. */
const lists = new Map(snapshotLists.map((list) => [nameOf(list), list]));

const none = new Map<string, never>() as Copy<never>;
const copiesBy = (copy: (list: keyof Lists) => Copy<unknown>): Copies =>
  Object.fromEntries([...lists].map(([name, list]) => [name, copy(list)])) as unknown as Copies;
export const nothing: State = {
  cursor: '',
  gateway: '',
  identity: undefined,
  sources: none,
  ...copiesBy(() => none),
};

const byId = <T extends { readonly id: string }>(items: readonly T[] = []): Copy<T> =>
  new Map(items.map((item) => [item.id, item]));

export const applyWelcome = (state: State, { gateway, identity }: Welcome): State => ({ ...state, gateway, identity });

export function applySnapshot(state: State, snapshot: Snapshot): State {
  return {
    ...state,
    ...copiesBy((list) => byId<{ readonly id: string }>(snapshot[list])),
    cursor: snapshot.cursor,
    sources: new Map((snapshot.sources ?? []).map((source) => [source.source, source])),
  };
}

/** The frame from which `applySnapshot` makes this state: a second reader starts with it. */
export function snapshotOf(state: State): Snapshot {
  const copies = Object.fromEntries([...lists].map(([name, list]) => [list, [...state[name].values()]]));
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

/** The agents with their lists of sessions as a session's event changes them; no other event tells of it. */
function membership(agents: Copy<Agent>, session: AgentSession, ended: boolean): Copy<Agent> {
  const agent = agents.get(session.agent);
  if (!agent || agent.sessions.includes(session.id) !== ended) return agents;
  const sessions = ended ? agent.sessions.filter((id) => id !== session.id) : [...agent.sessions, session.id];
  return upsert(agents, { ...agent, sessions }, false);
}

/** The devices where this one is the default for some roles: a role has one device for each flow. */
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

interface Thing {
  readonly id: string;
  readonly state?: string;
}
/** What an event says that tells the end of its thing. */
const ends = new Set<unknown>(['end', 'signed-out', 'removed', 'disconnected']);
/** The states in which a thing of a list is over. */
const over: { readonly [L in ListName]?: readonly string[] } = {
  calls: ['disconnected', 'idle'],
  audioSessions: ['expired'],
};

const rows = new Map<string, { readonly list: keyof Lists; readonly member: string }>(
  Object.entries(things).map(([topic, row]) => [`deskline.${topic}`, row]),
);

/** The state with the event's thing as it is now, or without it where the event tells its end. */
function applyThing(state: State, { type, data }: DesklineEvent): State {
  const row = rows.get(type);
  if (!row) return state;
  const told = data as Readonly<Record<string, unknown>>,
    thing = told[row.member] as Thing,
    name = nameOf(row.list);
  const gone = ends.has(told['event'] ?? told['change']) || (over[name]?.includes(thing.state ?? '') ?? false);
  return { ...state, [name]: upsert(state[name] as Copy<Thing>, thing, gone) };
}

/** The state after the event. The event must be later than the state's cursor. */
export function applyEvent(before: State, event: DesklineEvent): State {
  if (event.type === 'deskline.audio.meter') return before;
  const state = applyThing({ ...before, cursor: event.id }, event);
  switch (event.type) {
    case 'deskline.agent-session':
      return { ...state, agents: membership(state.agents, event.data.session, event.data.event === 'end') };
    case 'deskline.audio.device': {
      const { device, change } = event.data;
      return change === 'default' ? { ...state, devices: defaults(state.devices, device) } : state;
    }
    case 'deskline.source':
      return applySource(state, event);
    default:
      return state;
  }
}

/** The state after a source was lost or is back: its objects are stale meanwhile. */
function applySource(state: State, { data, time }: Extract<DesklineEvent, { type: 'deskline.source' }>): State {
  const connected = data.event !== 'lost';
  const capabilities = data.capabilities ?? state.sources.get(data.source)?.capabilities ?? {};
  const sources = new Map(state.sources).set(data.source, { source: data.source, connected, capabilities });
  if (connected || data.source !== 'telephony') return { ...state, sources };
  const stale = { since: time, cause: data.cause ?? '' };
  const age = <T extends Agent | AgentSession>(item: T): T => (item.stale ? item : { ...item, stale });
  return { ...state, sources, agents: mapped(state.agents, age), sessions: mapped(state.sessions, age) };
}

/** The state with these objects as they were just read: events do not carry their statistics. */
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
