// The wire's own shapes, by the names that the descriptions give them.
import type { EventData, components } from './generated/contract';

export { snapshotLists, things, topics } from './generated/contract';
export type { EventData };
/** Every schema by its name in the descriptions; the stream's own begin with `Stream`. */
export type Schemas = components['schemas'];
export type Agent = Schemas['Agent'];
export type AgentSession = Schemas['AgentSession'];
export type AgentHandler = Schemas['AgentHandler'];
export type AcdGroup = Schemas['AcdGroup'];
export type Queue = Schemas['Queue'];
export type Address = Schemas['Address'];
export type Call = Schemas['Call'];
export type AudioDevice = Schemas['AudioDevice'];
export type AudioSession = Schemas['AudioSession'];
export type SessionState = Schemas['SessionState'];
export type AgentState = Schemas['AgentState'];
export type Cause = Schemas['Cause'];
export type Me = Schemas['Me'];
export type Webhook = Schemas['Webhook'];
export type Delivery = Schemas['Delivery'];
export type OpenStream = Schemas['OpenStream'];
export type Key = Schemas['Key'];
export type AuditEntry = Schemas['AuditEntry'];
export type LogLevel = Schemas['LogLevel'];
export type Operation = Schemas['Operation'];
export type ReasonList = Schemas['ReasonList'];
export type ProblemBody = Schemas['Problem'];
export type ProblemType = Schemas['ProblemType'];
export type SignIn = Schemas['SignIn'];
export type CreateSession = Schemas['CreateSession'];
export type SetState = Schemas['SetState'];
export type DeviceChange = Schemas['DeviceChange'];
export type SessionChange = Schemas['AudioSessionChange'];
export type Welcome = Schemas['StreamWelcome'];
export type Snapshot = Schemas['StreamSnapshot'];
export type Reset = Schemas['StreamReset'];
export type Command = Schemas['StreamCommand'];
export type CommandResult = Schemas['StreamCommandResult'];
export type Meter = Schemas['StreamMeterData'];
export type Source = Schemas['StreamSource'];

export type Topic = keyof EventData;
/** A CloudEvent of one type. `id` is the cursor, except for meters, which have ids of their own. */
export interface EventOf<T extends Topic> {
  readonly op: 'event';
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: `deskline.${T}`;
  readonly subject: string;
  readonly time: string;
  readonly data: EventData[T];
}
export type DesklineEvent = { [T in Topic]: EventOf<T> }[Topic];
export type Frame =
  Welcome | Snapshot | Reset | CommandResult | DesklineEvent | Schemas['StreamRefreshed'] | Schemas['StreamError'];

/** The number of a cursor `<epoch>-<number>`; within an epoch a later event has a higher one. */
export const numberOf = (cursor: string): number => Number(cursor.slice(cursor.lastIndexOf('-') + 1));
