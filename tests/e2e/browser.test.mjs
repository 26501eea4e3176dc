// The page in a real browser, with a real gateway. Chromium is Debian's.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { resolve, join } from 'node:path';
import { chromium } from 'playwright-core';
import { startGateway } from './harness.mjs';

const shots = resolve(import.meta.dirname, '../../build/screenshots');
let g, browser;
before(async () => {
  mkdirSync(shots, { recursive: true });
  g = await startGateway();
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
});
after(async () => {
  await browser?.close();
  await g?.stop();
});

test('a supervisor opens a session, sets it ready and moves a volume; a second window follows', async () => {
  const token = g.token('supervisor');
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage(), second = await (await browser.newContext({ ignoreHTTPSErrors: true, colorScheme: 'dark' })).newPage();
  const complaints = [];
  for (const p of [page, second]) p.on('console', (m) => m.type() === 'error' && complaints.push(m.text()));
  for (const p of [page, second]) await p.goto(`${g.url}/#token=${token}`);
  for (const p of [page, second]) await p.locator('#connection[data-state="live"]').waitFor();
  assert.ok(!page.url().includes('token'), 'the token does not stay in the address');
  await page.fill('#agent', '1001');
  await page.fill('#pin', '1001');
  await page.selectOption('#group', 'Sales');
  await page.selectOption('#address', 'Line 1');
  await page.click('text=Open a session');
  await page.click('#sessions button:has-text("Ready"):not(:has-text("Not"))');
  for (const p of [page, second]) await p.locator('#sessions .state[data-state="ready"]').waitFor();
  const slider = page.locator('input[aria-label="Volume of Softphone"]');
  await slider.fill('0.3');
  await second.locator('li:has(input[aria-label="Volume of Softphone"]) >> text=30 %').waitFor();
  await g.telephony({ do: 'call', group: 'Sales' });
  await page.locator('#sessions .state[data-state="busy-on-call"]').waitFor();
  await page.locator('#events li', { hasText: 'agent-session busy' }).first().waitFor();
  assert.equal(await page.locator('#sessions button', { hasText: 'Wrap-up' }).count(), 1);
  await page.screenshot({ path: join(shots, 'page-light.png') });
  await second.setViewportSize({ width: 360, height: 800 });
  await second.screenshot({ path: join(shots, 'page-dark-360.png') });
  assert.equal(await second.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'no sideways scrolling at 360 px');
  assert.deepEqual(complaints, []);
});

test('a refused command explains itself; a wrong token asks for another', async () => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(`${g.url}/#token=${g.token('supervisor')}`);
  await page.locator('#connection[data-state="live"]').waitFor();
  await page.fill('#agent', '1002');
  await page.fill('#pin', 'wrong');
  await page.click('text=Open a session');
  await page.locator('#message', { hasText: 'The switch refused the PIN' }).waitFor();
  const other = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await other.goto(`${g.url}/#token=nonsense`);
  await other.locator('#sign-in:not([hidden])').waitFor();
  await other.locator('#message', { hasText: 'The token was refused' }).waitFor();
});
