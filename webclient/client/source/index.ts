export { connect, Client, type ConnectOptions, type ClientEvents } from './client';
export { Problem, type LocalProblem } from './problem';
export type { Answer, CommandOptions } from './commands';
export { claimsOf, type Freshness, type TokenSource } from './connection';
export type { State, SourceState, ListName } from './state';
export type * from './contract';
export { numberOf } from './contract';
