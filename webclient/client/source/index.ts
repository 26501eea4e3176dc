export { connect, Client, type ConnectOptions, type ClientEvents } from './client';
export { Problem, type LocalProblem } from './problem';
export type { Answer, CommandOptions } from './commands';
export type { Freshness, TokenSource } from './connection';
export { claimsOf } from './token';
export type { State, SourceState, ListName } from './state';
export type * from './contract';
export { numberOf } from './contract';
