// Two agents and a supervisor at three browsers, with a real gateway, calls, and the gateway killed in the middle.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { freePort, sleep, startGateway, until } from '../harness/harness.mjs';
import { Person, launch } from '../harness/browser.mjs';

let gateway, options, browser, ada, bob, eve;
before(async () => {
  options = { port: await freePort(), keep: true };
  gateway = await startGateway(options);
  browser = await launch();
  ada = await Person.at(browser, gateway, gateway.token('agent', ['1001'], 'ada'));
  bob = await Person.at(browser, gateway, gateway.token('agent', ['1002'], 'bob'), { colorScheme: 'dark' });
  eve = await Person.at(browser, gateway, gateway.token('supervisor', [], 'eve'), {
    viewport: { width: 1920, height: 1000 },
  });
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});
const row = (agent) => eve.page.locator(`deskline-agent-board [data-agent="${agent}"]`);
const seen = (agent, state) => row(agent).locator(`.state[data-state="${state}"]`).waitFor({ timeout: 20_000 });

test('a wrong PIN explains itself, and what was typed stays', async () => {
  const { page } = bob;
  assert.equal(await page.getByLabel('Agent', { exact: true }).inputValue(), '1002');
  await page.getByLabel('PIN').fill('wrong');
  await page.locator('select[name=acdGroup]').selectOption('Support');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('alert').getByText('The switch refused the PIN').waitFor();
  assert.equal(await bob.status(), 'live');
  assert.equal(await page.locator('select[name=acdGroup]').inputValue(), 'Support');
});

test('two agents sign in, open sessions and are ready; the supervisor sees each step', async () => {
  assert.ok(!ada.page.url().includes('token'), 'the token does not stay in the address');
  await ada.page.getByText('No agent is signed in.').waitFor();
  await ada.start('1001', 'Sales', 'Line 1');
  await bob.start('1002', 'Sales', 'Line 2');
  for (const agent of ['1001', '1002']) await seen(agent, 'not-ready');
  await ada.press('Ready');
  await ada.state('ready');
  await seen('1001', 'ready');
  assert.equal(
    await ada.page
      .locator('deskline-agent-state')
      .getByRole('button', { name: 'Ready', exact: true })
      .getAttribute('aria-pressed'),
    'true',
  );
});

test('a call arrives: pop, on a call, wrap-up, not ready with a reason', async () => {
  await ada.page.evaluate(() => {
    globalThis.popped = [];
    addEventListener('deskline-call', ({ detail }) => popped.push(detail));
  });
  await gateway.telephony({ do: 'call', group: 'Sales' });
  await ada.page.locator('deskline-call li .state').first().waitFor();
  await ada.state('busy-on-call', 60_000);
  const popped = await ada.page.evaluate(() => popped);
  assert.equal(popped.length, 1, 'once');
  assert.ok(popped[0].id && popped[0].caller);
  await seen('1001', 'busy-on-call');
  await eve.shot('team-call');
  await ada.shot('desk-call');
  await ada.press('Wrap-up');
  await ada.state('busy-wrapup');
  await ada.page.locator('deskline-call').getByText('No call.').waitFor({ timeout: 20_000 });
  await ada.page.locator('deskline-agent-state').getByLabel('Reason').fill('lunch');
  await ada.press('Not ready');
  await ada.state('not-ready');
  await row('1001').getByText('lunch').waitFor();
  await ada.page.locator('deskline-agent-state .note', { hasText: 'lunch' }).waitFor();
});

test('a call in the background is notified, and in the title until somebody looks', async () => {
  await ada.press('Ready');
  await ada.state('ready');
  await ada.page.evaluate(() => {
    globalThis.notified = [];
    globalThis.Notification = class {
      static permission = 'granted';
      static requestPermission = async () => 'granted';
      constructor(title) {
        notified.push(title);
      }
    };
  });
  await ada.page.locator('summary', { hasText: 'Settings' }).click();
  await ada.page.getByLabel('Notify me of calls').check();
  await ada.page.locator('summary', { hasText: 'Settings' }).click();
  await ada.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.hasFocus = () => false;
  });
  await gateway.telephony({ do: 'call', group: 'Sales' });
  // A predicate in the page would be evaluated there, which its policy forbids.
  await until('the title', async () => (await ada.page.title()).startsWith('(call)'), 30_000);
  await ada.page.evaluate(() => {
    delete document.visibilityState;
    dispatchEvent(new Event('focus'));
  });
  assert.equal(await ada.page.title(), 'Deskline');
  assert.match((await ada.page.evaluate(() => notified)).join(), /^\S.* is calling$/, 'once');
  await ada.state('busy-on-call', 60_000);
});

