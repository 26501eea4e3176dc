// A TCP proxy that can cut a connection, delay it, leave it half open, and let an older one speak after a newer one, as
// networks do.
import { connect, createServer } from 'node:net';

export class FaultyProxy {
  connections = new Set();
  delay = 0; // ms, each way
  accepted = 0;
  cuts = 0;

  static async to(port) {
    const proxy = new FaultyProxy();
    proxy.server = createServer((client) => proxy.#serve(client, port)).listen(0, '127.0.0.1');
    await new Promise((done) => proxy.server.on('listening', done));
    proxy.port = proxy.server.address().port;
    return proxy;
  }

  #serve(client, port) {
    this.accepted++;
    const gateway = connect(port, '127.0.0.1');
    const connection = { client, gateway, silent: false, held: [] };
    this.connections.add(connection);
    for (const [from, to] of [
      [client, gateway],
      [gateway, client],
    ]) {
      from.on('data', (data) => {
        const pass = () => (connection.silent ? connection.held.push([to, data]) : to.writable && to.write(data));
        this.delay ? setTimeout(pass, this.delay) : pass();
      });
      from.on('error', () => {});
      from.on('close', () => {
        this.connections.delete(connection);
        if (!connection.silent) to.destroy();
      });
    }
  }

  // Ends every connection at once, and returns how many there were.
  cut() {
    const open = [...this.connections];
    for (const { client, gateway } of open) (client.destroy(), gateway.destroy());
    this.cuts += open.length;
    return open.length;
  }

  // From now on nothing goes through, and neither end is told. The function that it returns lets the old connections
  // speak again, all at once.
  silence() {
    const open = [...this.connections];
    for (const connection of open) connection.silent = true;
    return () => {
      for (const connection of open) {
        connection.silent = false;
        for (const [to, data] of connection.held.splice(0)) if (to.writable) to.write(data);
      }
    };
  }

  close() {
    this.cut();
    this.server.close();
  }
}
