// A receiver of webhooks, of the test's own: over HTTP, or over TLS by a certificate of an authority (its file:
// `certificate`).
import http from 'node:http';
import https from 'node:https';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from './provider.mjs';
import { after } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'deskline-test-'));
const authority = new Authority(folder),
  { key, certificate: own } = authority.issue('localhost');
export const { certificate } = authority;

// `answer(request number, body)`: a status, or [status, text, headers], or a promise of one.
export async function receiver(answer = () => 200, secure = false) {
  const received = [];
  const server = (secure ? https : http).createServer(
    secure ? { key: readFileSync(key), cert: readFileSync(own) } : {},
    (request, response) => {
      let body = '';
      request.on('data', (d) => (body += d));
      request.on('end', async () => {
        received.push({ body, headers: request.headers, url: request.url, json: JSON.parse(body) });
        const [status, text = '', headers = {}] = [await answer(received.length, body)].flat();
        if (status) response.writeHead(status, headers).end(text);
      });
    },
  );
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  return {
    received,
    url: `${secure ? 'https://localhost' : 'http://127.0.0.1'}:${port}/hook`,
    ids: () => received.map((r) => r.json.id),
    stop: () => (server.closeAllConnections(), server.close()),
  };
}
after(() => rmSync(folder, { recursive: true, force: true }));
