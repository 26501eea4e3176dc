// A WebSocket client that can misbehave: it writes frames of any kind, and reads on to the end after a close frame.
import tls from 'node:tls';

const mask = Buffer.from([1, 2, 3, 4]);
const header = (first, length) =>
  Buffer.concat([
    Buffer.from([first]),
    length < 126 ? Buffer.from([0x80 | length]) : Buffer.from([0xfe, length >> 8, length & 255]),
    mask,
  ]);
const frame = (first, payload = '') =>
  Buffer.concat([header(first, Buffer.byteLength(payload)), Buffer.from(payload).map((b, i) => b ^ mask[i % 4])]);

// Reads the frames that have come whole.
function readFrames(stream) {
  for (;;) {
    const head = stream.text;
    if (head.length < 2) return;
    const short = head[1] & 127,
      start = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (head.length < start) return;
    const length = short < 126 ? short : short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
    if (head.length < start + length) return;
    const payload = head.subarray(start, start + length);
    stream.text = head.subarray(start + length);
    if ((head[0] & 15) === 8) stream.end({ code: payload.readUInt16BE(0), reason: payload.subarray(2) });
    else if ((head[0] & 15) === 9) stream.socket.write(frame(0x8a, payload));
    else if (!(head[0] & 0x40)) stream.frames.push(payload.toString());
  }
}

export function rawStream(gateway, extensions = '') {
  const { port } = new URL(gateway.url);
  return new Promise((done, fail) => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    const stream = { socket, frames: [], text: Buffer.alloc(0), header, frame };
    stream.say = (message) => socket.write(frame(0x81, JSON.stringify(message)));
    stream.closed = new Promise((end) => {
      stream.end = end;
      socket.on('close', () => end({ code: 'cut', reason: '' }));
    });
    let upgraded = false;
    socket.on('error', () => {});
    // once it is open, this has no effect
    socket.on('close', () => fail(new Error('the connection ended before the upgrade')));
    socket.on('secureConnect', () =>
      socket.write(
        `GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
          'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n' +
          `${extensions}\r\n`,
      ),
    );
    socket.on('data', (data) => {
      stream.text = Buffer.concat([stream.text, data]);
      if (!upgraded) {
        const end = stream.text.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!stream.text.toString('latin1').startsWith('HTTP/1.1 101'))
          return fail(new Error(stream.text.toString('latin1')));
        upgraded = true;
        stream.text = stream.text.subarray(end + 4);
        done(stream);
      }
      readFrames(stream);
    });
    socket.setTimeout(60_000, () => socket.destroy());
  });
}
