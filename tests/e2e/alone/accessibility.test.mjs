// WCAG 2.2 AA by axe, the desktop by keyboard alone, and pictures of it at three widths in both themes
// (build/screenshots).
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway, until } from '../harness/harness.mjs';
import { Person, axeFindings, launch, wcag } from '../harness/browser.mjs';

let gateway, browser;
before(async () => {
  gateway = await startGateway();
  browser = await launch();
  for (const [agent, group] of [
    ['1002', 'Sales'],
    ['1003', 'Support'],
    ['1004', 'Billing'],
    ['1005', 'Sales'],
    ['1006', 'Support'],
  ]) {
    const session = await gateway.signIn(agent, group);
    if (agent !== '1006') await gateway.setState(session, 'ready');
  }
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});
const agent = () => gateway.token('agent', ['1001'], 'ada');

async function check(person, where) {
  const { findings, passes } = await axeFindings(person.page, [...wcag, 'best-practice']);
  assert.ok(passes > 15, 'axe looked');
  assert.deepEqual(
    findings.map((finding) => `${where}: ${finding}`),
    [],
  );
  return passes;
}

let checked = 0,
  states = 0;
for (const colorScheme of ['light', 'dark'])
  for (const width of [360, 1024, 1920])
    test(`${width} px, ${colorScheme}: axe finds nothing, nothing scrolls sideways`, async () => {
      await gateway.request('DELETE', '/agents/1001'); // left by a width that failed
      const name = `${width}-${colorScheme}`,
        options = { colorScheme, viewport: { width, height: width === 360 ? 800 : 1000 } };
      const nobody = await Person.at(browser, gateway, '', options);
      await nobody.page.getByLabel('Token').waitFor();
      ((checked += await check(nobody, 'signing in')), states++);
      await nobody.shot('sign-in-' + name);
      await nobody.context.close();
      const ada = await Person.at(browser, gateway, agent(), options);
      await ada.page.getByText('No agent is signed in.').waitFor();
      ((checked += await check(ada, 'empty desk')), states++);
      await ada.shot('desk-empty-' + name, { fullPage: true });
      await ada.start('1001', 'Billing', 'Line 1');
      await ada.press('Ready');
      await ada.state('ready');
      if (colorScheme === 'dark') await ada.page.getByRole('button', { name: 'Mute Microphone' }).click();
      await gateway.telephony({ do: 'call', group: 'Billing' });
      await gateway.telephony({ do: 'call', group: 'Billing' });
      await ada.state('busy-on-call', 60_000);
      ((checked += await check(ada, 'desk')), states++);
      await ada.shot('desk-' + name, { fullPage: true });
      const eve = await Person.at(browser, gateway, gateway.token('supervisor', [], 'eve'), options);
      await eve.page.locator('deskline-agent-board [data-agent="1001"]').click();
      await eve.page.locator('deskline-timeline rect').first().waitFor({ state: 'attached' });
      await eve.page.locator('deskline-queue-charts canvas').waitFor({ timeout: 20_000 });
      ((checked += await check(eve, 'team')), states++);
      await eve.shot('team-' + name, { fullPage: true });
      for (const person of [ada, eve]) {
        assert.equal(
          await person.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
          true,
          'no sideways scrolling',
        );
        person.fine();
      }
      if (colorScheme === 'dark') await ada.page.getByRole('button', { name: 'Mute Microphone' }).click();
      await ada.page.getByRole('button', { name: 'Sign agent 1001 out' }).click();
      await ada.page.getByText('No agent is signed in.').waitFor();
      await ada.context.close();
      await eve.context.close();
    });
test('axe looked at all of it', () => {
  assert.equal(states, 24);
  console.log(`# axe: ${states} pages (four at three widths in two themes), ${checked} rules passed, 0 violations`);
});

// Presses Tab until the focus is on what has this text. Everything on the way shows that it has the focus.
function tabbing(page) {
  // The element that has the focus, through shadow roots, and whether its focus ring can be seen.
  const focused = () =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return {
        text:
          element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent.trim() ?? element.textContent.trim(),
        outline: getComputedStyle(element).outlineStyle,
        tag: element.localName,
      };
    });
  const stops = [];
  return async (text, most = 60) => {
    for (let i = 0; i < most; ++i) {
      await page.keyboard.press('Tab');
      const at = await focused();
      stops.push(at.text);
      assert.ok(at.tag === 'body' || at.outline !== 'none', `the focus on "${at.text}" can be seen`);
      if (at.text.startsWith(text)) return at;
    }
    throw new Error(`Tab never came to "${text}", but to: ${stops.slice(-most).join(' | ')}`);
  };
}

// A volume and a mute, with the arrow keys and Enter.
async function setVolumeByKeyboard(ada, tabTo) {
  const { page } = ada,
    { keyboard } = page;
  await tabTo('Volume of Softphone');
  const before = Number(await ada.slider('Softphone').inputValue());
  await keyboard.press(before > 0.5 ? 'ArrowLeft' : 'ArrowRight');
  await until('the volume has moved', async () =>
    (await gateway.request('GET', '/audio/sessions')).body.items.some(
      (s) => s.displayName === 'Softphone' && Math.abs(s.volume - before) > 0.005,
    ),
  );
  await tabTo('Mute Softphone');
  await keyboard.press('Enter');
  await page.getByRole('button', { name: 'Mute Softphone', pressed: true }).waitFor();
  await keyboard.press('Enter');
}

async function chooseGermanByKeyboard(ada, tabTo) {
  const { page } = ada,
    { keyboard } = page;
  await tabTo('Settings');
  await keyboard.press('Enter');
  await tabTo('Language');
  await keyboard.press('d');
  await page.getByText('Mein Platz').or(page.getByText('Was geschah')).first().waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  // earlier lines are put into the new language too
  await page.locator('.event-feed li', { hasText: 'Nicht bereit' }).first().waitFor();
  await ada.shot('desk-german');
}

