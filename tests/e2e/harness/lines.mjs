// The lines of a gateway, calls on them, and the loss of the service behind them: for tests against the double of TAPI.
import assert from 'node:assert/strict';

export const lines = async (gateway) => (await gateway.request('GET', '/addresses')).body.items;
export const held = async (gateway) => (await gateway.telephony({ do: 'figures' })).held;
export const topics = ['address', 'agent-session', 'agent', 'agent-handler', 'call', 'source'];
// Whether a frame came after now.
export const fresh = (stream) => {
  const before = new Set(stream.frames);
  return (frame) => !before.has(frame);
};
export const lostAndBack = async (gateway, stream) => {
  const since = fresh(stream);
  await gateway.telephony({ do: 'lose', hresult: '0x80010108' });
  await stream.event('source', 'lost', since);
  await gateway.telephony({ do: 'restore' });
  return stream.event('source', 'connected', since);
};

// A call on the line is told once, and its end.
export async function tells(gateway, stream, address) {
  const since = fresh(stream);
  await gateway.telephony({ do: 'start-call', address });
  const rings = ({ data }) => data.call.address === address && data.call.state === 'offering';
  await stream.event('call', 'state', (frame) => since(frame) && rings(frame));
  await gateway.telephony({ do: 'release', address });
  const over = ({ data }) => data.call.address === address && data.call.state === 'disconnected';
  await stream.event('call', 'state', (frame) => since(frame) && over(frame));
  const told = stream.frames.filter((frame) => since(frame) && frame.type === 'deskline.call');
  assert.equal(told.filter((frame) => frame.data.event === 'state' && rings(frame)).length, 1);
  assert.equal(told.filter(over).length, 1);
}
