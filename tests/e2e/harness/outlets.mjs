// The outlets by which a caller is told of things (webhook receivers, event streams), and how tests compare them.
import http from 'node:http';
import https from 'node:https';

export const roles = ['agent', 'supervisor', 'integration', 'admin'];
export const scopes = [
  'agents:read',
  'agents:write',
  'calls:read',
  'switch:read',
  'audio:read',
  'audio:write',
  'webhooks',
];

export async function receiver() {
  const received = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (d) => (body += d));
    request.on('end', () => (received.push(body), response.writeHead(200).end()));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    received,
    url: `http://127.0.0.1:${server.address().port}/`,
    stop: () => (server.closeAllConnections(), server.close()),
  };
}

// A server-sent event stream; it keeps every event that came.
export function eventSource(gateway, token, query = '') {
  const source = { text: '' };
  source.request = https.get(
    `${gateway.url}/api/v1/events${query}`,
    { rejectUnauthorized: false, headers: { Authorization: 'Bearer ' + token, Accept: 'text/event-stream' } },
    (answer) => answer.on('data', (d) => (source.text += d)),
  );
  source.request.on('error', () => {});
  source.snapshot = () => {
    const found = source.text.match(/event: snapshot\n(?:id: .*\n)?data: (.*)\n\n/);
    return found && JSON.parse(found[1]);
  };
  source.stop = () => source.request.destroy();
  return source;
}

export const idsIn = (list) => new Set((list ?? []).map((item) => item.id));
export const subjectsIn = (events, type) =>
  new Set(events.filter((e) => e.type === 'deskline.' + type).map((e) => e.subject.split('/').at(-1)));
export const sorted = (set) => [...set].sort();