test('the keyboard tour: signing in, a session, ready, a volume, a filter, sign-out, without a pointer', async () => {
  const ada = await Person.at(browser, gateway, '');
  const { page } = ada,
    { keyboard } = page;
  const tabTo = tabbing(page);
  await tabTo('Token');
  await keyboard.type(agent());
  await keyboard.press('Enter');
  await ada.live();
  await page.getByText('No agent is signed in.').waitFor();
  await tabTo('PIN');
  await keyboard.type('1001');
  await tabTo('Group');
  await keyboard.type('Sup');
  await tabTo('Start');
  await keyboard.press('Enter');
  await ada.state('not-ready');
  await tabTo('Ready');
  await keyboard.press('Space');
  await ada.state('ready');
  await setVolumeByKeyboard(ada, tabTo);
  await tabTo('Find');
  await keyboard.type('1001');
  await page.locator('.event-feed li').first().waitFor();
  await chooseGermanByKeyboard(ada, tabTo);
  await tabTo('Abmelden');
  await keyboard.press('Enter');
  await page.getByLabel('Token').waitFor();
  await gateway.request('DELETE', '/agents/1001');
  ada.fine();
  await ada.context.close();
});

test('the board by keyboard: arrows choose an agent, Home and End too', async () => {
  const eve = await Person.at(browser, gateway, gateway.token('supervisor', [], 'eve'));
  await eve.page.locator('deskline-agent-board [data-agent]').first().waitFor();
  await eve.page.locator('deskline-agent-board .view').focus();
  const chosen = () =>
    eve.page.locator('deskline-agent-board [aria-selected="true"]').first().getAttribute('data-agent');
  await eve.page.keyboard.press('Home');
  await until('the first', async () => (await chosen()) === '1004'); // Billing comes first
  await eve.page.keyboard.press('ArrowDown');
  await until('the second', async () => (await chosen()) === '1002');
  await eve.page.keyboard.press('End');
  await until('the last', async () => (await chosen()) === '1006');
  await eve.page.keyboard.press('ArrowUp');
  await until('the last but one', async () => (await chosen()) === '1003');
  await eve.page.getByText('Agent 1003').waitFor();
  await eve.context.close();
});

test('it can be installed: Chromium has nothing against it', async () => {
  const ada = await Person.at(browser, gateway, agent());
  const cdp = await ada.context.newCDPSession(ada.page);
  const { errors } = await cdp.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors');
  // A test's contexts are incognito, from which no page can be installed.
  assert.deepEqual(
    installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'),
    [],
  );
  await ada.context.close();
});

test('high contrast and reduced motion: states are told by words and borders, nothing moves', async () => {
  const ada = await Person.at(browser, gateway, agent(), { forcedColors: 'active', reducedMotion: 'reduce' });
  await ada.start('1001', 'Sales', 'Line 1');
  assert.notEqual(
    await ada.page.locator('deskline-agent-state .now .state').evaluate((e) => getComputedStyle(e).borderStyle),
    'none',
  );
  const moving = await ada.page.evaluate(() => document.getAnimations().length);
  assert.equal(moving, 0);
  await ada.shot('desk-high-contrast');
  await ada.page.getByRole('button', { name: 'Sign agent 1001 out' }).click();
  await ada.page.getByText('No agent is signed in.').waitFor();
  await ada.context.close();
});

test('an administrator sees the host: sources, streams, keys, webhooks, the audit, the log level; axe finds nothing', async () => {
  gateway.key('crm', '--scopes', 'agents:read');
  await until('the gateway has it', async () => (await gateway.request('GET', '/keys')).body.items.length === 1);
  await gateway.request('POST', '/webhooks', { url: 'https://crm.example/hook', types: ['agent-session'] });
  for (const [name, options] of [
    ['light', {}],
    ['dark-360', { colorScheme: 'dark', viewport: { width: 360, height: 800 } }],
  ]) {
    const root = await Person.at(browser, gateway, gateway.token('admin', [], 'root'), options);
    await root.page.getByRole('link', { name: 'Host' }).click();
    const { page } = root;
    await page.locator('#host-connections').locator('..').getByText('root').first().waitFor();
    await page.getByText('https://crm.example/hook').first().waitFor();
    await page.locator('#host-keys').locator('..').getByText('agents:read').waitFor();
    const audit = page.locator('section[aria-labelledby=host-audit]');
    await until('the oldest entry, page by page', async () => {
      if (await audit.getByText('sign-in of agent 1002').count()) return true;
      if (await audit.getByRole('button', { name: 'Older' }).count())
        await audit.getByRole('button', { name: 'Older' }).click();
    });
    await page.locator('summary', { hasText: 'Deliveries' }).click();
    await page
      .getByText('Nothing was posted yet.')
      .or(page.locator('#host-webhooks').locator('..').locator('td').first())
      .first()
      .waitFor();
    checked += await check(root, 'host');
    await page.locator('section[aria-labelledby=host-level] select').selectOption('debug');
    await until('it is set', async () => (await gateway.request('GET', '/log-level')).body.level === 'debug');
    await page.locator('section[aria-labelledby=host-level] select').selectOption('info');
    await root.shot('host-' + name, { fullPage: true });
    assert.equal(
      await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
      true,
      'no sideways scrolling',
    );
    root.fine();
    await root.context.close();
  }
  const eve = await Person.at(browser, gateway, gateway.token('supervisor', [], 'eve'), { view: 'host' });
  assert.equal(await eve.page.getByRole('link', { name: 'Host' }).count(), 0, "it is the administrators'");
  await eve.context.close();
});
