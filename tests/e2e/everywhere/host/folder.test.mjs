// One data folder, one gateway; and the rows of its journal.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, onWindows, shown, startGateway, until } from '../../harness/harness.mjs';
import { ready, isReady, times, refusedToStart } from '../../harness/files.mjs';

// SQL that adds an operation to the journal, with these columns.
function operation(id, columns) {
  const row = {
    id,
    actor: 'x',
    key: '',
    fingerprint: '',
    agent: '',
    command: 'c',
    state: 'running',
    started: 1e15,
    settled: 0,
    status: 0,
    headers: '{}',
    body: 'null',
    cursor: '',
    cause: '{"request":"r","actor":"x"}',
    expectation: 'null',
    ...columns,
  };
  return (
    `INSERT INTO operations (${Object.keys(row)}) VALUES ` +
    `(${Object.values(row).map((value) => (typeof value === 'number' ? value : `'${value}'`))})`
  );
}

// Rows that cannot be read, by SQL, and what the log calls each. For those without a name it says nothing.
const unreadable = (session) => [
  ['the operation op-header in', operation('op-header', { headers: '{"x":1}' })],
  ['the operation op-headers in', operation('op-headers', { headers: '[1]' })],
  ['the operation op-body in', operation('op-body', { body: '{' })],
  ['the operation op-cause in', operation('op-cause', { cause: '7' })],
  ['the operation op-expectation in', operation('op-expectation', { expectation: '{"x":1}' })],
  ['the operation op-state', operation('op-state', { state: 'indeterminate', cause: 'zzz' })],
  ['the pending-state broken', `INSERT INTO records VALUES ('pending-state', 'broken', '{')`],
  ['the absence list', `INSERT INTO records VALUES ('absence', 'list', '[]')`],
  ['webhook odd', `INSERT INTO records VALUES ('webhook', 'odd', '{"url":7}')`],
  [undefined, `INSERT INTO records VALUES ('absence', '1001', '{"since":"yesterday"}')`],
  [undefined, `INSERT INTO records VALUES ('pending-state', '${session}', '{"state":7}')`],
  [undefined, `INSERT INTO records VALUES ('key-use', 'k', '{"at":7}')`],
  ['audit entry \\d+', `UPDATE audit SET entry = '[]' WHERE number = (SELECT MIN(number) FROM audit)`],
  ['audit entry \\d+', `UPDATE audit SET entry = '{"actor"' WHERE number = (SELECT MIN(number) + 1 FROM audit)`],
  [
    'the event \\d+',
    `UPDATE events SET event = '{' WHERE number = (SELECT MAX(number) FROM events WHERE type = ` +
      `'deskline.acd-group')`,
  ],
];

// What Python prints that has the journal open as `file`.
const inJournal = (journal, script, ...args) =>
  execFileSync(
    'python3',
    ['-c', `import json, sqlite3, sys\nfile = sqlite3.connect(sys.argv[1])\n${script}`, journal, ...args],
    { encoding: 'utf8' },
  );

