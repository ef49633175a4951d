// Answers that come late, and what is pressed or scanned meanwhile: nothing is lost, and
// nobody sees what was asked before in the place of what he asks now.
import { test } from 'node:test';
import { start } from '../story/people.js';
import { assert, becomes, person } from './pages.js';
import { scan, somethingIn, withSeller } from './staff.js';
import { say } from './words.js';

const t = say('ru');
const width = 1280;
let server, browser, seller, shop;
withSeller(start, t, width, (all) => ({ server, browser, seller, shop } = all));

/* The line keeps what is asked for there, until it goes by its number, or all does. */
async function hold(page, where) {
  const waiting = [];
  let open = false;
  await page.route(where, (route) => (open ? route.continue() : void waiting.push(route)));
  return {
    asked: (n) => becomes(() => waiting.length >= n, true, `${where} is asked ${n} times`),
    urls: () => waiting.map((route) => route.request().url()),
    async go(k) {
      const over = page.waitForEvent('requestfinished', (r) => r === waiting[k].request());
      await waiting[k].continue();
      await over;
    },
    async end() {
      open = true;
      for (const route of waiting) await route.continue().catch(() => undefined); // gone, or given up
    },
  };
}

test('three presses while the first is being written are three pieces more', async () => {
  const who = await person(browser, server.url, { width });
  const { page } = who;
  const thing = await somethingIn(seller.page, shop, false);
  await page.goto('/');
  await page.evaluate((id) => localStorage.setItem('shop', id), shop);
  await page.goto(`/product/${thing.slug}?variant=${thing.variant}`);
  await page.getByRole('button', { name: t('product.add') }).click();
  const field = page.locator('.acts .qty input');
  await field.waitFor();
  const line = await hold(page, '**/v1/basket');
  const more = page.getByRole('button', { name: t('kit.more_pieces') });
  for (let k = 0; k < 3; k++) await more.click();
  assert.equal(await field.inputValue(), '4', 'shown before it is written');
  await line.asked(1);
  assert.equal(line.urls().length, 1, 'one after the other');
  await line.end();
  await page.locator('.acts .qty[aria-busy="false"]').waitFor();
  assert.equal(await field.inputValue(), '4');
  const basket = await page.evaluate(async () => (await fetch('/v1/basket')).json());
  assert.equal(basket.lines.find((l) => l.variant_id === thing.variant).qty, 4);
  who.fine();
  await who.close();
});

test('more of a list is more of the list in sight, whichever answer came last', async () => {
  const who = await person(browser, server.url, { width });
  const { page } = who;
  await page.goto('/search?sort=price_asc');
  await page.locator('main a[href^="/product/"]').first().waitFor();
  const line = await hold(page, '**/v1/catalog/search?*');
  const sort = page.locator('main select').first();
  await sort.selectOption('price_desc');
  await line.asked(1);
  await sort.selectOption('stock');
  await line.asked(2);
  await line.go(1);
  await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'));
  await line.go(0);
  await line.end();
  const asked = page.waitForRequest('**/v1/catalog/search?*after=*');
  await page.getByRole('button', { name: t('listing.more') }).click();
  const url = new URL((await asked).url());
  const first = await page.evaluate(async (path) => (await fetch(path)).json(), line.urls()[1]);
  assert.deepEqual([url.searchParams.get('sort'), url.searchParams.get('after')], ['stock', first.next]);
  who.fine();
  await who.close();
});

test('the desk opens who was chosen, and no list of a later question over him', async () => {
  const who = await person(browser, server.url, { width });
  const { page } = who;
  await page.goto('/desk');
  await page.getByLabel(t('staff.login')).fill('operator');
  await page.getByLabel(t('staff.password')).fill('prilavok');
  await page.getByRole('button', { name: t('staff.enter') }).click();
  const field = page.getByRole('combobox', { name: t('desk.find') });
  await field.fill('иванов');
  const list = page.getByRole('listbox', { name: t('desk.found') });
  await list.getByRole('option').first().waitFor();
  const line = await hold(page, '**/v1/find?*');
  await field.pressSequentially('а');
  await line.asked(1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/desk\/.+/);
  await line.end();
  await page.evaluate(async () => (await fetch('/healthz')).text());
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await field.getAttribute('aria-expanded'), 'false');
  who.wrong.length = 0; // the question that nobody waits for is broken off
  await who.close();
});

