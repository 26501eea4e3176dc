// Seven weeks of a gateway within minutes: the test moves its clocks and draws its traffic by a seed; none of the
// measures may grow from one week to the next. SOAK_AGENTS, SOAK_CLIENTS, SOAK_RATE (changes in ten minutes),
// SOAK_TRAFFIC (calls) and SOAK_SEED say how much; the plot is build/test-logs/soak.svg.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DrivenTime, Chance, build } from './driven.mjs';
import { Administration } from './administration.mjs';
import { Traffic } from './traffic.mjs';
import { inProportion, measure, trend } from './measure.mjs';
import { plot } from './plot.mjs';

const number = (name, otherwise) => Number(process.env[name] ?? otherwise);
const size = {
  agents: number('SOAK_AGENTS', 24),
  clients: number('SOAK_CLIENTS', 6),
  rate: number('SOAK_RATE', 2),
  calls: number('SOAK_TRAFFIC', 0.02),
  seed: number('SOAK_SEED', 1),
  days: number('SOAK_DAYS', 49),
};
const day = 24 * 3_600_000;
if (size.days < 28)
  throw new Error(
    'SOAK_DAYS: at least 28, since two weeks fill the journal and the caches, and of the two after them one is ' +
      'compared with the next',
  );

// The gateway may close a connection that was idle for ten driven minutes while a request is on its way: requests
// that may be sent twice are sent again, on another one.
function sendAgain(gateway) {
  const { request } = gateway;
  gateway.request = (method, ...rest) =>
    request(method, ...rest).catch((error) => (method === 'POST' ? Promise.reject(error) : request(method, ...rest)));
}

// Drives the gateway through one day, until nothing is left of its clients.
async function drive({ gateway, time, traffic, administration, until }, start, at) {
  for (let minute = 0; minute < 1440; minute += 10) {
    time.moveTo(start + at * day + minute * 60_000);
    const chance = new Chance(size.seed * 1_000_003 + (at % 7) * 1440 + minute);
    if (minute === 120) await administration.night(gateway, traffic, time, at);
    if (minute === 180) await administration.morning(gateway, traffic, until);
    await traffic.step(at, minute, chance);
  }
  await traffic.night();
  await until('the streams end', async () => (await gateway.metric('streams')) === 0);
  // An erasure drops the events that the gateway has in memory, and the number since the last erasure varies.
  gateway.cli('journal', 'forget', '--agent', 'nobody');
  for (let i = 1; i <= 4; ++i) {
    // waits for the work that is due by now: cuts, deliveries, limits
    time.moveTo(start + at * day + (1430 + i) * 60_000);
    await traffic.ask('GET', '/agents', undefined, traffic.minter.token('root', 'admin'));
  }
  gateway.hangUp();
  await until('its connections are gone', async () => (await gateway.metric('connections')) <= 1);
}

// A picture and the figures, in build/test-logs.
function keep({ events, days, rows, traffic, administration }) {
  mkdirSync(join(build, 'test-logs'), { recursive: true });
  writeFileSync(
    join(build, 'test-logs/soak.svg'),
    plot(
      `${size.days} days, ${size.agents} agents, ${events.toLocaleString('en')} events: each measure at the ` +
        'end of each day, and the last week beside the one before',
      days,
      rows,
    ),
  );
  writeFileSync(
    join(build, 'test-logs/soak.json'),
    JSON.stringify({ size, days, rows, traffic: traffic.figures, administration: administration.figures }, null, 1),
  );
}

// What the run was, in one line.
function said({ events, rows, traffic, administration, seconds }) {
  const { figures } = traffic,
    heap = rows.find((row) => row.name === 'heap bytes'),
    resident = rows.find((row) => row.name === 'resident bytes');
  return (
    `# soak: ${size.days} days in ${seconds} s, ${events} events, ` +
    `${figures.requests} requests (${figures.refused} refused), ${figures.connects} connects, ` +
    `${figures.renewals} tokens renewed, ${figures.wrongCredentials} wrong credentials, ` +
    `${administration.figures.certificates} certificates, ` +
    `${administration.figures.switchOutages + administration.figures.providerOutages} outages; heap ` +
    `${(heap.was / 1e6).toFixed(2)} → ${(heap.is / 1e6).toFixed(2)} MB, resident ` +
    `${(resident.was / 1e6).toFixed(1)} → ${(resident.is / 1e6).toFixed(1)} MB`
  );
}

test(`${size.days} days of ${size.agents} agents: what a gateway keeps does not grow`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'deskline-soak-')),
    time = new DrivenTime(folder),
    started = Date.now();
  const start = Math.ceil(Date.now() / day) * day; // a midnight
  time.moveTo(start);
  Object.assign(process.env, time.environment);
  const { startGateway, until } = await import('../e2e/harness/harness.mjs');
  const administration = new Administration(folder);
  const gateway = await startGateway({ config: administration.config(), traffic: size.calls, agents: size.agents });
  gateway.contract = undefined; // other tests check the answers
  gateway.soakStep = 0;
  gateway.exit.then(
    (ended) =>
      ended.code !== 0 &&
      t.diagnostic(`the gateway ended with ${JSON.stringify(ended)}: ${gateway.log().slice(0, 60000)}`),
  );
  await administration.begin(gateway);
  sendAgain(gateway);
  const traffic = new Traffic(gateway, time, size),
    measured = [];
  for (let at = 0; at < size.days; ++at) {
    await drive({ gateway, time, traffic, administration, until }, start, at);
    measured.push(await measure(gateway, time, join(gateway.folder, 'data/journal.db')));
  }
  const { events } = measured.at(-1),
    days = inProportion(measured, 7),
    rows = trend(days);
  administration.end();
  delete process.env.LD_PRELOAD;
  const ended = await gateway.stop();
  time.close();
  rmSync(folder, { recursive: true, force: true });
  keep({ events, days, rows, traffic, administration });
  const seconds = Math.round((Date.now() - started) / 1000),
    { figures } = traffic;
  t.diagnostic(said({ events, rows, traffic, administration, seconds }));
  assert.deepEqual(
    rows.filter((row) => row.grows),
    [],
    'what grows from one week to the next',
  );
  assert.ok(
    figures.errors < figures.requests / 100,
    `${figures.errors} of ${figures.requests} requests were not answered`,
  );
  assert.equal(ended.code, 0, JSON.stringify(ended));
});
