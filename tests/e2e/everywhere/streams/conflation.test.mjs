// A property: whatever happens to the mixer, and however slowly a client reads, its copy ends up equal to the mixer's
// state. No client gets more than `audioRate` events a second of one object, and one more for each event that must not
// wait: a held event goes out before that one, so that cursors stay in order. The seed is printed; DESKLINE_SEED
// repeats a run.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { onWindows, startGateway, until } from '../../harness/harness.mjs';

const seed = Number(process.env.DESKLINE_SEED ?? Date.now() % 1_000_000);
let state = seed;
const random = (n) => {
  // a linear congruential generator: the same sequence for the same seed
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};

// A client that keeps a copy of the mixer, and remembers what it was told.
async function copyOf(gateway, audioRate) {
  const stream = await gateway.stream({ topics: ['audio'], audioRate });
  const objects = new Map([...stream.snapshot.audioDevices, ...stream.snapshot.audioSessions].map((o) => [o.id, o]));
  const numbers = [];
  const times = new Map();
  const exact = { count: 0 }; // events that must not wait
  stream.socket.on('message', (data) => {
    const frame = JSON.parse(data);
    if (frame.op !== 'event') return;
    numbers.push(Number(frame.id.split('-')[1]));
    const object = frame.data.session ?? frame.data.device;
    objects.set(object.id, object);
    if (!['volume', 'channels'].includes(frame.data.change)) ++exact.count;
    else times.set(object.id, [...(times.get(object.id) ?? []), Date.parse(frame.time)]);
  });
  return { stream, audioRate, objects, numbers, times, exact, since: performance.now() };
}

// A random change of the mixer.
function saying({ sessions, devices }) {
  const volume = random(1001) / 1000;
  const object = random(4)
    ? { session: sessions[random(sessions.length)] }
    : { device: devices[random(devices.length)] };
  return random(5) ? { do: 'volume', ...object, volume } : { do: 'mute', ...object, muted: !random(2) };
}

// The double has ids of its own, so on Windows the changes are made through the API.
async function say(gateway, change) {
  if (!onWindows) return gateway.audio(change);
  await gateway.request(
    'PATCH',
    change.session ? '/audio/sessions/' + change.session : '/audio/devices/' + change.device,
    change.do === 'mute' ? { muted: change.muted } : { volume: change.volume },
    { headers: { Prefer: 'respond-async' } },
  );
}

// The copy is what the mixer holds; its events came in order, and no more often than was asked for.
async function checkCopy(gateway, client) {
  const truth = async () => [
    ...(await gateway.request('GET', '/audio/devices')).body.items,
    ...(await gateway.request('GET', '/audio/sessions')).body.items,
  ];
  await until(`the client at ${client.audioRate} a second has what the mixer holds`, async () => {
    const now = await truth();
    return now.every((o) => JSON.stringify(client.objects.get(o.id)) === JSON.stringify(o));
  });
  assert.deepEqual(
    client.numbers,
    [...new Set(client.numbers)].sort((a, b) => a - b),
    'in order, none twice',
  );
  const seconds = (performance.now() - client.since) / 1000;
  for (const [object, times] of client.times)
    assert.ok(
      times.length <= seconds * client.audioRate + 1 + client.exact.count,
      `${times.length} of ${object} in ${seconds} s at ${client.audioRate}, beside ${client.exact.count} ` +
        'that must not wait',
    );
}

test(`what a client ends up with is what the mixer holds (seed ${seed})`, async () => {
  const gateway = await startGateway();
  const ids = async (kind) => (await gateway.request('GET', '/audio/' + kind)).body.items.map((item) => item.id);
  const sessions = await until('the mixer', async () => {
    const all = await ids('sessions');
    return all.length === 3 && all;
  });
  const mixer = { sessions, devices: await ids('devices') };
  const clients = [];
  assert.equal(await gateway.metric('stream_events_merged_total'), 0);
  for (const audioRate of [1, 5, 20, 60]) clients.push(await copyOf(gateway, audioRate));
  const sayings = Array.from({ length: 3000 }, () => saying(mixer));
  for (const [i, change] of sayings.entries()) {
    const client = clients[random(clients.length)].stream.socket;
    if (random(40) === 0) client.pause();
    if (random(20) === 0) client.resume();
    await say(gateway, change);
    if (i % 500 === 0) await gateway.setState('none', 'ready'); // something else goes on beside it
  }
  for (const { stream } of clients) stream.socket.resume();
  for (const client of clients) {
    await checkCopy(gateway, client);
    client.stream.close();
  }
  const fewest = Math.min(...clients.map((c) => c.numbers.length)),
    most = Math.max(...clients.map((c) => c.numbers.length));
  assert.ok(fewest < most, 'the slower rate merged more');
  assert.ok((await gateway.metric('stream_events_merged_total')) > 0);
  await gateway.stop();
});