test('during a call, what is wanted comes after it, and can be withdrawn', async () => {
  await ada.press('Not ready');
  const note = ada.page.locator('deskline-agent-state .note');
  await until(
    'it is said',
    async () =>
      (await note.textContent()).includes('after the call') ||
      (await ada.page.locator('deskline-agent-state .now .state').getAttribute('data-state')) === 'not-ready',
  );
  if ((await note.textContent()).includes('after the call')) {
    await note.getByRole('button').click();
    await note.getByText('after the call').waitFor({ state: 'detached' });
  }
});

test('the supervisor forces a state, with a reason; the agent sees it, and who it was', async () => {
  await row('1002').click();
  const panel = eve.page.locator('deskline-agent-state');
  await panel.locator('.state[data-state="not-ready"]').waitFor();
  await panel.getByRole('button', { name: 'Ready', exact: true }).click();
  await bob.state('ready');
  await bob.page.locator('.event-feed li', { hasText: 'by eve' }).first().waitFor();
  await panel.getByLabel('Reason').fill('training');
  await panel.getByRole('button', { name: 'Not ready' }).click();
  await bob.state('not-ready');
  await bob.page.locator('deskline-agent-state .note', { hasText: 'training' }).waitFor();
  await eve.page.locator('deskline-timeline rect').first().waitFor({ state: 'attached' });
  await eve.page.locator('deskline-queue-board tbody tr').first().waitFor();
  await eve.page.locator('deskline-queue-charts canvas').waitFor({ timeout: 20_000 });
});

test('what happened is 300 lines, the newest first', async () => {
  const session = (await gateway.request('GET', '/sessions?limit=500')).body.items.find(
    ({ agent }) => agent === '1002',
  ).id;
  for (let n = 0; n < 310; ++n)
    assert.equal(
      (await gateway.setState(session, n % 2 ? 'not-ready' : 'ready', n % 2 ? { reason: 'round ' + n } : {})).status,
      200,
    );
  await bob.page.locator('.event-feed li', { hasText: 'round 309' }).first().waitFor();
  const lines = await bob.page.locator('.event-feed li').allTextContents();
  assert.equal(lines.length, 300);
  assert.match(lines[0], /round 309/);
});

test('a volume that one moves moves at the other, and not back: no echo, no jitter', async () => {
  const sample = (person) =>
    person.page.evaluate(() => {
      const slider = () =>
        document
          .querySelector('deskline-desk deskline-audio-mixer')
          .shadowRoot.querySelector('[aria-label="Volume of Softphone"]');
      globalThis.samples = [];
      globalThis.hand = undefined;
      slider().addEventListener('input', () => (hand = slider().value));
      const look = () => {
        samples.push([Number(slider().value), hand === undefined ? null : Number(hand)]);
        requestAnimationFrame(look);
      };
      look();
    });
  const first = ada.slider('Softphone');
  await first.fill('0');
  await until('both have it', async () => Number(await bob.slider('Softphone').inputValue()) === 0);
  await sleep(500);
  for (const person of [ada, bob]) await sample(person);
  const box = await first.boundingBox();
  await ada.page.mouse.move(box.x + 9, box.y + box.height / 2);
  await ada.page.mouse.down();
  for (let i = 1; i <= 40; ++i) {
    await ada.page.mouse.move(box.x + 9 + (box.width * 0.7 * i) / 40, box.y + box.height / 2);
    await sleep(25);
  }
  await ada.page.mouse.up();
  const final = Number(await first.inputValue());
  assert.ok(final > 0.5, 'it was moved');
  await until('the other follows', async () => Number(await bob.slider('Softphone').inputValue()) === final);
  await sleep(1000);
  const [mine, others] = [
    await ada.page.evaluate(() => samples),
    await bob.page.evaluate(() => samples.map(([value]) => value)),
  ];
  const jumps = mine.filter(
    ([value, hand], i) =>
      hand !== null && Math.abs(value - hand) > 1e-9 && !(i > 0 && Math.abs(mine[i - 1][1] - value) < 1e-9),
  );
  assert.deepEqual(jumps, [], "the hand's slider stands where the hand put it");
  assert.ok(
    others.every((value, i) => i === 0 || value >= others[i - 1]),
    'the other slider only rises: ' + others.filter((v, i) => v !== others[i - 1]),
  );
  assert.ok(new Set(others).size > 3, 'it follows the movement, not only its end');
  assert.equal(Number(await first.inputValue()), final);
  await bob.page.locator('deskline-audio-mixer li', { hasText: 'Softphone' }).getByText('by ada').waitFor();
});

