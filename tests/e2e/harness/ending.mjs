// How gateways end, and what becomes of those that a test left behind.
import { after, beforeEach } from 'node:test';

// A test that failed leaves its gateway and its clients behind, which would keep the file from ending. They are ended
// after the file's own hooks.
export const running = new Set();
after(() => {
  setTimeout(() => running.forEach((kill) => kill()), 30_000).unref();
  setTimeout(() => {
    console.error('# the file did not end by itself: something that a test began goes on');
    process.exit(1);
  }, 240_000).unref(); // longer than a client waits for an answer
});

// A test that hangs is named, and its gateways are ended, a little before the runner ends the file.
const limit = Number(process.env.DESKLINE_E2E_SECONDS ?? 2400) * 500; // milliseconds, as ./test gives a file
let at = 'its beginning';
beforeEach((context) => {
  at = context.name;
});
setTimeout(() => {
  console.error(`# the file stands still at "${at}", with ${process.getActiveResourcesInfo().join(', ')}`);
  running.forEach((kill) => kill());
  process.exit(1);
}, limit * 0.9).unref();
process.on('SIGTERM', () => {
  running.forEach((kill) => kill());
  process.exit(143);
});

// How a gateway may end: with exit code 0, or another that the test has said (`endsWith`); killed, where a test has
// said so (`signal('SIGKILL')`, a failpoint); with 1 and a reason before it listens. Anything else (a fault, an abort,
// a sanitizer's report, no end at all) fails the test that stops it, and the whole file.
export const badEnds = new Set();
process.on('exit', () => {
  for (const why of badEnds) console.error('# a gateway did not end well: ' + why);
  if (badEnds.size) process.exitCode = 1;
});
const sanitizerReport = /(==\d+==\s*ERROR: \w+|WARNING: ThreadSanitizer|runtime error: )[^\n]*/;

export function badEnd({ code, signal }, log, { listened = true, killed = false, expected = 0 } = {}) {
  const report = log.match(sanitizerReport)?.[0];
  if (report) return report + '\n' + log.slice(log.indexOf(report), log.indexOf(report) + 4000);
  if (typeof killed === 'string') return killed;
  if (killed && (signal === 'SIGKILL' || code === 137 || code === 0)) return '';
  if (!listened && code === 1) return '';
  return code === expected ? '' : `exit code ${code}, signal ${signal}; the last it said: ${log.slice(-500)}`;
}
