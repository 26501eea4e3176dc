// A small page: live sessions with their state buttons, calls, volumes, and what happened. It shows what the stream says, never what it hopes:
// a click is pending until its event has come. The token comes in the link's fragment (which no server sees) or by hand.
import { begin, finish, provider, renew } from './sign-in.js';

const $ = (id) => document.getElementById(id);
const base = location.pathname.replace(/[^/]*$/, '');
const socketUrl = `wss://${location.host}${base}api/v1/stream`;
const topics = ['agent-session', 'agent', 'queue', 'call', 'audio', 'source', 'acd-group'];
const words = { 'not-ready': 'Not ready', ready: 'Ready', 'busy-on-call': 'On a call', 'busy-wrapup': 'Wrap-up', 'session-ended': 'End' };

const fragment = new URLSearchParams(location.hash.slice(1));
if (fragment.get('token')) {
  sessionStorage.setItem('token', fragment.get('token'));
  history.replaceState(null, '', location.pathname);
}

const sessions = new Map(), calls = new Map(), devices = new Map(), audioSessions = new Map(), agents = new Map();
const waiting = new Map();
let settings, renewing, socket, cursor, attempt = 0, nextId = 1, dragging = null;

function connection(state, text) {
  $('connection').dataset.state = state;
  $('connection').textContent = text;
}

function complain(text) {
  $('message').hidden = !text;
  $('message').textContent = text ?? '';
}

function signedOut(text) {
  connection('signed-out', 'signed out');
  $('sign-in').hidden = false;
  complain(text);
}

// What the provider gave; before it ends, another is asked for and the open stream told.
function signedIn({ token, renewal, expires }) {
  sessionStorage.setItem('token', token);
  if (renewal) sessionStorage.setItem('renewal', renewal);
  clearTimeout(renewing);
  if (renewal) renewing = setTimeout(renewed, Math.max(1000, expires - Date.now() - 60_000));
}

async function renewed() {
  try {
    signedIn(await renew(settings, sessionStorage.getItem('renewal')));
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ op: 'refresh', token: sessionStorage.getItem('token') }));
  } catch {
    renewing = setTimeout(renewed, 5000 + Math.random() * 5000); // the provider may be down: the token is good for a while
  }
}

async function start() {
  try {
    settings = await provider();
    if (settings) {
      $('provider').textContent = `Sign in at ${settings.name}`;
      $('provider').hidden = false;
      const got = await finish(settings);
      if (got) signedIn(got);
      else if (sessionStorage.getItem('renewal')) renewed();
    }
  } catch (error) {
    return signedOut(error.message);
  }
  connect();
}

function connect() {
  const token = sessionStorage.getItem('token');
  if (!token) return signedOut();
  $('sign-in').hidden = true;
  connection('connecting', attempt ? 'reconnecting' : 'connecting');
  socket = new WebSocket(socketUrl, 'deskline.v1');
  socket.onopen = () => socket.send(JSON.stringify({ op: 'hello', token, topics, ...(cursor ? { cursor } : {}) }));
  socket.onmessage = ({ data }) => receive(JSON.parse(data));
  socket.onclose = ({ code, reason }) => {
    for (const { fail } of waiting.values()) fail(new Error('The connection was lost; whether it was done is not known.'));
    waiting.clear();
    if ([4001, 4003].includes(code)) {
      clearTimeout(renewing);
      for (const key of ['token', 'renewal']) sessionStorage.removeItem(key);
      return signedOut(settings ? 'You are signed out. Sign in again.' : 'The token was refused. Ask for a new link, or paste another token.');
    }
    connection('connecting', 'connection lost, trying again');
    let retry = 0;
    try { retry = JSON.parse(reason).retry ?? 0; } catch { /* no reason given */ }
    const pause = Math.min(30_000, 500 * 2 ** attempt++);
    setTimeout(connect, retry + pause / 2 + Math.random() * (pause / 2));
  };
}

