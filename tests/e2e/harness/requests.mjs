import https from 'node:https';
import { gunzipSync } from 'node:zlib';
import { recordRequest } from './recording.mjs';
import { Unanswered } from './waiting.mjs';

// REST requests; each answer is checked against the description and searched for secrets.
export function requests(gateway, connections) {
  const { url, secrets } = gateway;
  const agentHttps = new https.Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: connections });
  return {
    hangUp: () => agentHttps.destroy(), // its idle connections; the next request opens another
    request(method, path, body, { token = gateway.token(), headers = {}, raw } = {}) {
      return new Promise((done, fail) => {
        const started = performance.now();
        recordRequest(method, path, headers, raw ?? JSON.stringify(body));
        const request = https.request(
          url + (path.startsWith('//') ? path.slice(1) : '/api/v1' + path),
          {
            method,
            agent: agentHttps,
            headers: {
              ...(token ? { Authorization: 'Bearer ' + token } : {}),
              ...(body !== undefined || raw ? { 'Content-Type': 'application/json' } : {}),
              ...headers,
            },
          },
          (answer) => {
            const chunks = [];
            answer.on('data', (d) => chunks.push(d));
            answer.on('error', (error) =>
              fail(new Unanswered(`${method} ${path}, after its header: ${error.message}`)),
            ); // the request has ended; its later errors are dropped
            answer.on('end', () => {
              const bytes = Buffer.concat(chunks),
                text = (
                  bytes.length && answer.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
                ).toString();
              let json;
              try {
                json = JSON.parse(text);
              } catch {
                json = undefined;
              }
              secrets.search(text + JSON.stringify(answer.headers), `the answer to ${method} ${path.split('?')[0]}`);
              // an answer names the ticket once
              if (method === 'POST' && path === '/tickets') secrets.plant(json?.ticket);
              const wrong = path.startsWith('//')
                ? ''
                : gateway.contract?.answer(
                    method,
                    path,
                    answer.statusCode,
                    answer.headers['content-type'],
                    text ? (json ?? text) : undefined,
                  );
              if (wrong) return fail(new Error(`${method} ${path} does not fit openapi.json: ${wrong}`));
              done({
                status: answer.statusCode,
                headers: answer.headers,
                body: json,
                text,
                milliseconds: performance.now() - started,
              });
            });
          },
        );
        request.on('error', (error) => fail(new Unanswered(`${method} ${path}: ${error.message}`)));
        request.setTimeout(180_000, () => {
          // Longer than any poll; the test is told this, and not that the connection was cut.
          fail(new Error(`${method} ${path}: no answer within three minutes`));
          request.destroy();
        });
        request.end(raw ?? (body === undefined ? undefined : JSON.stringify(body)));
      });
    },
  };
}
