// Starts a gateway and talks to it over real sockets. This file exports what the tests use of the files beside it.
export { badEnd } from './ending.mjs';
export { startGateway } from './gateway.mjs';
export { launch } from './launch.mjs';
export { freePort } from './ports.mjs';
export { boundByModes, boundToHighPorts, onWindows, program, run, runBeside, shown, target } from './program.mjs';
export { Secrets } from './secrets.mjs';
export { Stream } from './stream.mjs';
export { Beside, Unanswered, sleep, until } from './waiting.mjs';
