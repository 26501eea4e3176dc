// The components in pages that are not the desktop's: their stories, a CRM's page and a frame in it; and tabs that
// share a connection.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { sleep, startGateway, until } from '../harness/harness.mjs';
import { journalOf } from '../harness/clients.mjs';
import { Person, axeFindings, launch, shots, wcag } from '../harness/browser.mjs';
import { join } from 'node:path';

const tags = [
  'deskline-connection',
  'deskline-agent-state',
  'deskline-sessions',
  'deskline-call',
  'deskline-audio-mixer',
  'deskline-queue-board',
  'deskline-agent-board',
  'deskline-timeline',
];
let gateway, browser, session;
before(async () => {
  gateway = await startGateway();
  browser = await launch();
  session = await gateway.signIn('1001', 'Sales');
  await gateway.setState(session, 'ready');
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});
const open = async (path, token = gateway.token('agent', ['1001'], 'ada')) => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' }),
    page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => message.type() === 'error' && page.complaints.push(message.text()));
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  await page.goto(`${gateway.url}/${path}#token=${token}`);
  return page;
};

for (const tag of tags)
  test(`the story of <${tag}>: it stands alone, and axe finds nothing`, async () => {
    const page = await open(`stories/${tag}.html`);
    await until('it shows something', () =>
      page
        .locator(tag)
        .evaluate(
          (element) =>
            element.client?.freshness.status === 'live' &&
            !/Connecting/.test(element.shadowRoot.textContent) &&
            element.shadowRoot.textContent.trim().length > 3,
        ),
    );
    assert.deepEqual((await axeFindings(page, wcag)).findings, []);
    assert.deepEqual(page.complaints, []);
    assert.match(await page.locator('main').textContent(), /gateway/);
    await page.context().close();
  });

test("a CRM's page: one connection for all its elements, its own colours, the pop; and in a frame by postMessage", async () => {
  const streams = () => gateway.metric('streams');
  await until('nobody is left', async () => (await streams()) === 0);
  const page = await open('examples/crm.html');
  await page.locator('main > aside deskline-agent-state .now .state[data-state="ready"]').waitFor();
  const frame = page.frameLocator('#frame');
  await frame.locator('deskline-agent-state .now .state[data-state="ready"]').waitFor();
  assert.equal(await streams(), 2, 'the page and the frame');
  assert.equal(
    await page
      .locator('main > aside deskline-agent-state .switch button')
      .first()
      .evaluate((button) => getComputedStyle(button).fontFamily.includes('Georgia')),
    true,
  );
  await gateway.telephony({ do: 'call', group: 'Sales' });
  await page.locator('#pop', { hasText: 'Opening the page of' }).waitFor({ timeout: 30_000 });
  await page.locator('#told', { hasText: 'The frame tells of a call' }).waitFor();
  await page
    .locator('main > aside deskline-agent-state .now .state[data-state="busy-on-call"]')
    .waitFor({ timeout: 60_000 });
  await page.screenshot({ path: join(shots, 'crm.png'), fullPage: true });
  assert.deepEqual(page.complaints, []);
  await page.locator('deskline-audio-mixer').evaluate((element) => element.remove());
  await page.evaluate(() =>
    document
      .querySelectorAll('deskline-connection, deskline-agent-state, deskline-call')
      .forEach((element) => element.remove()),
  );
  await until("the page's connection ends with its last element", async () => (await streams()) === 1);
  await page.context().close();
});

for (const how of ['SharedWorker', 'an elected tab'])
  test(`three tabs, one connection by ${how}: the one that leads is closed during events, and no event is lost or told twice`, async () => {
    const streams = () => gateway.metric('streams');
    await until('nobody is left', async () => (await streams()) === 0);
    const token = gateway.token('supervisor', [], 'eve');
    const first = await Person.at(browser, gateway, '');
    if (how !== 'SharedWorker') await first.context.addInitScript(() => delete globalThis.SharedWorker);
    const pages = [];
    for (let i = 0; i < 3; ++i) {
      const page = i ? await first.context.newPage() : first.page;
      await page.goto(`${gateway.url}/?tab=${i}#token=${token}`);
      await page.locator('deskline-connection [data-status="live"]').waitFor();
      await page.evaluate(() => {
        const { client } = document.querySelector('deskline-team');
        globalThis.numbers = [];
        globalThis.resets = 0;
        globalThis.from = Number(client.state.cursor.split('-').at(-1));
        client.on(
          'event',
          ({ id, type }) => type.startsWith('deskline.audio.') || numbers.push(Number(id.split('-').at(-1))),
        );
        client.on('reset', () => ++globalThis.resets);
      });
      pages.push(page);
    }
    assert.equal(await streams(), 1);
    for (let i = 0; i < 40; ++i) {
      await gateway.telephony({ do: 'burst', events: 25 });
      if (i === 12) await pages[0].close();
      if (i === 25) await pages[1].close();
      await sleep(30);
    }
    const last = pages[2],
      types = 'agent-session,agent,call,queue,source,acd-group,agent-handler,webhook';
    await last.locator('deskline-connection [data-status="live"]').waitFor();
    assert.equal(await streams(), 1);
    const told = await journalOf(gateway, types),
      { from } = await last.evaluate(() => ({ from }));
    await until('it has heard all', () => last.evaluate((number) => numbers.at(-1) >= number, told.at(-1)));
    const { numbers, resets } = await last.evaluate(() => ({ numbers, resets }));
    assert.equal(resets, 0);
    assert.deepEqual(
      numbers,
      told.filter((number) => number > from),
    );
    assert.ok(numbers.length >= 1000, 'there were events');
    await first.context.close();
  });

test('a CRM of another origin: one script tag from the gateway, where its origin is allowed; refused where it is not', async () => {
  const html = `<!doctype html><html lang="en"><head><title>CRM</title><link rel="icon" href="data:," />
    <script src="GATEWAY/components.js" defer></script></head><body>
    <deskline-connection gateway="GATEWAY"></deskline-connection>
    <deskline-agent-state gateway="GATEWAY"></deskline-agent-state>
    <script>document.querySelector('deskline-agent-state').token = () =>
      new URLSearchParams(location.hash.slice(1)).get('token');</script></body></html>`;
  let served = '';
  const serve = async () => {
    const server = http.createServer((_, answer) =>
      answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(served),
    );
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    return { server, origin: `http://127.0.0.1:${server.address().port}` };
  };
  const friend = await serve(),
    stranger = await serve();
  const other = await startGateway({ config: `[server]\nallowed_origins = ["${friend.origin}"]\n` });
  served = html.replaceAll('GATEWAY', other.url);
  await other.signIn('1001', 'Sales');
  const token = other.token('agent', ['1001'], 'ada'),
    context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(`${friend.origin}/#token=${token}`);
  await page.locator('deskline-connection [data-status="live"]').waitFor();
  await page.locator('deskline-agent-state').getByRole('button', { name: 'Ready', exact: true }).click();
  await page.locator('deskline-agent-state .now .state[data-state="ready"]').waitFor();
  const refused = await context.newPage();
  await refused.goto(`${stranger.origin}/#token=${token}`);
  await refused.locator('deskline-connection [data-status="connecting"]').waitFor();
  await sleep(1500);
  assert.equal(await refused.locator('deskline-connection [data-status="live"]').count(), 0);
  await context.close();
  for (const { server } of [friend, stranger]) (server.closeAllConnections(), server.close());
  await other.stop();
});
