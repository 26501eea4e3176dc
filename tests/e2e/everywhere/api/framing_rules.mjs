// The rules of framing, row by row, and the bytes that they are made of.

export const second = 'GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n'; // 404

export const host = 'Host: localhost\r\n',
  get = (fields, line = 'GET /healthz HTTP/1.1') => `${line}\r\n${fields}\r\n`;
// A request of somebody who may make tickets.
export const postOf =
  (token) =>
  (fields, body = '', line = 'POST /api/v1/tickets HTTP/1.1') =>
    `${line}\r\n${host}Authorization: Bearer ${token}\r\nContent-Type: application/json\r\n${fields}\r\n${body}`;
export const chunked = 'Transfer-Encoding: chunked\r\n';
const many = (count) => Array.from({ length: count }, (_, i) => `X-${i}: y\r\n`).join('');

// Each: rule, source, the bytes, the status. 'kept': the bytes behind it are the next request; 'closed': they are
// dropped.
const begins = [
  ['a plain request', '9112 §3', get(host), 200, 'kept'],
  ['one empty line before it', '9112 §2.2', '\r\n' + get(host), 200, 'kept'],
  ['two empty lines before it', '9112 §2.2', '\r\n\r\n' + get(host), 400, 'closed'],
];

const hosts = [
  ['no Host', '9112 §3.2', get(''), 400, 'closed'],
  ['two Hosts', '9112 §3.2', get('Host: a\r\nHost: b\r\n'), 400, 'closed'],
  ['two equal Hosts', '9112 §3.2', get(host + host), 400, 'closed'],
  ['two Hosts in other case', '9112 §3.2', get('HOST: localhost\r\nhost: localhost\r\n'), 400, 'closed'],
  ['an empty Host', '9112 §3.2', get('Host:\r\n'), 400, 'closed'],
  ['a list of Hosts', '9112 §3.2', get('Host: a, b\r\n'), 400, 'closed'],
  ['a Host with a path', '9112 §3.2', get('Host: a/b\r\n'), 400, 'closed'],
  ['a Host with a user', '9112 §3.2', get('Host: a@b\r\n'), 400, 'closed'],
  ['a Host with a space', '9112 §3.2', get('Host: a b\r\n'), 400, 'closed'],
  ['a Host whose port is none', '9112 §3.2', get('Host: a:b\r\n'), 400, 'closed'],
  ['a Host whose port is too large', '9112 §3.2', get('Host: a:65536\r\n'), 400, 'closed'],
  ['a Host that is IPv6', '9112 §3.2', get('Host: [::1]:8443\r\n'), 200, 'kept'],
  ['a Host with half a bracket', '9112 §3.2', get('Host: [::1\r\n'), 400, 'closed'],
  ['HTTP/1.0 without Host', '9112 §3.2', get('', 'GET /healthz HTTP/1.0'), 200, 'closed'],
];