test('what is scanned while a sale is told is the next buyer\'s', async () => {
  const { page } = seller;
  const [one, two] = [await somethingIn(page, shop, false), await somethingIn(page, shop, true)];
  await page.goto('/till');
  await page.getByRole('combobox').waitFor();
  await scan(page, one.sku);
  await page.getByRole('cell', { name: one.name }).first().waitFor();
  const line = await hold(page, '**/v1/till/sale');
  await page.keyboard.press('F8');
  await page.keyboard.press('F10');
  await line.asked(1);
  await scan(page, two.sku);
  await line.end();
  await page.getByPlaceholder(t('sale.serial_hint')).waitFor();
  await page.getByRole('cell', { name: one.name }).first().waitFor({ state: 'detached' });
  const [sale] = server.sql('SELECT COUNT(*) FROM order_line l JOIN till_sale s ON s.customer_id = l.customer_id AND s.order_id = l.order_id').trim().split('\n');
  assert.equal(sale, '1', 'the sale is what it was when it was closed');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: t('basket.take_out', { name: two.name }) }).click();
  seller.fine();
});

test('the box that is scanned while its order is looked for is the order\'s', async () => {
  const { page } = seller;
  const thing = await somethingIn(page, shop, true);
  const order = await page.evaluate(
    async ([place_id, variant_id]) => {
      const write = async (path, body) => {
        const reply = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), 'x-csrf-token': document.cookie.match(/prilavok_csrf=([^;]+)/)[1] }, body: JSON.stringify(body) });
        if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`);
        return reply.text();
      };
      const made = JSON.parse(await write('/v1/order', { kind: 'pickup', channel: 'phone', place_id, name: 'Пётр', phone: '+79035550102', lines: [{ variant_id, qty: 1 }] }));
      await write(`/v1/order/${made.id}/pick`, { place_id });
      await write(`/v1/order/${made.id}/ready`, { place_id, lines: [{ line_no: 1, qty: 1 }] });
      return made;
    },
    [shop, thing.variant],
  );
  const code = await fetch(`${server.url}/v1/order/${order.token}`).then(async (r) => (await r.json()).fulfilments.find((f) => f.code).code);
  await page.goto('/till/handover');
  await page.getByLabel(t('hand.code')).waitFor();
  const line = await hold(page, '**/v1/order/handover?*');
  await scan(page, code);
  await line.asked(1);
  await scan(page, '356938035643809');
  await line.end();
  await page.getByRole('button', { name: t('hand.give') }).waitFor();
  const serial = page.getByPlaceholder(t('sale.serial_hint'));
  await becomes(() => serial.inputValue(), '356938035643809');
  seller.fine();
});

test('who asks faster than the line answers sees the answers all the same', async () => {
  const who = await person(browser, server.url, { width });
  const { page } = who;
  await page.goto('/office');
  await page.getByLabel(t('staff.login')).fill('owner');
  await page.getByLabel(t('staff.password')).fill('prilavok');
  await page.getByRole('button', { name: t('staff.enter') }).click();
  await page.locator('.office').waitFor();
  const id = await page.evaluate(async () => {
    const reply = await fetch('/v1/exchange/csv/prices?dry_run=true&name=late.csv', { method: 'POST', headers: { 'idempotency-key': crypto.randomUUID(), 'x-csrf-token': document.cookie.match(/prilavok_csrf=([^;]+)/)[1] }, body: 'sku;price\nNO-SUCH;10\n' });
    return (await reply.json()).id;
  });
  /* Half a second between two questions; the first says "running", the others take twice
   * as long. */
  let n = 0;
  await page.route(`**/v1/exchange/run/${id}`, async (route) => {
    const answer = await route.fetch();
    const run = await answer.json();
    const first = !n++;
    if (!first) await new Promise((later) => setTimeout(later, 1000));
    await route.fulfill({ response: answer, json: first ? { ...run, state: 'running' } : run });
  });
  await page.goto(`/office/run/${id}`);
  await page.locator('main .tag', { hasText: t('run_state.done') }).first().waitFor();
  who.fine();
  await who.close();
});
