// What a CRM has to do: say where the gateway is, fetch a token for its user, and listen for the screen pop.
const gateway = new URL('..', location.href).href;
// Yours asks your own server, which has an API key of the gateway or an OpenID token of the user.
const token = async () => new URLSearchParams(location.hash.slice(1)).get('token') ?? '';

for (const element of document.querySelectorAll('deskline-connection, deskline-agent-state, deskline-call, deskline-audio-mixer')) {
  element.token = token;
  element.setAttribute('gateway', gateway);
}

addEventListener('deskline-call', ({ detail: call }) => {
  document.getElementById('pop').textContent = `Opening the page of ${call.caller.name ?? call.caller.number ?? 'an unknown caller'} …`;
});

// The frame asks for a token when it is ready, and tells calls; both ways only with this origin.
addEventListener('message', async ({ data, origin, source }) => {
  if (origin !== location.origin || source !== document.getElementById('frame').contentWindow) return;
  if (data.deskline === 'token?') source.postMessage({ deskline: 'token', ask: data.ask, token: await token() }, origin);
  if (data.deskline === 'call') document.getElementById('told').textContent = `The frame tells of a call from ${data.call.caller.name ?? data.call.caller.number ?? 'an unknown caller'}.`;
});
