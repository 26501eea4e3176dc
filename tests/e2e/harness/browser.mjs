// The desktop in Debian's Chromium.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

export const shots = resolve(import.meta.dirname, '../../../build/screenshots');
mkdirSync(shots, { recursive: true });
// The gateways have certificates of their own making; a context's ignoreHTTPSErrors does not reach a SharedWorker.
export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--ignore-certificate-errors',
];
export const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const launch = (more = []) => chromium.launch({ executablePath, args: [...flags, ...more] });

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
// What axe finds on a page by the rules with these tags, in words; and how many rules it found kept.
export async function axeFindings(page, tags) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(
    (values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }),
    tags,
  );
  return {
    findings: violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes
          .map((n) => n.target.join(' '))
          .slice(0, 3)
          .join(', ')}`,
    ),
    passes: passes.length,
  };
}

// A person at the desktop, in a browser context of its own. Errors of its console are kept; `strangers` are
// requests to other hosts than the gateway.
export class Person {
  complaints = [];
  strangers = [];
  static async at(browser, gateway, token, { view = '', ...options } = {}) {
    const person = new Person();
    person.gateway = gateway;
    person.context = await browser.newContext({
      ignoreHTTPSErrors: true,
      locale: 'en-GB',
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    person.page = await person.context.newPage();
    person.watch(person.page);
    person.context.on(
      'request',
      (request) =>
        new URL(request.url()).origin !== new URL(gateway.url).origin && person.strangers.push(request.url()),
    );
    await person.page.goto(`${gateway.url}/#token=${token}`);
    if (token) await person.live();
    if (view) await person.page.evaluate((name) => (location.hash = name), view);
    return person;
  }
  watch(page) {
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }
  live = (timeout = 30_000) => this.page.locator('deskline-connection [data-status="live"]').waitFor({ timeout });
  status = () => this.page.locator('deskline-connection p').getAttribute('data-status');
  state = (name, timeout = 30_000) =>
    this.page.locator(`deskline-agent-state .now .state[data-state="${name}"]`).waitFor({ timeout });
  press = (name) =>
    this.page.locator('deskline-agent-state .switch').getByRole('button', { name, exact: true }).click();
  slider = (name) => this.page.getByRole('slider', { name: 'Volume of ' + name });
  async start(agent, group, address) {
    const { page } = this;
    await page.getByLabel('Agent', { exact: true }).fill(agent);
    await page.getByLabel('PIN').fill(agent);
    await page.locator('select[name=acdGroup]').selectOption(group);
    await page.locator('select[name=address]').selectOption(address);
    await page.getByRole('button', { name: 'Start' }).click();
    await this.state('not-ready');
  }
  shot = (name, options = {}) => this.page.screenshot({ path: join(shots, name + '.png'), ...options });
  // Fails if the console had errors other than those that `allowed` matches, or a request went to another host.
  fine(allowed = /^$/) {
    assert.deepEqual(
      this.complaints.filter((text) => !allowed.test(text)),
      [],
    );
    assert.deepEqual(this.strangers, [], 'no request left the gateway');
  }
}
