// Readers of old events must not slow others down: a journal of 50,000 events (Windows: 20,000), read by many at once.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onWindows, startGateway } from '../../harness/harness.mjs';

const count = onWindows ? 20_000 : 50_000,
  begun = Date.now() - 86_400_000;
const filled = `
  WITH RECURSIVE n(i) AS (SELECT (SELECT MAX(number) FROM events) + 1 UNION ALL SELECT i + 1 FROM n LIMIT ${count})
  INSERT INTO events (number, time, type, subject, agent, delivery, event, groups)
  SELECT i, ${begun} + i, 'deskline.agent', '/agents/' || (1001 + i % 12), 1001 + i % 12, 0,
    json_object('specversion', '1.0', 'id', (SELECT value FROM meta WHERE key = 'epoch') || '-' || i,
      'source', '/gateways/deskline', 'type', 'deskline.agent',
      'subject', '/agents/' || (1001 + i % 12), 'time', '${new Date(begun).toISOString()}',
      'data', json_object('event', 'ready', 'pad', hex(zeroblob(300)))),
    'Sales' || char(10) FROM n;`;

describe('a long journal', () => {
  let gateway, folder, scans;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'deskline-test-'));
    await (await startGateway({ folder, keep: true })).stop();
    execFileSync('sqlite3', [join(folder, 'data/journal.db'), filled]);
    gateway = await startGateway({ folder, keep: true });
    gateway.contract = undefined; // the planted events do not fit the description
    // None of the events match, so each reader has to look at all of them.
    scans = (round) =>
      Array.from({ length: 90 }, (_, i) =>
        gateway
          .request('GET', '/events?types=agent,agent-session,call', undefined, {
            token: gateway.token('supervisor', [], 'caller' + (i % 3), { groups: ['Nobody' + round] }),
          })
          .catch((error) => ({ status: 'gone', error })),
      );
  });
  after(async () => {
    await gateway.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a page is full where there is enough, and its cursor reads on, however rare what is asked for', async () => {
    const all = [];
    for (let cursor = ''; ;) {
      const { status, body } = await gateway.request(
        'GET',
        `/events?types=agent&subject=/agents/1003&limit=500${cursor && '&after=' + cursor}`,
      );
      assert.equal(status, 200);
      all.push(...body.items);
      cursor = body.cursor;
      if (body.items.length < 500) break;
    }
    assert.ok(Math.abs(all.length - count / 12) < 20, String(all.length));
    assert.ok(
      all.every(
        (e, i) =>
          e.subject === '/agents/1003' && (i === 0 || Number(e.id.split('-')[1]) > Number(all[i - 1].id.split('-')[1])),
      ),
    );
    const none = (await gateway.request('GET', '/events?types=agent-handler&subject=/none')).body;
    assert.equal(none.items.length, 0);
    assert.ok(Number(none.cursor.split('-')[1]) >= count);
  });

  test('a stream that comes back after all of them gets each once, in order', async () => {
    const epoch = (await gateway.request('GET', '/events?limit=1')).body.cursor.split('-')[0];
    const stream = await gateway.stream({ cursor: `${epoch}-${count / 2}`, topics: ['agent'], agents: ['1004'] });
    assert.equal(stream.welcome.resumed, true);
    const last = (
      await gateway.request(
        'GET',
        `/events?types=agent&agents=1004&since=${new Date(begun + count * 0.9).toISOString()}&limit=500`,
      )
    ).body;
    assert.ok(last.items.length > 0);
    const wanted = Math.floor(count / 24);
    let came = 0;
    await stream.frame('the last', (f) => f.op === 'event' && ++came === wanted);
    const numbers = stream.frames.filter((f) => f.op === 'event').map((f) => Number(f.id.split('-')[1]));
    assert.ok(
      numbers.every((n, i) => n > count / 2 && (i === 0 || n === numbers[i - 1] + 12)),
      'every twelfth',
    );
    stream.close();
  });

  test("who looks back is bounded, told so, and in nobody's way", async () => {
    const before = gateway.log().length;
    let over = false;
    const under = Promise.all(scans(1)).then((answers) => ((over = true), answers));
    let beside = 0;
    do {
      assert.equal(
        (await gateway.request('GET', '/agents', undefined, { token: gateway.token('agent', ['1001'], 'ada') })).status,
        200,
      );
      ++beside;
    } while (!over);
    const answers = await under;
    assert.ok(beside > 1);
    assert.ok(
      answers.every(({ status }) => status === 200 || status === 429),
      JSON.stringify(answers.map(({ status }) => status)),
    );
    assert.ok(answers.filter(({ status }) => status === 200).length >= 32);
    for (const { status, body, headers } of answers) {
      if (status === 200) assert.deepEqual(body.items, []);
      if (status === 429) assert.deepEqual([body.type, headers['retry-after']], ['/problems/too-many-requests', '1']);
    }
    assert.ok(!gateway.log().slice(before).includes('exception'));
  });

  if (!onWindows)
    test('it ends while they look back', async () => {
      const under = Promise.all(scans(2));
      await gateway.request('GET', '/agents');
      const ended = await gateway.stop();
      assert.deepEqual([ended.code, ended.signal], [0, null]);
      await under;
    });
});