function receive(frame) {
  if (frame.op === 'welcome') {
    attempt = 0;
    connection('live', 'live');
    $('identity').textContent = `${frame.identity.subject} (${frame.identity.role}) at ${frame.gateway}`;
    if (frame.identity.agents.length) $('agent').value ||= frame.identity.agents[0];
  } else if (frame.op === 'snapshot') {
    const fill = (map, list) => {
      map.clear();
      for (const item of list ?? []) map.set(item.id, item);
    };
    fill(sessions, frame.sessions), fill(calls, frame.calls), fill(devices, frame.audioDevices), fill(audioSessions, frame.audioSessions), fill(agents, frame.agents);
    options($('group'), frame.acdGroups), options($('address'), frame.addresses);
    cursor = frame.cursor;
    draw();
  } else if (frame.op === 'event') {
    cursor = frame.id;
    happened(frame);
  } else if (frame.op === 'result') {
    const command = waiting.get(frame.id);
    waiting.delete(frame.id);
    frame.status < 300 ? command?.done(frame.body) : command?.fail(new Error(`${frame.body.title}. ${frame.body.detail ?? ''}`));
  }
}

function happened({ type, time, data }) {
  const kind = type.replace('deskline.', '');
  if (kind === 'agent-session') data.event === 'end' ? sessions.delete(data.session.id) : sessions.set(data.session.id, data.session);
  else if (kind === 'call') ['disconnected', 'idle'].includes(data.call.state) ? calls.delete(data.call.id) : calls.set(data.call.id, data.call);
  else if (kind === 'agent') data.event === 'signed-out' ? agents.delete(data.agent.id) : agents.set(data.agent.id, data.agent);
  else if (kind === 'audio.device') data.change === 'removed' ? devices.delete(data.device.id) : devices.set(data.device.id, data.device);
  else if (kind === 'audio.session') data.change === 'disconnected' || data.session.state === 'expired' ? audioSessions.delete(data.session.id) : audioSessions.set(data.session.id, data.session);
  const about = data.session?.agent ?? data.agent?.id ?? data.call?.caller?.name ?? data.call?.caller?.number ?? data.session?.displayName ?? data.device?.name ?? data.source ?? data.group?.name ?? data.queue?.name ?? '';
  const cause = data.cause ? `, by ${data.cause.actor}${data.cause.reason ? ` (${data.cause.reason})` : ''}` : '';
  const line = element('li', `${new Date(time).toLocaleTimeString()}  ${kind} ${data.event ?? data.change}: ${about}${cause}`);
  $('events').prepend(line);
  while ($('events').childElementCount > 200) $('events').lastChild.remove();
  draw();
}

function command(method, path, body) {
  return new Promise((done, fail) => {
    const id = String(nextId++);
    waiting.set(id, { done, fail });
    socket.send(JSON.stringify({ op: 'command', id, method, path, body }));
  });
}

async function attempted(control, what) {
  if (control) control.disabled = true;
  try {
    complain();
    await what();
  } catch (error) {
    complain(error.message);
  }
  draw();
}

function element(tag, text, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  if (text) made.textContent = text;
  return made;
}

function options(select, items) {
  const chosen = select.value;
  select.replaceChildren(...(items ?? []).map(({ name }) => name).sort((a, b) => a.localeCompare(b, undefined, { numeric: true })).map((name) => element('option', name)));
  if (chosen) select.value = chosen;
}

