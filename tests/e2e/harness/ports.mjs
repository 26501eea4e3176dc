// Ports of 127.0.0.1 that nobody listens on.
import { createServer } from 'node:net';

// They lie below the ports that systems give to outgoing connections (Linux from 32768, Windows from 49152), one of
// which could take the port before the gateway does, or while the gateway is being started again. Several files may run
// at a time: each has 250 ports of its own, which it claims by listening on one of 60 more for as long as it runs, and
// it gives the same port out again as late as possible.
const listening = (port) =>
  new Promise((done) => {
    // else an open connection would keep the server from closing
    const server = createServer((socket) => socket.destroy());
    server.on('error', () => done(undefined));
    server.listen(port, '127.0.0.1', () => done(server));
  });
const ownPorts = (async () => {
  for (let i = process.pid % 60; ; i = (i + 1) % 60) {
    const held = await listening(14_900 + i);
    if (held) return (held.unref(), 15_000 + i * 250);
  }
})();
let nextPort = Math.floor(Math.random() * 250);
export async function freePort() {
  for (;;) {
    const server = await listening((await ownPorts) + (nextPort++ % 250));
    if (!server) continue;
    const { port } = server.address();
    await new Promise((done) => server.close(done));
    return port;
  }
}
