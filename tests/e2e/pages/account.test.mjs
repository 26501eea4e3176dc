// Who is signed in at the desktop: no link replaces them without asking, a made-up token does not get another tab's
// copy, and the page sends requests to its gateway alone.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway, until } from '../harness/harness.mjs';
import { Person, launch } from '../harness/browser.mjs';

let gateway, browser;
before(async () => {
  gateway = await startGateway();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});
const who = (page) => page.locator('.who').textContent();

test('a link with a token asks whoever is signed in; without anybody it signs in', async () => {
  const eve = gateway.token('supervisor', [], 'eve'),
    bob = gateway.token('agent', ['1002'], 'bob');
  const person = await Person.at(browser, gateway, eve),
    { page } = person;
  const offer = page.getByRole('alertdialog', { name: 'Sign in as somebody else?' });
  for (const address of [`/#token=${bob}`, `/?opened=anew#token=${bob}`]) {
    await page.goto(gateway.url + address);
    await offer.waitFor();
    await until('eve is there', async () => (await who(page)) === 'eve');
    await offer
      .getByText('You are signed in as eve. The link that you have followed would sign you in as bob.')
      .waitFor();
    assert.ok(!page.url().includes('token'), 'the token does not stay in the address');
    await offer.getByRole('button', { name: 'Stay eve' }).click();
    await offer.waitFor({ state: 'detached' });
    await page.reload();
    await person.live();
    assert.equal(await who(page), 'eve', 'she stays');
    assert.equal(await offer.count(), 0);
  }
  await page.goto(`${gateway.url}/#token=${bob}`);
  await offer.getByRole('button', { name: 'Sign in as bob' }).click();
  await until('bob is there', async () => (await who(page)) === 'bob');
  await offer.waitFor({ state: 'detached' });
  person.fine();
  await person.context.close();
});

test('a made-up token that says the same as another tab’s sees nothing of its copy', async () => {
  const token = gateway.token('supervisor', [], 'eve'),
    [header, claims, signature] = token.split('.');
  const madeUp = [header, claims, (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1)].join('.');
  const person = await Person.at(browser, gateway, token);
  const second = await person.context.newPage();
  let shown = false;
  await second.exposeFunction('shows', () => (shown = true));
  await second.addInitScript(() =>
    setInterval(() => document.querySelector('deskline-team, .who:not(:empty)') && shows(), 5),
  );
  await second.goto(`${gateway.url}/#token=${madeUp}`);
  await second.getByRole('alert').getByText('Sign in again').waitFor();
  assert.equal(shown, false);
  assert.equal(await gateway.metric('streams'), 1, 'only the first tab has a stream');
  await person.context.close();
});

test('the page may talk to its gateway, over WebSockets too, and to no other', async () => {
  const person = await Person.at(browser, gateway, gateway.token('supervisor', [], 'eve'));
  const refused = (address) =>
    person.page.evaluate(
      (to) =>
        new Promise((done) => {
          addEventListener('securitypolicyviolation', ({ effectiveDirective }) => done(effectiveDirective), {
            once: true,
          });
          const socket = new WebSocket(to);
          socket.onopen = () => done('open');
          socket.onclose = () => done('it was tried');
        }),
      address,
    );
  assert.equal(await refused('wss://elsewhere.test/'), 'connect-src');
  const port = new URL(gateway.url).port;
  assert.equal(await refused(`wss://127.0.0.1:${Number(port) - 1}/`), 'connect-src', 'another port is another one');
  assert.equal(await refused(gateway.url.replace('https', 'wss') + '/api/v1/stream'), 'open');
  await person.context.close();
});