const since = (time) => {
  const seconds = Math.max(0, Math.round((Date.now() - new Date(time)) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

function state(item) {
  const made = element('span', words[item.state] ?? item.state, { className: 'state' });
  made.dataset.state = item.state;
  return made;
}

function sessionRow(session) {
  const row = element('li', '', { className: session.stale ? 'stale' : '' });
  row.dataset.session = session.id;
  const head = element('div', '', { className: 'row' });
  const time = element('span', since(session.since), { className: 'soft end' });
  time.dataset.since = session.since;
  head.append(element('strong', `Agent ${session.agent}`), element('span', `${session.acdGroup}, ${session.address}`, { className: 'soft' }), state(session), time);
  if (session.reason) head.insertBefore(element('span', session.reason, { className: 'soft' }), time);
  const buttons = element('div', '', { className: 'row' });
  for (const wanted of ['ready', 'not-ready', 'busy-wrapup', 'session-ended']) {
    if (wanted === 'busy-wrapup' && !session.allowedStates.includes(wanted)) continue;
    const button = element('button', words[wanted], { type: 'button', disabled: !session.allowedStates.includes(wanted) || Boolean(session.stale) });
    button.onclick = () => attempted(button, () => command('PUT', `/sessions/${session.id}/state`, { state: wanted }));
    buttons.append(button);
  }
  row.append(head, buttons);
  return row;
}

function callRow(call) {
  const row = element('li'), head = element('div', '', { className: 'row' });
  const time = element('span', since(call.since), { className: 'soft end' });
  time.dataset.since = call.since;
  head.append(element('strong', call.caller.name ?? call.caller.number ?? 'Number withheld'), element('span', `${call.caller.name ? (call.caller.number ?? '') + ' ' : ''}for ${call.called.name ?? call.called.number ?? '?'} on ${call.address}`, { className: 'soft' }), state(call), time);
  row.append(head);
  return row;
}

function audioRow(kind, item, name) {
  const row = element('li'), path = `/audio/${kind}/${item.id}`, line = element('div', '', { className: 'row' });
  const slider = element('input', '', { type: 'range', min: 0, max: 1, step: 0.01, value: item.volume, ariaLabel: `Volume of ${name}` });
  const number = element('span', `${Math.round(item.volume * 100)} %`, { className: 'soft' });
  const mute = element('button', item.muted ? 'Unmute' : 'Mute', { type: 'button', ariaPressed: String(item.muted), ariaLabel: `${item.muted ? 'Unmute' : 'Mute'} ${name}` });
  slider.dataset.object = item.id;
  slider.onpointerdown = () => (dragging = item.id);
  slider.onpointerup = () => (dragging = null);
  slider.oninput = () => (number.textContent = `${Math.round(slider.value * 100)} %`);
  slider.onchange = () => attempted(null, () => command('PATCH', path, { volume: Number(slider.value) }));
  mute.onclick = () => attempted(mute, () => command('PATCH', path, { muted: !item.muted }));
  line.append(slider, number, mute);
  const head = element('div', '', { className: 'row' });
  head.append(element('strong', name), element('span', kind === 'devices' ? [item.state, ...item.defaultFor].join(', ') : item.state, { className: 'soft end' }));
  row.append(head, line);
  return row;
}

let scheduled = false;
function draw() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    const by = (key) => (a, b) => key(a).localeCompare(key(b), undefined, { numeric: true });
    $('sessions').replaceChildren(...[...sessions.values()].sort(by((s) => s.agent)).map(sessionRow));
    $('no-sessions').hidden = sessions.size > 0;
    $('calls').replaceChildren(...[...calls.values()].map(callRow));
    $('no-calls').hidden = calls.size > 0;
    if (dragging) return;
    $('audio').replaceChildren(...[...devices.values()].sort(by((d) => d.name)).map((d) => audioRow('devices', d, d.name)), ...[...audioSessions.values()].sort(by((s) => s.displayName)).map((s) => audioRow('sessions', s, s.displayName || s.process.name)));
  });
}

setInterval(() => {
  for (const time of document.querySelectorAll('[data-since]')) time.textContent = since(time.dataset.since);
}, 1000);

$('sign-in').onsubmit = (event) => {
  event.preventDefault();
  sessionStorage.setItem('token', $('token').value.trim());
  attempt = 0;
  complain();
  connect();
};
$('provider').onclick = () => attempted($('provider'), () => begin(settings)).finally(() => ($('provider').disabled = false));
$('open-session').onsubmit = (event) => {
  event.preventDefault();
  const agent = encodeURIComponent($('agent').value.trim());
  attempted(event.submitter, async () => {
    await command('PUT', `/agents/${agent}`, $('pin').value ? { pin: $('pin').value } : {});
    $('pin').value = '';
    await command('POST', `/agents/${agent}/sessions`, { acdGroup: $('group').value, address: $('address').value });
  }).finally(() => (event.submitter.disabled = false));
};
start();