describe('one data folder, one gateway', () => {
  test('a second one refuses before it writes anything, and names the first', async () => {
    const gateway = await startGateway({ keep: true });
    const port = await freePort();
    const journal = join(gateway.folder, 'data/journal.db');
    const listed = readdirSync(join(gateway.folder, 'data')).sort();
    const consoles = onWindows
      ? {}
      : // nothing else is in its way
        { DESKLINE_TELEPHONY_SIMULATED_CONSOLE: '0', DESKLINE_AUDIO_SIMULATED_CONSOLE: '0' };
    for (const variables of [
      {},
      { DESKLINE_SERVER_LISTEN: `127.0.0.1:${port}` },
      {
        DESKLINE_SERVER_DATA_DIR: shown(join(gateway.folder, 'other')),
        DESKLINE_JOURNAL_PATH: shown(journal),
        DESKLINE_SERVER_LISTEN: `127.0.0.1:${port}`,
      },
    ]) {
      const said = refusedToStart(gateway, { env: { ...consoles, ...variables } });
      assert.match(said, /(data folder|journal) .* is another gateway's: process \d+, since 20\S+Z, at https:\/\//);
      assert.ok(said.includes(gateway.url), said);
    }
    assert.deepEqual(readdirSync(join(gateway.folder, 'data')).sort(), listed);
    assert.ok(!existsSync(join(gateway.folder, 'other/private-key.pem')));
    if (!onWindows) {
      symlinkSync(join(gateway.folder, 'data'), join(gateway.folder, 'same'));
      const variables = {
        DESKLINE_SERVER_DATA_DIR: join(gateway.folder, 'elsewhere'),
        DESKLINE_JOURNAL_PATH: join(gateway.folder, 'same/journal.db'),
        DESKLINE_SERVER_LISTEN: `127.0.0.1:${port}`,
      };
      assert.match(
        refusedToStart(gateway, { env: variables }),
        /journal .* is another gateway's/,
        'by another way to the same file',
      );
    }
    assert.equal((await ready(gateway)).body.durable, true);
    // Commands beside the gateway still work.
    for (const args of [
      ['key', 'list'],
      ['journal', 'verify'],
      ['journal', 'export'],
      ['revoke', '--subject', 'x'],
      ['key', 'create', '--name', 'k', '--role', 'admin'],
    ]) {
      const said = gateway.cli(...args);
      gateway.secrets.plant(args[1] === 'create' ? said.stdout.trim() : undefined);
      assert.equal(said.code, 0, said.stderr);
    }
    // The lock ends with its process, whatever text is left in the file.
    gateway.signal('SIGKILL');
    await gateway.exit;
    assert.match(readFileSync(join(gateway.folder, 'data/gateway.lock'), 'utf8'), /^process \d+/);
    const next = await startGateway({ folder: gateway.folder });
    await isReady(next);
    await next.stop();
  });

  test(
    'somebody else wrote events under the gateway’s numbers: it says so, ends with 1, and the next one has a new epoch',
    { skip: onWindows && 'SQLite of Linux and of Wine do not see each other’s locks' },
    async () => {
      const gateway = await startGateway({ keep: true });
      const session = await gateway.signIn('1001');
      const stream = await gateway.stream();
      const cursor = stream.snapshot.cursor;
      const journal = join(gateway.folder, 'data/journal.db');
      execFileSync('python3', [
        '-c',
        `
import sqlite3, sys
file = sqlite3.connect(sys.argv[1], timeout=5)
file.execute("INSERT INTO events (number, time, type, subject, agent, delivery, event, groups) "
             "SELECT MAX(number) + 1, time, type, subject, agent, delivery, event, groups FROM events")
file.commit()`,
        journal,
      ]);
      gateway.endsWith(1);
      await gateway.setState(session, 'ready').catch(() => {}); // it may end before it answers
      await until('its end', () => gateway.child.exitCode !== null);
      const { code } = await gateway.exit;
      assert.equal(code, 1, gateway.log());
      assert.match(
        gateway.log(),
        /UNIQUE constraint failed.*Another program wrote events into it under the numbers of this gateway/,
      );
      assert.equal(times(gateway.log(), /UNIQUE constraint/), 1, 'the same numbers are not offered again');
      const next = await startGateway({ folder: gateway.folder });
      assert.equal((await ready(next)).body.durable, true);
      const resumed = await next.stream({ cursor });
      assert.equal(resumed.welcome.resumed, false);
      assert.equal((await resumed.frame('reset', (f) => f.op === 'reset')).reason, 'epoch-changed');
      assert.notEqual(resumed.snapshot.cursor.split('-')[0], cursor.split('-')[0]);
      await next.signIn('1002');
      assert.ok(
        (await next.request('GET', '/events')).body.items.every(
          (event) => event.id.split('-')[0] === resumed.snapshot.cursor.split('-')[0],
        ),
      );
      resumed.close();
      await next.stop();
    },
  );

  test('a row that cannot be read is named and left alone: the gateway starts, serves and ends', async () => {
    const gateway = await startGateway({ keep: true });
    const session = await gateway.signIn('1001');
    await gateway.setState(session, 'ready', {}, { headers: { 'Idempotency-Key': 'once' } });
    await gateway.request('PUT', '/agents/1009', { pin: 'wrong' });
    await gateway.stop();
    const journal = join(gateway.folder, 'data/journal.db');
    const rows = unreadable(session);
    inJournal(
      journal,
      'for sql in json.loads(sys.argv[2]): file.execute(sql)\nfile.commit()',
      JSON.stringify(rows.map(([, sql]) => sql)),
    );
    const next = await startGateway({ folder: gateway.folder, keep: true });
    await isReady(next);
    const audit = await next.request('GET', '/audit');
    assert.equal(audit.status, 200);
    assert.ok(audit.body.items.length > 0);
    assert.equal(
      (await next.request('GET', '/operations/op-header')).status,
      503,
      'it is there, and nobody can say what became of it',
    );
    assert.equal((await next.request('GET', '/operations/op-none')).status, 404);
    assert.equal((await next.request('GET', '/webhooks')).status, 200);
    assert.equal((await next.setState(await next.signIn('1002'), 'ready')).status, 200);
    for (const [named] of rows.filter(([named]) => named))
      assert.match(next.log(), new RegExp(named + '.* cannot be read and is left alone'), named);
    assert.equal(await next.metric('failed_tasks_total'), 0);
    assert.equal(next.cli('key', 'list').code, 0);
    assert.equal(next.cli('journal', 'verify').code, 1, 'a changed entry is one');
    const { code } = await next.stop();
    assert.equal(code, 0);
    const left = inJournal(
      journal,
      `print(file.execute("SELECT COUNT(*) FROM operations WHERE id LIKE 'op-%'").fetchone()[0])`,
    );
    assert.equal(left.trim(), '6', 'what could not be read is there still');
    rmSync(gateway.folder, { recursive: true });
  });
});