const codings = (post) => [
  ['chunked', '9112 §7.1', post(chunked, '2\r\n{}\r\n0\r\n\r\n'), 201, 'kept'],
  ['Chunked in other case', '9112 §7', post('transfer-encoding: CHUNKED\r\n', '2\r\n{}\r\n0\r\n\r\n'), 201, 'kept'],
  ['gzip', '9112 §6.1', post('Transfer-Encoding: gzip\r\n'), 400, 'closed'],
  ['identity', '9112 §6.1', post('Transfer-Encoding: identity\r\n'), 400, 'closed'],
  [
    'xchunked with a length',
    '9112 §6.1',
    post('Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n', '0\r\n\r\n'),
    400,
    'closed',
  ],
  ['chunked, identity', '9112 §6.1', post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'), 400, 'closed'],
  ['gzip, chunked', '9112 §6.1', post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), 400, 'closed'],
  ['chunked, chunked', '9112 §6.1', post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n'), 400, 'closed'],
  ['chunked twice', '9112 §6.1', post(chunked + chunked, '0\r\n\r\n'), 400, 'closed'],
  [
    'identity, then chunked',
    '9112 §6.1',
    post('Transfer-Encoding: identity\r\n' + chunked, '0\r\n\r\n'),
    400,
    'closed',
  ],
  ['chunked with a parameter', '9112 §6.1', post('Transfer-Encoding: chunked;q=1\r\n', '0\r\n\r\n'), 400, 'closed'],
  ['chunked in quotes', '9112 §6.1', post('Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n'), 400, 'closed'],
  ['an empty coding', '9112 §6.1', post('Transfer-Encoding:\r\n'), 400, 'closed'],
  [
    'a coding after a vertical tab',
    '9110 §5.5',
    post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'),
    400,
    'closed',
  ],
  [
    'chunked in HTTP/1.0',
    '9112 §6.1',
    post(chunked + 'Connection: keep-alive\r\n', '0\r\n\r\n', 'POST /api/v1/tickets HTTP/1.0'),
    400,
    'closed',
  ],
  ['a length, then chunked', '9112 §6.3', post('Content-Length: 5\r\n' + chunked, '0\r\n\r\n'), 400, 'closed'],
  ['chunked, then a length', '9112 §6.3', post(chunked + 'Content-Length: 5\r\n', '0\r\n\r\n'), 400, 'closed'],
];

const lengths = (post) => [
  ['a length', '9112 §6.3', post('Content-Length: 2\r\n', '{}'), 201, 'kept'],
  ['a length with zeros before it', '9110 §8.6', post('Content-Length: 0002\r\n', '{}'), 201, 'kept'],
  ['no length', '9112 §6.3', post(''), 201, 'kept'],
  ['two different lengths', '9112 §6.3', post('Content-Length: 2\r\nContent-Length: 3\r\n', '{}'), 400, 'closed'],
  ['two equal lengths', '9112 §6.3', post('Content-Length: 2\r\nContent-Length: 2\r\n', '{}'), 400, 'closed'],
  ['a list of lengths', '9112 §6.3', post('Content-Length: 2, 2\r\n', '{}'), 400, 'closed'],
  ...['+2', '-2', '0x2', '2.0', '2 2', '2,', '', '２', '18446744073709551618', '99999999999999999999999'].map(
    (length) => [`the length '${length}'`, '9110 §8.6', post(`Content-Length: ${length}\r\n`, '{}'), 400, 'closed'],
  ),
  ['a length beyond the limit', '9110 §15.5.14', post('Content-Length: 65537\r\n'), 413, 'closed'],
  ['the largest length', '9110 §15.5.14', post('Content-Length: 18446744073709551615\r\n'), 413, 'closed'],
  [
    'a body of a GET is read as one',
    '9110 §9.3.1',
    get(host + 'Content-Length: 43\r\n') + 'GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n\r\n',
    200,
    'kept',
  ],
];

const chunks = (post) => [
  ['an extension', '9112 §7.1.1', post(chunked, '2;a=b;c="d"\r\n{}\r\n0;e\r\n\r\n'), 201, 'kept'],
  ['an extension with LF in quotes', '9112 §7.1.1', post(chunked, '2;a="\n"\r\n{}\r\n0\r\n\r\n'), 400, 'closed'],
  ['an extension with CR', '9112 §7.1.1', post(chunked, '2;a\rb\r\n{}\r\n0\r\n\r\n'), 400, 'closed'],
  ['extensions of 2 KiB', '9112 §7.1.1', post(chunked, `2;${'a'.repeat(2048)}\r\n{}\r\n0\r\n\r\n`), 400, 'closed'],
  ['a chunk that ends with LF', '9112 §7.1', post(chunked, '2\n{}\n0\n\n'), 400, 'closed'],
  ['a chunk longer than its size', '9112 §7.1', post(chunked, '2\r\n{}}\r\n0\r\n\r\n'), 400, 'closed'],
  ...['0x2', '+2', '-2', ' 2', 'g', '', '100000000000000002', '2 3'].map((size) => [
    `the chunk size '${size}'`,
    '9112 §7.1',
    post(chunked, `${size}\r\n{}\r\n0\r\n\r\n`),
    400,
    'closed',
  ]),
  ['a chunk beyond the limit', '9112 §7.1', post(chunked, '10001\r\n'), 413, 'closed'],
  ['chunks beyond the limit', '9112 §7.1', post(chunked, `8000\r\n${' '.repeat(32768)}\r\n8001\r\n`), 413, 'closed'],
  ['an end in pieces', '9112 §7.1', [post(chunked, '2\r\n{}\r\n0\r\n'), '\r', '\n' + second], 201, 'kept'],
  ['a trailer', '9112 §7.1.2', post(chunked, '2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n'), 201, 'kept'],
  ['a trailer that is no field', '9112 §7.1.2', post(chunked, '2\r\n{}\r\n0\r\nX Sum\r\n\r\n'), 400, 'closed'],
  ['a trailer that ends with LF', '9112 §7.1.2', post(chunked, '2\r\n{}\r\n0\r\nX: 1\n\r\n'), 400, 'closed'],
  ['a trailer of 8 KiB', '9112 §7.1.2', post(chunked, `2\r\n{}\r\n0\r\nX: ${'x'.repeat(8192)}\r\n\r\n`), 400, 'closed'],
];

const targets = [
  ['an absolute target', '9112 §3.2.2', get(host, 'GET https://localhost/healthz HTTP/1.1'), 200, 'kept'],
  [
    'an absolute target in capitals',
    '9112 §3.2.2',
    get(host, 'GET HTTPS://LOCALHOST:8443/healthz HTTP/1.1'),
    200,
    'kept',
  ],
  ['an absolute target without a path', '9112 §3.2.2', get(host, 'GET https://localhost HTTP/1.1'), 200, 'kept'],
  ['an absolute target without a host', '9112 §3.2.2', get(host, 'GET https:///healthz HTTP/1.1'), 400, 'closed'],
  [
    'an absolute target with a user',
    '9110 §4.2.4',
    get(host, 'GET https://a@localhost/healthz HTTP/1.1'),
    400,
    'closed',
  ],
  [
    'an absolute target of another scheme',
    '9112 §3.2.2',
    get(host, 'GET ftp://localhost/healthz HTTP/1.1'),
    400,
    'closed',
  ],
  [
    'an absolute target does not excuse a missing Host',
    '9112 §3.2.2',
    get('', 'GET https://localhost/healthz HTTP/1.1'),
    400,
    'closed',
  ],
  ['OPTIONS *', '9112 §3.2.4', get(host, 'OPTIONS * HTTP/1.1'), 204, 'kept'],
  ['GET *', '9112 §3.2.4', get(host, 'GET * HTTP/1.1'), 400, 'closed'],
  ['CONNECT', '9110 §9.3.6', get(host, 'CONNECT localhost:443 HTTP/1.1'), 400, 'closed'],
  ['CONNECT with a path', '9110 §9.3.6', get(host, 'CONNECT /healthz HTTP/1.1'), 400, 'closed'],
  ['an authority as target', '9112 §3.2.3', get(host, 'GET localhost:443 HTTP/1.1'), 400, 'closed'],
  ['a path without a slash', '9112 §3.2', get(host, 'GET healthz HTTP/1.1'), 400, 'closed'],
  ['a fragment', '9112 §3.2', get(host, 'GET /healthz#a HTTP/1.1'), 400, 'closed'],
  ['a space in the target', '9112 §3.2', get(host, 'GET /a b HTTP/1.1'), 400, 'closed'],
  ['a tab in the first line', '9112 §3', get(host, 'GET\t/healthz HTTP/1.1'), 400, 'closed'],
  ['two spaces in the first line', '9112 §3', get(host, 'GET  /healthz HTTP/1.1'), 400, 'closed'],
  ['a byte beyond ASCII in the target', '9112 §3.2', get(host, 'GET /\xe4 HTTP/1.1'), 400, 'closed'],
  ['NUL in the target', '9112 §3.2', get(host, 'GET /\0 HTTP/1.1'), 400, 'closed'],
  ['a method that is no token', '9110 §9.1', get(host, 'GE(T /healthz HTTP/1.1'), 400, 'closed'],
  ['an unknown method', '9110 §9.1', get(host, 'BREW /healthz HTTP/1.1'), 405, 'kept'],
  ['a method in small letters', '9110 §9.1', get(host, 'get /healthz HTTP/1.1'), 405, 'kept'],
];

const versions = [
  ...['HTTP/2.0', 'HTTP/1.2', 'HTTP/0.9', 'HTTP/1', 'HTTP/1.1 ', 'HTTP/01.1', 'http/1.1', 'HTTP/1.10', 'ICAP/1.0'].map(
    (version) => [`the version '${version}'`, '9112 §2.3', get(host, 'GET /healthz ' + version), 400, 'closed'],
  ),
  ['no version', '9112 §2.3', 'GET /healthz\r\n', 400, 'closed'],
  ['the preface of HTTP/2', '9113 §3.4', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'closed'],
];

const lines = (post) => [
  ['lines that end with LF', '9112 §2.2', 'GET /healthz HTTP/1.1\nHost: localhost\n\n', 400, 'closed'],
  ['one line that ends with LF', '9112 §2.2', get(host + 'X: a\nY: b\r\n'), 400, 'closed'],
  ['CR alone in a line', '9112 §2.2', get(host + 'X: a\rY: b\r\n'), 400, 'closed'],
  ['an empty line of LF', '9112 §2.2', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\n', 400, 'closed'],
  ['a field that goes on in a second line', '9112 §5.2', get(host + 'X: a\r\n b\r\n'), 400, 'closed'],
  ['a coding in a second line', '9112 §5.2', post('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n'), 400, 'closed'],
  ['white space before the first field', '9112 §2.2', 'GET /healthz HTTP/1.1\r\n ' + host + '\r\n', 400, 'closed'],
  ['a space before the colon', '9112 §5.1', post('Content-Length : 2\r\n', '{}'), 400, 'closed'],
  ['a tab before the colon', '9112 §5.1', post('Transfer-Encoding\t: chunked\r\n', '0\r\n\r\n'), 400, 'closed'],
  ['a line without a colon', '9112 §5', get(host + 'nonsense\r\n'), 400, 'closed'],
  ['an empty name', '9112 §5.1', get(host + ': a\r\n'), 400, 'closed'],
  ['a name that is no token', '9110 §5.1', get(host + 'X(a): b\r\n'), 400, 'closed'],
  ['a name beyond ASCII', '9110 §5.1', get(host + 'X\xe4: b\r\n'), 400, 'closed'],
  ...['\0', '\x01', '\x0b', '\x7f'].map((c) => [
    `the character ${c.charCodeAt(0)} in a value`,
    '9110 §5.5',
    get(host + `X: a${c}b\r\n`),
    400,
    'closed',
  ]),
  ['a tab and a byte beyond ASCII in a value', '9110 §5.5', get(host + 'X: a\tb\xe4\r\n'), 200, 'kept'],
  ['99 more lines', '6585 §5', get(host + many(99)), 200, 'kept'],
  ['100 more lines', '6585 §5', get(host + many(100)), 431, 'closed'],
  ['17 KiB', '6585 §5', get(host + `X: ${'x'.repeat(17_000)}\r\n`), 431, 'closed'],
];

const saidOnce = [
  ...[
    'Authorization: Bearer a',
    'Origin: https://localhost',
    'Content-Type: application/json',
    'Idempotency-Key: a',
    'X-Request-Id: a',
    'Last-Event-ID: a',
    'Sec-WebSocket-Key: a',
    'Sec-Fetch-Site: none',
    'Cookie: a=b',
  ].map((field) => [
    `${field.split(':')[0]} twice`,
    '9110 §5.3',
    get(host + `${field}\r\n${field.toLowerCase()}\r\n`),
    400,
    'closed',
  ]),
];

const connections = (post) => [
  ['another Expect', '9110 §10.1.1', get(host + 'Expect: the-impossible\r\n'), 417, 'closed'],
  ['two expectations', '9110 §10.1.1', get(host + 'Expect: 100-continue, x\r\n'), 417, 'closed'],
  ['Expect twice', '9110 §10.1.1', get(host + 'Expect: 100-continue\r\nExpect: 100-continue\r\n'), 417, 'closed'],
  [
    'an expectation in HTTP/1.0',
    '9110 §10.1.1',
    get(host + 'Expect: 100-continue\r\n', 'GET /healthz HTTP/1.0'),
    200,
    'closed',
  ],
  ['Connection: close', '9112 §9.3', get(host + 'Connection: close\r\n'), 200, 'closed'],
  [
    'close in the second line of Connection',
    '9110 §5.3',
    get(host + 'Connection: X-A\r\nConnection: close\r\n'),
    200,
    'closed',
  ],
  ['HTTP/1.0', '9112 §9.3', get(host, 'GET /healthz HTTP/1.0'), 200, 'closed'],
  [
    'HTTP/1.0 that is kept',
    '9112 §9.3',
    get(host + 'Connection: keep-alive\r\n', 'GET /healthz HTTP/1.0'),
    200,
    'kept',
  ],
  ['a Connection that is no list of names', '9110 §7.6.1', get(host + 'Connection: "close"\r\n'), 400, 'closed'],
  [
    'Connection: upgrade without Upgrade, as nginx is often told to send',
    '9110 §7.8',
    get(host + 'Connection: upgrade\r\n'),
    200,
    'kept',
  ],
  [
    'an upgrade to HTTP/2, which may be passed over',
    '9110 §7.8',
    get(host + 'Connection: Upgrade\r\nUpgrade: h2c\r\n'),
    200,
    'kept',
  ],
  [
    'an upgrade to a WebSocket with a body',
    '6455 §4.1',
    get(host + 'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n', 'GET /api/v1/stream HTTP/1.1') +
      '{}',
    400,
    'closed',
  ],
  [
    'an upgrade to a WebSocket by POST',
    '6455 §4.1',
    post('Connection: Upgrade\r\nUpgrade: websocket\r\n', '', 'POST /api/v1/stream HTTP/1.1'),
    400,
    'closed',
  ],
];

export const rules = (post) => [
  ...begins,
  ...hosts,
  ...codings(post),
  ...lengths(post),
  ...chunks(post),
  ...targets,
  ...versions,
  ...lines(post),
  ...saidOnce,
  ...connections(post),
];
