// Inside a frame: the token comes from the page around it, and calls are told to it, by postMessage.
const waiting = new Map();
let asked = 0;
addEventListener('message', ({ data, origin, source }) => {
  if (origin !== location.origin || source !== parent || data.deskline !== 'token') return;
  waiting.get(data.ask)?.(data.token);
  waiting.delete(data.ask);
});
const token = () =>
  new Promise((done) => {
    waiting.set(++asked, done);
    parent.postMessage({ deskline: 'token?', ask: asked }, location.origin);
  });

for (const element of document.querySelectorAll('deskline-connection, deskline-agent-state, deskline-call')) {
  element.token = token;
  element.setAttribute('gateway', new URL('..', location.href).href);
}
addEventListener('deskline-call', ({ detail: call }) => parent.postMessage({ deskline: 'call', call }, location.origin));
