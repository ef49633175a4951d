// A day on the floor, the rest of it: goods come in, a shelf is given its place, orders
// are walked for by aisle, a defect stands aside until somebody decides, what was
// promised and sold goes elsewhere, a camera reads what a scanner would.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { person as caller, start } from '../support/server.js';
import { picture } from './camera.js';
import { assert, judge, open, person, ways } from './pages.js';
import { codeOf, enterTill, scan } from './staff.js';
import { say } from './words.js';

let server, browser, manager, second, here, there, goods;
const must = async (who, method, path, body) => {
  const answer = await who.call(method, path, body, { 'idempotency-key': randomUUID() });
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};

before(async () => {
  server = await start();
  browser = await open();
  manager = caller(server);
  here = (await manager.login('manager')).place_id;
  second = caller(server);
  there = (await second.login('manager2')).place_id;
  const list = await must(manager, 'GET', `/v1/catalog/search?place_id=${here}&in_stock=true&limit=100`);
  goods = [];
  for (const tile of list.items) {
    const { product_id, variant_id, name } = tile;
    const item = await must(manager, 'GET', `/v1/catalog/variant/${variant_id}`);
    goods.push({ product: product_id, variant: variant_id, name, sku: item.sku, tracked: item.unit_tracked, price: tile.price_minor });
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const level = async (variant, place = here) => (await must(manager, 'GET', `/v1/stock/variant/${variant}`)).items.find((s) => s.place_id === place) ?? { free: 0, on_hand: 0, held: 0 };
/* The next goods nobody here has touched, with so many pieces free. */
async function something(tracked, least = 2) {
  for (;;) {
    const at = goods.findIndex((g) => g.tracked === tracked);
    assert.ok(at >= 0, 'goods are left for the test');
    const [g] = goods.splice(at, 1);
    const { free } = await level(g.variant);
    if (free >= least && free < 60) return { ...g, free };
  }
}
const pickup = (g, qty, name, phone) => must(manager, 'POST', '/v1/order', { kind: 'pickup', channel: 'phone', place_id: here, name, phone, lines: [{ variant_id: g.variant, qty }] });

for (const [width, lang] of ways([1280, 'ru'], [360, 'en'])) {
  describe(`at ${width} px in ${lang}`, () => {
    const t = say(lang);
    const tag = `${width}-${lang}`;
    const digit = lang === 'ru' ? '1' : '2';
    let who;
    before(async () => {
      who = await person(browser, server.url, { width, lang });
      assert.equal(await enterTill(who, t, 'manager'), here);
    });
    after(() => who.close());

    test('a delivery is scanned in: pieces add up, numbered ones by their numbers', async () => {
      const { page } = who;
      const [cover, phone] = [await something(false), await something(true, 1)];
      const before = [await level(cover.variant), await level(phone.variant)];
      await page.goto('/till/goods');
      await page.getByRole('button', { name: t('goods.free') }).click();
      await page.getByRole('combobox', { name: t('goods.scan') }).waitFor();
      await scan(page, cover.sku);
      await page.locator(`[data-variant="${cover.variant}"]`).waitFor();
      await scan(page, cover.sku);
      await page.waitForFunction((id) => document.querySelector(`[data-variant="${id}"] input`)?.value === '2', cover.variant);
      await scan(page, phone.sku);
      const row = page.locator(`[data-variant="${phone.variant}"]`);
      await row.waitFor();
      await row.getByRole('textbox').focus();
      await scan(page, `SN-${tag}-001`.toUpperCase());
      await row.getByText(`SN-${tag}-001`.toUpperCase()).waitFor();
      await judge(page, `till-goods-${tag}`, { width });
      await page.keyboard.press('F10');
      await page.getByRole('button', { name: t('goods.free') }).waitFor();
      assert.equal((await level(cover.variant)).on_hand, before[0].on_hand + 2);
      assert.equal((await level(phone.variant)).on_hand, before[1].on_hand + 1);
      who.fine();
    });

    test('a transfer is taken in as it came: what is missing is told to who sent it', async () => {
      const { page } = who;
      const g = await something(false, 1);
      await must(second, 'POST', '/v1/stock/receive', { place_id: there, lines: [{ variant_id: g.variant, qty: 3 }] });
      const made = await must(second, 'POST', '/v1/stock/transfer', { place_id: there, to_place_id: here, lines: [{ variant_id: g.variant, qty: 3 }] });
      await must(second, 'POST', `/v1/stock/transfer/${made.id}/send`, {});
      const { on_hand } = await level(g.variant);
      await page.goto('/till/goods');
      await page.getByRole('button', { name: t('goods.take') }).first().click();
      const row = page.locator(`[data-variant="${g.variant}"]`);
      await row.waitFor();
      await scan(page, g.sku);
      await scan(page, g.sku);
      await row.getByText(t('goods.of', { n: 2, of: 3 })).waitFor();
      await page.keyboard.press('F10');
      await page.getByText(t('goods.none')).waitFor();
      assert.equal((await level(g.variant)).on_hand, on_hand + 2);
      assert.equal((await must(second, 'GET', `/v1/stock/transfer/${made.id}`)).state, 'received');
      who.fine();
    });

    test('a thing is given its shelf, and all orders are walked for by aisle', async () => {
      const { page } = who;
      const [a, b] = [await something(false), await something(false)];
      const first = await pickup(a, 1, 'Вера', `+7916000100${digit}`);
      await pickup(b, 2, 'Глеб', `+7916000101${digit}`);
      await must(manager, 'PUT', '/v1/stock/shelf', { place_id: here, lines: [{ variant_id: b.variant, aisle: 'A', shelf: '1' }] });
      await page.goto('/till/picking');
      await page.locator('.orders button').filter({ hasText: first.number }).click();
      await page.getByRole('button', { name: t('pick.no_spot') }).click();
      await page.getByLabel(t('pick.where'), { exact: true }).fill('B / 12');
      await judge(page, `till-spot-${tag}`, { width });
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: t('pick.spot', { at: 'B / 12' }) }).waitFor();
      const spots = (await must(manager, 'GET', `/v1/stock/shelf?place_id=${here}`)).items;
      assert.equal(spots.find((s) => s.variant_id === a.variant).shelf, '12');
      await page.getByRole('checkbox', { name: t('pick.by_aisle') }).check();
      const rows = await page.locator('.walk li').allInnerTexts();
      const at = (g) => rows.findIndex((r) => r.includes(g.sku));
      assert.ok(at(b) >= 0 && at(b) < at(a), 'aisle A is walked before B');
      await judge(page, `till-walk-${tag}`, { width });
      await page.getByRole('checkbox', { name: t('pick.by_aisle') }).uncheck();
      who.fine();
    });

    test('of two pieces one is found: the order goes on with it, and the shelf is to be counted', async () => {
      const { page } = who;
      const g = await something(false, 3);
      const order = await pickup(g, 2, 'Дина', `+7916000102${digit}`);
      await page.goto('/till/picking');
      await page.locator('.orders button').filter({ hasText: order.number }).click();
      await page.getByRole('heading', { name: t('order.number', { number: order.number }) }).waitFor();
      await scan(page, g.sku);
      await page.getByRole('button', { name: t('pick.ready_short') }).waitFor();
      await page.waitForFunction(() => !document.querySelector('footer .loud').disabled);
      await page.keyboard.press('F10');
      await page.getByText(t('pick.done', { number: order.number })).waitFor();
      const now = await must(manager, 'GET', `/v1/order/${order.id}`);
      assert.deepEqual([now.state, now.lines[0].qty], ['ready', 1]);
      await page.goto('/till/tasks');
      await page.locator('[data-task="count"]').filter({ hasText: order.number }).waitFor();
      who.fine();
    });

    test('a thing with a defect comes back, stands aside, and is sent to repair', async () => {
      const { page } = who;
      const g = await something(false, 2);
      const sale = await must(manager, 'POST', '/v1/order', { kind: 'sale', channel: 'shop', place_id: here, pay: 'card', lines: [{ variant_id: g.variant, qty: 1 }] });
      const { on_hand } = await level(g.variant);
      await page.goto('/till/return');
      await page.getByLabel(t('return.key')).fill(sale.number);
      await page.keyboard.press('Enter');
      await page.getByText(g.name).first().waitFor();
      await scan(page, g.sku);
      await page.locator('[data-total]:not([data-total="0"])').waitFor();
      await page.getByRole('radio', { name: new RegExp(`^${t('condition.defective')}`) }).check();
      await page.getByRole('radio', { name: t('reason.defect'), exact: true }).check();
      await page.getByLabel(t('return.why')).fill(`scratch ${tag}`);
      await page.keyboard.press('F10');
      await page.locator('[data-return="done"]').waitFor();
      assert.equal((await level(g.variant)).on_hand, on_hand, 'it is not on the shelf');
      await page.goto('/till/aside');
      const row = page.locator('[data-aside]').filter({ hasText: `scratch ${tag}` });
      await row.waitFor();
      await judge(page, `till-aside-${tag}`, { width });
      await row.getByRole('button', { name: t('aside.decide') }).click();
      await page.getByRole('radio', { name: new RegExp(`^${t('aside_how.shelf')}`) }).check();
      await judge(page, `till-aside-decide-${tag}`, { width });
      await page.getByRole('button', { name: t('aside.do') }).click();
      await row.waitFor({ state: 'detached' });
      assert.equal((await level(g.variant)).on_hand, on_hand + 1);
      who.fine();
    });

    test('a piece kept for an order was sold without a line: the order goes to another shop, the task is done', async () => {
      const { page } = who;
      const g = await something(false, 1);
      const order = await pickup(g, g.free, 'Егор', `+7916000103${digit}`);
      await must(second, 'POST', '/v1/stock/receive', { place_id: there, lines: [{ variant_id: g.variant, qty: g.free }] });
      await soldOffline(g);
      await page.goto('/till/tasks');
      const card = page.locator(`[data-unmet="${g.variant}"]`);
      await card.getByText(order.number).waitFor();
      await page.locator('[data-task="till_held"]').filter({ hasText: order.number }).waitFor();
      await judge(page, `till-tasks-${tag}`, { width });
      await card.getByRole('button', { name: t('unmet.elsewhere') }).click();
      await page.getByRole('dialog').getByRole('radio').first().waitFor();
      await judge(page, `till-elsewhere-${tag}`, { width });
      await page.getByRole('button', { name: t('unmet.send'), exact: true }).click();
      await card.waitFor({ state: 'detached' });
      await page.locator('[data-task="till_held"]').filter({ hasText: order.number }).waitFor({ state: 'detached' });
      const now = await must(manager, 'GET', `/v1/order/${order.id}`);
      assert.notEqual(now.place_id, here);
      assert.equal(now.state, 'placed');
      who.fine();
    });

    test('where nobody has it the line is taken off, and the buyer is told', async () => {
      const { page } = who;
      const g = await something(false, 1);
      const all = (await must(manager, 'GET', `/v1/stock/variant/${g.variant}`)).items.reduce((n, s) => n + s.free, 0);
      if (all > g.free) await must(manager, 'POST', '/v1/stock/receive', { place_id: here, lines: [{ variant_id: g.variant, qty: all }] });
      const qty = all > g.free ? g.free + all : g.free; // more than any other shop has
      const order = await pickup(g, qty, 'Жанна', `+7916000104${digit}`);
      await soldOffline(g);
      await page.goto('/till/tasks');
      const card = page.locator(`[data-unmet="${g.variant}"]`);
      await card.getByRole('button', { name: t('unmet.elsewhere') }).click();
      await page.getByText(t('unmet.nobody_whole')).waitFor();
      await page.getByRole('dialog').getByRole('button', { name: t('kit.close') }).last().click();
      await card.getByRole('button', { name: t('unmet.drop'), exact: true }).click();
      assert.equal(await page.getByLabel(t('unmet.why')).inputValue(), t('unmet.why_usual'));
      await page.getByRole('button', { name: t('unmet.do_drop') }).click();
      await card.waitFor({ state: 'detached' });
      assert.equal((await must(manager, 'GET', `/v1/order/${order.id}`)).state, 'cancelled');
      who.fine();
    });

    test('a task is taken by a seller and done with a word about it', async () => {
      const { page } = who;
      await must(manager, 'POST', '/v1/task', { body: `Витрина ${tag}`, place_id: here });
      await page.goto('/till/tasks');
      const row = page.locator('[data-task="hand"]').filter({ hasText: `Витрина ${tag}` });
      await row.getByRole('button', { name: t('tasks.take') }).click();
      await row.getByText(t('tasks.mine')).waitFor();
      await row.getByRole('button', { name: t('tasks.done') }).click();
      await page.getByLabel(t('tasks.note')).fill('чисто');
      await page.getByRole('dialog').getByRole('button', { name: t('tasks.done') }).click();
      await row.waitFor({ state: 'detached' });
      const done = (await must(manager, 'GET', `/v1/task?place_id=${here}&state=done`)).items;
      assert.equal(done.find((x) => x.body === `Витрина ${tag}`).note, 'чисто');
      who.fine();
    });

    test('who counted does not approve it', async () => {
      const { page } = who;
      const g = await something(false, 1);
      await page.goto('/till/count');
      await page.getByRole('button', { name: t('count.begin') }).click();
      await page.getByRole('combobox').waitFor();
      await scan(page, g.sku);
      await page.locator(`[data-variant="${g.variant}"]`).waitFor();
      await page.keyboard.press('F10');
      await page.getByText(t('count.not_you')).waitFor();
      assert.ok(await page.getByRole('button', { name: t('count.approve') }).isDisabled());
      await judge(page, `till-count-own-${tag}`, { width });
      who.fine();
    });
  });
}

/* A till of the shop that had no line tells what it sold: one piece of it. */
async function soldOffline(g) {
  const me = await must(manager, 'GET', '/v1/staff/me');
  const till = await must(manager, 'POST', '/v1/till', { place_id: here, name: 'Планшет', offline: true });
  const now = new Date().toISOString();
  const body = { seq: 1, key: randomUUID(), happened: true, at: now, sent_at: now, staff_id: me.id, receipt: `${till.number}-000001`, lines: [{ variant_id: g.variant, name: g.name, qty: 1, price_minor: g.price, vat_bp: 2200 }], payments: [{ kind: 'cash', amount_minor: g.price }] };
  const answer = await caller(server).call('POST', '/v1/till/sale', body, { 'x-till-key': till.key });
  assert.equal(answer.status, 200, answer.text);
  assert.ok(answer.body.conflicts.some((k) => k.code === 'till_held' && k.owner), answer.text);
}

/* ---- The camera ---------------------------------------------------------------- */

/* A browser whose camera looks at this code. */
async function looking(svg, width, work) {
  const folder = mkdtempSync(join(tmpdir(), 'prilavok-camera-'));
  const film = join(folder, 'camera.y4m');
  let own;
  try {
    writeFileSync(film, await picture(browser, svg));
    own = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`],
    });
    const who = await person(own, server.url, { width });
    await work(who);
    who.fine();
  } finally {
    await own?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a camera reads the QR of the shopper’s screen, and the order is there', async () => {
  const t = say('ru');
  const g = await something(false, 1);
  const order = await pickup(g, 1, 'Зоя', '+79160001050');
  await must(manager, 'POST', `/v1/order/${order.id}/ready`, { place_id: here });
  const svg = await (await fetch(`${server.url}/v1/order/${order.token}/qr.svg`)).text();
  await looking(svg, 768, async (who) => {
    const { page } = who;
    await enterTill(who, t, 'manager');
    await page.goto('/till/handover');
    await page.getByRole('button', { name: t('camera.scan') }).click();
    await page.getByRole('heading', { name: t('order.number', { number: order.number }) }).waitFor();
    assert.equal(await page.locator('video').count(), 0, 'the camera is off again');
  });
});

test('a camera reads the customer’s own QR, and the sale is his', async () => {
  const t = say('ru');
  const g = await something(false, 1);
  await pickup(g, 1, 'Ильина Кира', '+79160001060');
  const buyer = caller(server);
  await buyer.call('POST', '/v1/customer/code', { to: '+79160001060' });
  const code = await codeOf(server, '+79160001060');
  assert.equal((await buyer.call('POST', '/v1/customer/login', { to: '+79160001060', code })).status, 200);
  const mine = await buyer.call('GET', '/v1/customer/me/qr.svg');
  assert.equal(mine.status, 200);
  assert.equal((await manager.call('GET', '/v1/customer/me/qr.svg')).status, 403, 'staff have none');
  await looking(mine.text, 360, async (who) => {
    const { page } = who;
    await enterTill(who, t, 'manager');
    await page.getByRole('button', { name: t('who.camera') }).click();
    await page.getByText('Ильина Кира').waitFor();
  });
});

