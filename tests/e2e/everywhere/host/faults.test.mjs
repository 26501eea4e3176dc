// Every row of both fault tables: status, slug, hex code and symbol, through a real call of the real source.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway, until } from '../../harness/harness.mjs';

const again = 'Retry-After';
const telephony = `
0x80070057 E_INVALIDARG 422 invalid-argument
0x8007000E E_OUTOFMEMORY 503 out-of-memory ${again}
0x80004003 E_POINTER 500 internal
0x80004001 E_NOTIMPL 501 not-supported
0x80004005 E_FAIL 502 operation-failed
0x8000FFFF E_UNEXPECTED 503 line-lost ${again}
0x80070005 E_ACCESSDENIED 502 source-access-denied
0x800401F0 CO_E_NOTINITIALIZED 500 internal
0x80040154 REGDB_E_CLASSNOTREG 503 telephony-not-installed
0x80040001 TAPI_E_NOTENOUGHMEMORY 503 out-of-memory ${again}
0x80040003 TAPI_E_NOTSUPPORTED 501 not-supported
0x80040005 TAPI_E_OPERATIONFAILED 502 operation-failed
0x8004000B TAPI_E_INUSE 409 in-use
0x80040021 TAPI_E_NODEVICE 503 line-lost ${again}
0x80040023 TAPI_E_NOTOWNER 502 source-access-denied
0x80040029 TAPI_E_REINIT 503 source-restarting ${again}
0x80040037 TAPI_E_REQUESTFAILED 502 operation-failed
0x8004003D TAPI_E_NODRIVER 503 line-lost ${again}
0x80040044 TAPI_E_TIMEOUT 504 source-timeout
0x80040045 TAPI_E_CALLCENTER_GROUP_REMOVED 410 group-removed
0x80040046 TAPI_E_CALLCENTER_QUEUE_REMOVED 410 queue-removed
0x80040047 TAPI_E_CALLCENTER_NO_AGENT_ID 409 agent-has-no-id
0x80040048 TAPI_E_CALLCENTER_INVALAGENTID 404 agent-unknown
0x80040049 TAPI_E_CALLCENTER_INVALAGENTGROUP 422 group-unknown
0x8004004A TAPI_E_CALLCENTER_INVALPASSWORD 403 wrong-pin
0x8004004B TAPI_E_CALLCENTER_INVALAGENTSTATE 409 state-not-allowed
0x8004004C TAPI_E_CALLCENTER_INVALAGENTACTIVITY 422 invalid-argument
0x80040052 TAPI_E_RESOURCEUNAVAIL 503 resource-unavailable ${again}
0x80040058 TAPI_E_WRONG_STATE 409 state-not-allowed
0x80040059 TAPI_E_NOT_INITIALIZED 503 source-restarting ${again}
0x8004005A TAPI_E_SERVICE_NOT_RUNNING 503 source-lost ${again}
0x8000002B LINEERR_INVALLINEHANDLE 503 line-lost ${again}
0x80000032 LINEERR_INVALPARAM 422 invalid-argument
0x80000042 LINEERR_NODEVICE 503 line-lost ${again}
0x80000044 LINEERR_NOMEM 503 out-of-memory ${again}
0x80000046 LINEERR_NOTOWNER 502 source-access-denied
0x80000048 LINEERR_OPERATIONFAILED 502 operation-failed
0x80000049 LINEERR_OPERATIONUNAVAIL 501 not-supported
0x8000004B LINEERR_RESOURCEUNAVAIL 503 resource-unavailable ${again}
0x80000050 LINEERR_UNINITIALIZED 503 source-restarting ${again}
0x80000052 LINEERR_REINIT 503 source-restarting ${again}
0x80000057 LINEERR_INVALAGENTID 404 agent-unknown
0x80000058 LINEERR_INVALAGENTGROUP 422 group-unknown
0x80000059 LINEERR_INVALPASSWORD 403 wrong-pin
0x8000005A LINEERR_INVALAGENTSTATE 409 state-not-allowed
0x8000005B LINEERR_INVALAGENTACTIVITY 422 invalid-argument
0x8000005F LINEERR_INVALAGENTSESSIONSTATE 409 state-not-allowed
0x80000060 LINEERR_DISCONNECTED 503 source-lost ${again}
0x80000061 LINEERR_SERVICE_NOT_RUNNING 503 source-lost ${again}
0x80010108 RPC_E_DISCONNECTED 503 source-lost ${again}
0x800401FD CO_E_OBJNOTCONNECTED 503 source-lost ${again}
0x800706BA RPC_S_SERVER_UNAVAILABLE 503 source-lost ${again}
0x800706BE RPC_S_CALL_FAILED 503 source-lost ${again}
0x8FFF1234 - 502 source-fault`;
const audio = `
0x80070057 E_INVALIDARG 422 invalid-argument
0x88890004 AUDCLNT_E_DEVICE_INVALIDATED 410 audio-device-gone
0x88890010 AUDCLNT_E_SERVICE_NOT_RUNNING 503 source-lost ${again}
0x80070490 E_NOTFOUND 404 not-found
0x80004001 E_NOTIMPL 501 not-supported
0x8FFF1234 - 502 source-fault`;
const rows = (table) =>
  table
    .trim()
    .split('\n')
    .map((line) => line.split(' '));

let g, session, sound;
before(async () => {
  g = await startGateway();
  session = await g.signIn('1001');
  sound = (await g.request('GET', '/audio/sessions')).body.items.find((s) => s.displayName === 'Browser').id;
});
after(() => g.stop());

const check = (answer, [code, symbol, status, slug, retry]) => {
  assert.equal(answer.status, Number(status), answer.text);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  assert.equal(answer.body.type, '/problems/' + slug);
  assert.equal(answer.body.hresult, code);
  assert.equal(answer.body.symbol, symbol === '-' ? undefined : symbol);
  assert.equal('retry-after' in answer.headers, Boolean(retry), 'Retry-After');
  assert.equal(answer.body.outcome, slug === 'source-timeout' ? 'unknown' : undefined);
};

for (const row of rows(telephony))
  test(`put_State answers ${row[1] === '-' ? 'a failure of no row' : row[1]}: ${row[2]} ${row[3]}`, async () => {
    await until('the source is connected', async () => (await g.setState(session, 'not-ready')).status === 200);
    await g.telephony({ do: 'fault', call: 'put_State', hresult: row[0] });
    check(await g.setState(session, 'ready'), row);
  });

for (const row of rows(audio))
  test(`SetMasterVolume answers ${row[1] === '-' ? 'a failure of no row' : row[1]}: ${row[2]} ${row[3]}`, async () => {
    await g.audio({ do: 'fault', call: 'SetMasterVolume', hresult: row[0] });
    check(await g.request('PATCH', '/audio/sessions/' + sound, { volume: Math.random() }), row);
  });

test('each problem has a page', async () => {
  for (const row of [...rows(telephony), ...rows(audio)]) {
    const page = await g.request('GET', '//problems/' + row[3], undefined, { token: '' });
    assert.equal(page.status, 200, row[3]);
    if (row[1] !== '-') assert.ok(page.text.includes(row[1]), row[1] + ' is on ' + row[3]);
  }
});
