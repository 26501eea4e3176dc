// `deskline journal` beside a gateway that runs: backup, export, forget.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, shown, startGateway, until } from '../../harness/harness.mjs';

describe('the journal', () => {
  let gateway, session, config;
  before(async () => {
    gateway = await startGateway();
    config = ['--config', shown(join(gateway.folder, 'deskline.toml'))];
    session = await gateway.signIn('1001');
    await gateway.setState(await gateway.signIn('1002'), 'ready');
  });
  after(() => gateway.stop());

  test('export tells every event, one a line, within the times asked for', async () => {
    const all = (await gateway.request('GET', '/events?limit=500')).body.items;
    const lines = run(['journal', 'export', ...config])
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(lines, all);
    const middle = all[Math.floor(all.length / 2)].time;
    const late = run(['journal', 'export', '--from', middle, ...config])
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const early = run(['journal', 'export', '--from', '2020-01-01', '--to', middle, ...config])
      .stdout.trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    assert.deepEqual([...early, ...late], all);
    const wrong = run(['journal', 'export', '--from', 'yesterday', ...config]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--from takes/);
  });

  test('a backup while commands run is whole and never overwrites', async () => {
    const copy = join(gateway.folder, 'copy.db');
    let running = true;
    const load = (async () => {
      for (let i = 0; running; ++i) await gateway.setState(session, i % 2 ? 'not-ready' : 'ready');
    })();
    const done = run(['journal', 'backup', shown(copy), ...config]);
    running = false;
    await load;
    assert.equal(done.code, 0, done.stderr);
    assert.ok(existsSync(copy));
    const again = run(['journal', 'backup', shown(copy), ...config]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /never overwrites/);
    // an event after the copy, or shortly before it
    const cursor = (await gateway.request('GET', '/events?types=agent-session&limit=500')).body.items.at(-1).id;
    const restored = await startGateway({ config: `[journal]\npath = "${shown(copy)}"\n` });
    assert.ok(
      restored
        .cli('journal', 'export')
        .stdout.split('\n')
        .filter((line) => line.includes('"deskline.agent"')).length >= 2,
    );
    const stream = await restored.stream({ cursor });
    assert.equal(stream.welcome.resumed, false, 'what was told after the copy has numbers that the copy gives again');
    assert.ok(stream.frames.some(({ op, reason }) => op === 'reset' && reason === 'epoch-changed'));
    stream.close();
    await restored.stop();
    rmSync(copy);
  });

  test('forget erases an agent while the gateway runs, from the file and from what it tells', async () => {
    await gateway.setState(session, 'ready', { reason: 'a very private reason' });
    const cursor = (await gateway.request('GET', '/events?types=source')).body.items[0].id;
    const done = run(['journal', 'forget', '--agent', '1001', ...config]);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /agent 1001: [1-9]\d* events/);
    // As a value or at the end of a path: an id of something else may have these digits too.
    const told = async (agent) =>
      new RegExp(`["/]${agent}"`).test(JSON.stringify((await gateway.request('GET', '/events?limit=500')).body));
    await until('the gateway knows', async () => !(await told('1001')));
    assert.ok(await told('1002'));
    for (const file of ['journal.db', 'journal.db-wal'])
      assert.ok(!readFileSync(join(gateway.folder, 'data', file)).includes('a very private reason'), file);
    const stream = await gateway.stream({ cursor });
    assert.equal(stream.welcome.resumed, false, 'what was erased cannot be told: it begins anew');
    assert.equal((await gateway.request('GET', `/events?after=${cursor}`)).status, 200, 'a hole is no cut');
    stream.close();
    const { body } = await gateway.setState(session, 'not-ready');
    assert.ok(
      (await gateway.request('GET', '/events?types=agent-session&limit=500')).body.items.some(
        (e) => e.id === body.cursor,
      ),
      'and goes on',
    );
  });

  test('a journal that is not there is said so', () => {
    const answer = run(['journal', 'export'], { env: { DESKLINE_JOURNAL_PATH: shown('/nowhere/journal.db') } });
    assert.equal(answer.code, 1);
    assert.match(answer.stderr, /There is no journal/);
  });
});
