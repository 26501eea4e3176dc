// What the tests themselves stand on, where it could be mistaken for the gateway: how much work a client of theirs makes of what it hears.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Stream } from './harness.mjs';

const heard = (socket, from, to) => {
  for (let i = from; i < to; i++) socket.emit('message', JSON.stringify({ op: 'event', number: i }));
};

test('who waits for a frame looks at each once, however many come before it', async () => {
  const socket = new EventEmitter(), stream = new Stream(socket);
  let looks = 0;
  heard(socket, 0, 1000);
  const last = stream.frame('the last', (f) => (++looks, f.number === 1999));
  heard(socket, 1000, 3000);
  assert.equal((await last).number, 1999);
  assert.equal(looks, 2000);
  assert.equal((await stream.frame('one that came before', (f) => f.number === 5)).number, 5);
});

test('who counts frames is told when there are so many, those that came before among them', async () => {
  const socket = new EventEmitter(), stream = new Stream(socket);
  let count = 0;
  heard(socket, 0, 3);
  const fifth = stream.frame('five of them', (f) => f.op === 'event' && ++count === 5);
  heard(socket, 3, 10);
  assert.equal((await fifth).number, 4);
  assert.equal(count, 5);
});
