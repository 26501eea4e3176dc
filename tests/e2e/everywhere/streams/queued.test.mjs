// Bounds of what is queued for one caller: everything in the queue counts.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { onWindows, startGateway, until } from '../../harness/harness.mjs';

const MiB = 1 << 20;
// A fault mostly shows as something that never comes, so waits are short.
const it = (name, ...rest) => test(name, { timeout: 60_000, ...(rest.length > 1 ? rest[0] : {}) }, rest.at(-1));
// Resident bytes; the sanitizer is told not to keep freed memory.
const thrifty = { ASAN_OPTIONS: 'quarantine_size_mb=1:malloc_context_size=1', MALLOC_ARENA_MAX: '1' };
const resident = (gateway) => Number(readFileSync(`/proc/${gateway.child.pid}/statm`, 'utf8').split(' ')[1]) * 4096;

describe('what is queued', () => {
  let gateway;
  before(async () => {
    gateway = await startGateway({ agents: 5000, config: '[server]\nqueue_limit = "64 KiB"\n', env: thrifty });
  });
  after(() => gateway.stop());

  it(
    'results count: a client that only asks and does not read is closed with 4108, and costs no more than its limit',
    { skip: onWindows && 'there is no /proc for it' },
    async () => {
      const stream = await gateway.stream({ topics: ['audio.ducking'] });
      await gateway.request('GET', '/addresses?limit=500');
      const before = resident(gateway);
      stream.socket.pause();
      let most = 0;
      for (let i = 0; i < 95; ++i) {
        stream.send({ op: 'command', id: String(i), method: 'GET', path: '/addresses?limit=500' });
        if (i % 10 === 9) await gateway.request('GET', '/me');
        most = Math.max(most, resident(gateway) - before);
      }
      await until('the end of the stream', async () => (await gateway.metric('slow_clients_total')) === 1);
      stream.socket.resume();
      const { code, reason } = await stream.closed;
      assert.equal(code, 4108);
      assert.deepEqual(JSON.parse(reason), { reason: 'too-slow', retry: 2000 });
      assert.ok(most < 16 * MiB, `${(most / MiB).toFixed(1)} MiB more`);
      const results = stream.frames.filter((f) => f.op === 'result');
      assert.ok(
        results.length < 95 && results.every((f) => f.status === 429 || f.body.items.length === 500),
        'what came was whole',
      );
    },
  );

  it('a client that reads gets every one of 95 results, each longer than nothing', async () => {
    const stream = await gateway.stream({ topics: ['audio.ducking'] });
    for (let i = 0; i < 95; ++i) {
      stream.send({ op: 'command', id: 'q' + i, method: 'GET', path: '/addresses?limit=500' });
      await stream.frame('its result', (f) => f.op === 'result' && f.id === 'q' + i && f.status === 200);
    }
    stream.close();
  });

  it(
    'a snapshot longer than the limit is delivered; one is on its way at a time, however often a client that ' +
      'does not read subscribes',
    { skip: onWindows && 'there is no /proc for it' },
    async () => {
      const device = (await gateway.request('GET', '/audio/devices')).body.items[0].id;
      const stream = await gateway.stream({ topics: ['audio', 'agent-session'] });
      assert.ok(JSON.stringify(stream.snapshot).length > 65_536, 'the limit is less');
      await gateway.request('GET', '/me');
      const before = resident(gateway);
      stream.socket.pause();
      for (let i = 0; i < 60; ++i) {
        stream.send({ op: 'subscribe', topics: ['call'] });
        // so that the next snapshot differs
        await gateway.request('PATCH', '/audio/devices/' + device, { volume: (i % 100) / 100 });
      }
      assert.ok(resident(gateway) - before < 16 * MiB, `${((resident(gateway) - before) / MiB).toFixed(1)} MiB more`);
      stream.socket.resume();
      stream.send({ op: 'command', id: 'last', method: 'GET', path: '/me' });
      await stream.frame('the last', (f) => f.op === 'result' && f.id === 'last');
      await stream.frame(
        'the last volume',
        (f) =>
          (f.op === 'event' && f.data.device?.volume === 0.59) ||
          (f.op === 'snapshot' && f.audioDevices?.some((d) => d.volume === 0.59)),
      );
      assert.ok(stream.frames.filter((f) => f.op === 'snapshot').length < 20, 'not one for each');
      stream.close();
    },
  );

  it('64 commands of a stream are under way; a further one is answered at once with 429, and counted', async () => {
    const cursor = (await gateway.request('GET', '/agents')).headers['deskline-cursor'];
    const stream = await gateway.stream({ topics: ['audio.ducking'] }),
      before = await gateway.metric('stream_commands_refused_total');
    for (let i = 0; i < 70; ++i)
      stream.send({
        op: 'command',
        id: 'w' + i,
        method: 'GET',
        path: `/events?wait=60&types=agent-handler&after=${cursor}`,
      });
    for (let i = 64; i < 70; ++i) {
      const { status, body } = await stream.frame('429', (f) => f.op === 'result' && f.id === 'w' + i);
      assert.equal(status, 429);
      assert.equal(body.type, '/problems/too-many-requests');
    }
    assert.deepEqual(
      stream.frames.filter((f) => f.op === 'result' && f.status !== 429),
      [],
    );
    assert.equal((await gateway.metric('stream_commands_refused_total')) - before, 6);
    stream.close();
  });

  it(
    'requests that are sent without reading their answers wait for those',
    { skip: onWindows && 'there is no /proc for it' },
    async () => {
      const { port } = new URL(gateway.url);
      const before = resident(gateway);
      const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      await new Promise((done) => socket.on('secureConnect', done));
      socket.pause();
      const requests = await gateway.metric('requests_total');
      for (let i = 0; i < 200; ++i)
        socket.write(
          `GET /api/v1/addresses?limit=500 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
            `Authorization: Bearer ${gateway.token()}\r\n\r\n`,
        );
      let answered = 0,
        asked = 0;
      await until('nothing more is answered', async () => {
        const now = (await gateway.metric('requests_total')) - requests - ++asked;
        const same = now === answered;
        answered = now;
        if (!same) await new Promise((done) => setTimeout(done, 200));
        return same;
      });
      assert.ok(answered < 150, `${answered} of 200`);
      assert.ok(resident(gateway) - before < 16 * MiB);
      socket.destroy();
    },
  );
});
