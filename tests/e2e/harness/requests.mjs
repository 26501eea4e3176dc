import https from 'node:https';
import { gunzipSync } from 'node:zlib';
import { recordRequest } from './recording.mjs';
import { Unanswered } from './waiting.mjs';

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The whole text of an answer.
const textOf = (answer, what) =>
  new Promise((done, fail) => {
    const chunks = [];
    answer.on('data', (d) => chunks.push(d));
    // The request has ended; its later errors are dropped.
    answer.on('error', (error) => fail(new Unanswered(`${what}, after its header: ${error.message}`)));
    answer.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const whole = bytes.length && answer.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      done(whole.toString());
    });
  });

// What a test is given of an answer. Throws where that does not fit the description.
function checked(gateway, method, path, { statusCode, headers }, text) {
  const { secrets } = gateway,
    json = parsed(text);
  secrets.search(text + JSON.stringify(headers), `the answer to ${method} ${path.split('?')[0]}`);
  // an answer names the ticket once
  if (method === 'POST' && path === '/tickets') secrets.plant(json?.ticket);
  const wrong = path.startsWith('//')
    ? ''
    : gateway.contract?.answer(method, path, statusCode, headers['content-type'], text ? (json ?? text) : undefined);
  if (wrong) throw new Error(`${method} ${path} does not fit openapi.json: ${wrong}`);
  return { status: statusCode, headers, body: json, text };
}

// REST requests; each answer is checked against the description and searched for secrets.
export function requests(gateway, connections) {
  const { url } = gateway;
  const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: connections });
  return {
    hangUp: () => agent.destroy(), // its idle connections; the next request opens another
    request(method, path, body, { token = gateway.token(), headers = {}, raw } = {}) {
      return new Promise((done, fail) => {
        const started = performance.now(),
          what = `${method} ${path}`,
          sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
        recordRequest(method, path, headers, sent);
        const all = {
          ...(token ? { Authorization: 'Bearer ' + token } : {}),
          ...(body !== undefined || raw ? { 'Content-Type': 'application/json' } : {}),
          ...headers,
        };
        const address = url + (path.startsWith('//') ? path.slice(1) : '/api/v1' + path);
        const request = https.request(address, { method, agent, headers: all }, (answer) => {
          textOf(answer, what)
            .then((text) => checked(gateway, method, path, answer, text))
            .then((seen) => done({ ...seen, milliseconds: performance.now() - started }), fail);
        });
        request.on('error', (error) => fail(new Unanswered(`${what}: ${error.message}`)));
        request.setTimeout(180_000, () => {
          // Longer than any poll; the test is told this, and not that the connection was cut.
          fail(new Error(`${what}: no answer within three minutes`));
          request.destroy();
        });
        request.end(sent);
      });
    },
  };
}