test('a muted microphone is said plainly, and mended by a button', async () => {
  await bob.page.locator('deskline-headset .good').waitFor();
  await bob.page.getByRole('button', { name: 'Mute Microphone' }).click();
  await ada.page.locator('deskline-headset').getByText('Microphone is muted: callers will not hear you.').waitFor();
  await ada.page.locator('deskline-headset').getByRole('button', { name: 'Unmute' }).click();
  await bob.page.locator('deskline-headset .good').waitFor();
});

test('two tabs of one person share a connection; closing the first loses nothing', async () => {
  const streams = () => gateway.metric('streams');
  const before = await streams();
  const second = await bob.context.newPage();
  bob.watch(second);
  await second.goto(`${gateway.url}/#token=${gateway.token('agent', ['1002'], 'bob')}`);
  await second.locator('deskline-connection [data-status="live"]').waitFor();
  assert.equal(await streams(), before, 'no second stream');
  await bob.page.close();
  bob.page = second;
  await bob.press('Ready');
  await bob.state('ready');
  await seen('1002', 'ready');
  assert.equal(await streams(), before);
});

test(
  'the gateway is killed and comes back: all three recover by themselves, with the right state',
  { timeout: 120_000 },
  async () => {
    gateway.signal('SIGKILL');
    await gateway.exit;
    for (const person of [ada, bob, eve])
      await person.page
        .locator('deskline-connection [data-status="recovering"], deskline-connection [data-status="stale"]')
        .waitFor();
    await ada.shot('desk-recovering');
    const folder = gateway.folder;
    await sleep(1500);
    gateway = await startGateway({ ...options, folder });
    for (const person of [ada, bob, eve]) await person.live(60_000);
    // A new process of the switch knows no sessions: so it says, and so they show.
    const { body } = await gateway.request('GET', '/sessions');
    assert.deepEqual(body.items, []);
    await ada.page.getByText('No agent is signed in.').waitFor();
    await eve.page.getByText('Nobody is signed in.').waitFor();
    await ada.start('1001', 'Support', 'Line 1');
    await ada.press('Ready');
    await ada.state('ready');
    await seen('1001', 'ready');
    await row('1001').click();
    await eve.page.getByRole('button', { name: 'End the session of 1001 in Support' }).click();
    await ada.page.getByText('No session is open. Open one to take calls.').waitFor();
    await row('1001').getByText('Not ready').waitFor();
    const cut = /WebSocket|ERR_CONNECTION|Failed to load resource/;
    for (const person of [ada, bob, eve]) person.fine(cut);
  },
);

test('a token that is refused asks for another', async () => {
  const mallory = await Person.at(browser, gateway, '');
  await mallory.page.getByLabel('Token').fill('nonsense');
  await mallory.page.getByRole('button', { name: 'Use the token' }).click();
  await mallory.page.getByRole('alert').getByText('Sign in again').waitFor();
  await mallory.page.getByLabel('Token').fill(gateway.token('supervisor', [], 'eve'));
  await mallory.page.getByRole('button', { name: 'Use the token' }).click();
  await mallory.live();
  mallory.fine(/WebSocket/);
});
