import { connect } from 'node:net';

// Sends one line to the simulator's console, and takes one line back.
export const say = (port, request) =>
  new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(JSON.stringify(request) + '\n'));
    let text = '';
    socket.on('data', (d) => {
      text += d;
      if (text.includes('\n')) {
        socket.destroy();
        const reply = JSON.parse(text);
        reply.error ? fail(new Error(JSON.stringify(reply))) : done(reply);
      }
    });
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the console said nothing')));
    socket.setTimeout(60_000, () => socket.destroy());
  });
