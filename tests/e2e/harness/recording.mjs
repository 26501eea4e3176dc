// What the tests send, kept as seeds for the fuzz targets: with DESKLINE_RECORD=<folder>, one file for each new input,
// below the target's name (tests/fuzz/record sorts them out). Without it, nothing is done.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, constants } from 'node:zlib';

const folder = process.env.DESKLINE_RECORD;

function keep(target, bytes) {
  const path = join(folder, target);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, createHash('sha1').update(bytes).digest('hex')), bytes);
}

// The shapes in the order of tests/fuzz/bodies.cpp.
const shapes = [
  ['PUT', /^\/agents\/[^/]+$/],
  ['PUT', /^\/agents\/[^/]+\/state$/],
  ['POST', /^\/agents\/[^/]+\/sessions$/],
  ['PUT', /^\/sessions\/[^/]+\/state$/],
  ['PATCH', /^\/audio\/devices\//],
  ['PATCH', /^\/audio\/sessions\//],
  ['POST', /^\/tickets$/],
  ['POST', /^\/webhooks$/],
  ['PATCH', /^\/webhooks\//],
  ['POST', /^\/webhooks\/[^/]+\/replay$/],
  ['PUT', /^\/log-level$/],
];
const lists = new Set(['accept', 'accept-encoding', 'prefer', 'if-match', 'traceparent']);

export function recordRequest(method, path, headers, body = '') {
  if (!folder) return;
  const target = path.startsWith('//') ? path.slice(1) : '/api/v1' + path;
  keep('target', target);
  const fields = Object.entries(headers).map(
    ([name, value]) => `${name}: ${/^authorization$/i.test(name) ? 'Bearer a.b.c' : value}\r\n`,
  );
  keep('http', `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${fields.join('')}\r\n${body}`);
  for (const [name, value] of Object.entries(headers))
    if (lists.has(name.toLowerCase())) keep('headers', String(value));
  for (const [, cursor] of path.matchAll(/[?&]after=([^&]+)/g)) keep('cursor', decodeURIComponent(cursor));
  for (const [, time] of path.matchAll(/[?&]since=([^&]+)/g)) keep('time', decodeURIComponent(time));
  const shape = shapes.findIndex(([verb, pattern]) => verb === method && pattern.test(path.split('?')[0]));
  if (shape >= 0 && body) keep('bodies', Buffer.concat([Buffer.from([shape]), Buffer.from(body)]));
}

// One masked frame, its mask zero: the text stands in it as it is.
function frame(first, payload) {
  const length = payload.length;
  const size =
    length < 126
      ? [0x80 | length]
      : length < 65536
        ? [0xfe, length >> 8, length & 255]
        : [0xff, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  return Buffer.concat([Buffer.from([first, ...size, 0, 0, 0, 0]), payload]);
}

export function recordMessage(text) {
  if (!folder) return;
  const bytes = Buffer.from(text);
  keep('message', bytes);
  keep('websocket', Buffer.concat([Buffer.from([0]), frame(0x81, bytes), frame(0x88, Buffer.from([3, 232]))]));
  const packed = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4); // RFC 7692 §7.2.1
  keep('websocket', Buffer.concat([Buffer.from([1]), frame(0xc1, packed), frame(0x89, Buffer.from('a'))]));
}
