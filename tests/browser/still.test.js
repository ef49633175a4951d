// Nothing that is in sight moves because something else has come: not when pictures are
// late, nor shops, promises, slots or the basket.
import { after, before, describe, test } from 'node:test';
import { assert, becomes, open, person } from './pages.js';
import { start } from '../support/server.js';

const LATE_MS = 300;
let server, browser, tile;
before(async () => {
  server = await start();
  browser = await open();
  tile = (await (await fetch(`${server.url}/v1/catalog/search?in_stock=true&limit=1`)).json()).items[0];
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/* What moved, with the share of the screen that did (the browser's layout shift). */
const watch = (page) =>
  page.addInitScript(() => {
    globalThis.moved = [];
    const name = ({ node, previousRect: was, currentRect: is }) => `${was.y}+${was.height} -> ${is.y}+${is.height} ${(node?.outerHTML ?? node?.textContent ?? '').slice(0, 80)}`;
    new PerformanceObserver((list) => {
      for (const e of list.getEntries()) globalThis.moved.push({ share: e.value, what: e.sources.map(name) });
    }).observe({ type: 'layout-shift', buffered: true });
  });

/* What is asked for and not answered; the stream of news never is. */
function answers(page) {
  page.underWay = new Set();
  page.on('request', (r) => r.resourceType() !== 'eventsource' && page.underWay.add(r));
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (r) => page.underWay.delete(r));
}

async function stands(page, path) {
  page.underWay.clear();
  await page.goto(path);
  await page.locator('#app > .first').waitFor({ state: 'detached' });
  await becomes(() => page.underWay.size === 0 && page.locator('.bone:visible').count(), 0, `${path}: all has come`);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const moved = await page.evaluate(() => globalThis.moved);
  assert.ok(moved.reduce((all, m) => all + m.share, 0) < 0.005, `${path}: ${JSON.stringify(moved)}`);
}

for (const width of [360, 1280])
  describe(`${width} px`, () => {
    let who, page;
    before(async () => {
      who = await person(browser, server.url, { width });
      page = who.page;
      await watch(page);
      answers(page);
      const late = async (route) => {
        await new Promise((later) => setTimeout(later, LATE_MS));
        await route.continue().catch(() => undefined); // the page was left
      };
      await page.route('**/exchange/media/**', late);
      await page.route('**/v1/**', late);
    });
    after(() => who.close());

    test('home, a search, a product', async () => {
      for (const path of ['/', '/search?q=смартфон', `/product/${tile.slug}`]) await stands(page, path);
    });

    test('a basket, its checkout in each way, and home once it is known that there is one', async () => {
      await page.goto('/');
      await page.evaluate(async (variant_id) => {
        const token = document.cookie.match(/prilavok_csrf=([^;]+)/)?.[1] ?? '';
        const head = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), 'x-csrf-token': token };
        const answer = await fetch('/v1/basket', { method: 'PUT', headers: head, body: JSON.stringify({ lines: [{ variant_id, qty: 1 }] }) });
        if (!answer.ok) throw new Error(await answer.text());
      }, tile.variant_id);
      for (const path of ['/basket', '/checkout', '/checkout?kind=reserve', '/checkout?kind=delivery', '/orders', '/compare']) await stands(page, path);
      await page.goto('/');
      await page.locator('.going a').waitFor();
      await stands(page, '/');
      who.fine();
    });
  });
