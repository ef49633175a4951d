// The operator's desk: one field for whatever a caller names, everything about a
// person on one page, and what can be done about it in place.
import { after, before, test } from 'node:test';
import { staff } from '../story/people.js';
import { start } from '../support/server.js';
import { assert, judge, open, person, ways } from './pages.js';
import { enterAs } from './staff.js';
import { say } from './words.js';

let server, browser;
before(async () => {
  server = await start();
  browser = await open();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/* An order that waits for its buyer, made by the API from the operator's page. */
async function anOrder(page, phone, kind = 'reserve') {
  return page.evaluate(
    async ([phone, kind]) => {
      const get = async (path) => (await fetch(path)).json();
      const found = await get('/v1/catalog/search?in_stock=true&limit=60');
      const open = new Set((await get('/v1/place?limit=200')).items.filter((p) => p.can_reserve && p.can_pickup).map((p) => p.id));
      for (const tile of found.items) {
        const stock = await get(`/v1/stock/variant/${tile.variant_id}`);
        const shops = stock.items.filter((s) => s.free >= 3 && open.has(s.place_id));
        if (shops.length < 2) continue;
        const csrf = document.cookie.match(/prilavok_csrf=([^;]+)/)?.[1] ?? '';
        const reply = await fetch('/v1/order', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), 'x-csrf-token': csrf },
          body: JSON.stringify({ kind, channel: 'phone', place_id: shops[0].place_id, name: 'Ёлкин Фёдор', phone, lines: [{ variant_id: tile.variant_id, qty: 2 }] }),
        });
        if (reply.status !== 201) throw new Error(`${reply.status} ${await reply.text()}`);
        return { ...(await reply.json()), place: shops[0].place_id };
      }
      throw new Error('no goods in two shops');
    },
    [phone, kind],
  );
}

async function atDesk(options, login = 'operator') {
  const t = say(options.lang ?? 'ru');
  const who = await person(browser, server.url, options);
  await who.page.goto('/desk');
  await enterAs(who.page, t, login);
  await who.page.getByRole('combobox', { name: t('desk.find') }).waitFor();
  return { ...who, t };
}

for (const [width, lang, scheme] of ways([360, 'ru', 'dark'], [768, 'en', 'light'], [1280, 'ru', 'light'])) {
  test(`the desk at ${width} px in ${lang}, ${scheme}: found by phone, seen whole, order open`, async () => {
    const desk = await atDesk({ width, lang, scheme });
    const { page, t } = desk;
    const name = (screen) => `${screen}-${width}-${lang}-${scheme}`;
    const phone = `+7916700${width}`.padEnd(12, '1');
    const order = await anOrder(page, phone);
    await judge(page, name('desk'), { width });
    await page.getByRole('combobox', { name: t('desk.find') }).fill(phone.replace('+7', '8 '));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Ёлкин Фёдор' }).waitFor();
    await page.locator('article', { hasText: order.number }).waitFor();
    await page.locator('ol.card').first().waitFor();
    await judge(page, name('desk-person'), { width });
    await page.locator('article a', { hasText: order.number }).click();
    await page.locator('[data-state="placed"]').waitFor();
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
    await judge(page, name('desk-order'), { width });
    desk.fine();
    await desk.close();
  });
}

test('a caller is found by order number, by name and by keyboard alone', async () => {
  const desk = await atDesk({ width: 1280 });
  const { page, t } = desk;
  const order = await anOrder(page, '+79167001000');
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: t('desk.today') }).click();
  await page.keyboard.press('/');
  await page.keyboard.type(order.number);
  await page.locator('#hits li').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: t('order.number', { number: order.number }) }).waitFor();
  await page.getByRole('combobox', { name: t('desk.find') }).fill('елкин федор');
  await page.locator('#hits li', { hasText: 'Ёлкин' }).first().waitFor();
  await page.getByRole('combobox', { name: t('desk.find') }).fill('нет такого покупателя 4711');
  await page.getByText(t('desk.none')).waitFor();
  desk.fine();
  await desk.close();
});

test('a caller is found by his card, and by the serial number of what he bought', async () => {
  const owner = await staff(server, 'owner');
  const { id } = await owner.post('/v1/customer', { last_name: 'Зимина', first_name: 'Рита', keys: [{ kind: 'phone', value: '+79167001717' }, { kind: 'card', value: '2900000171714' }] });
  const [shop] = (await owner.get('/v1/place?kind=shop&limit=1')).items;
  let thing;
  for (const tile of (await owner.get('/v1/catalog/search?in_stock=true&limit=60')).items) thing ??= [await owner.get(`/v1/catalog/variant/${tile.variant_id}`)].find((item) => item.unit_tracked);
  await owner.post('/v1/stock/receive', { place_id: shop.id, lines: [{ variant_id: thing.variant_id, qty: 1, serials: ['SNDESK171'] }] });
  await owner.post('/v1/order', { kind: 'sale', channel: 'shop', place_id: shop.id, customer_id: id, pay: 'card', lines: [{ variant_id: thing.variant_id, qty: 1, serial: 'SNDESK171' }] });
  const desk = await atDesk({ width: 768, lang: 'en', scheme: 'dark' });
  const { page, t } = desk;
  const find = page.getByRole('combobox', { name: t('desk.find') });
  await find.fill('2900000171714');
  await page.locator('#hits li', { hasText: 'Зимина' }).first().click();
  await page.waitForURL(`**/desk/${id}`);
  await page.getByRole('heading', { level: 1, name: 'Зимина Рита' }).waitFor();
  await find.fill('SNDESK171');
  await page.locator('#hits li').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByText('SNDESK171').first().waitFor();
  await page.getByText('Зимина Рита').first().waitFor();
  await judge(page, 'desk-by-serial-768-en-dark', { width: 768 });
  desk.fine();
  await desk.close();
});

test('an open order is kept longer, moved to another shop, and cancelled with a way back', async () => {
  const desk = await atDesk({ width: 1280 });
  const { page, t } = desk;
  const order = await anOrder(page, '+79167002000');
  await page.goto(`/desk/order/${order.id}`);
  await page.locator('[data-state="placed"]').waitFor();
  const seen = () => page.evaluate(async (id) => (await fetch(`/v1/order/${id}`)).json(), order.id);
  const before = await seen();

  await page.getByRole('button', { name: t('desk.extend') }).click();
  await page.getByRole('menuitem', { name: /на 2 дня/ }).click();
  await page.getByText(/Срок\sпродлён\sна\s2\sдня/).waitFor();
  const later = (await seen()).fulfilments[0].deadline_at;
  // to the end of the second day after, by the shop's clock, at whatever hour one asks
  const { utc_offset_min } = await page.evaluate(async (id) => (await fetch(`/v1/place/${id}`)).json(), order.place);
  const day = (at) => Math.floor((Date.parse(at) + utc_offset_min * 60_000) / 86_400_000);
  assert.equal(day(later) - day(before.fulfilments[0].deadline_at), 2);

  await page.getByRole('button', { name: t('desk.move') }).click();
  await page.getByRole('dialog').getByRole('radio').first().check();
  await page.getByRole('button', { name: t('desk.do_move') }).click();
  await page.getByText(t('desk.moved')).waitFor();
  assert.notEqual((await seen()).place_id, order.place);

  const cancel = async () => {
    await page.getByRole('button', { name: t('order.cancel'), exact: true }).click();
    await page.getByRole('radio', { name: t('desk.why_found') }).check();
    await page.getByRole('dialog').getByRole('button', { name: t('desk.do_cancel') }).click();
  };
  await cancel();
  await page.getByRole('button', { name: t('kit.undo') }).click();
  assert.equal((await seen()).state, 'placed');
  await cancel();
  await page.getByText(t('order_state.cancelled'), { exact: true }).first().waitFor();
  assert.equal((await seen()).history.findLast((s) => s.what === 'cancelled').why, t('desk.why_found'));
  desk.fine();
  await desk.close();
});

test('a ready order’s code is sent again to its buyer', async () => {
  const desk = await atDesk({ width: 1280 }, 'owner');
  const { page, t } = desk;
  const order = await anOrder(page, '+79167003000');
  await page.evaluate(
    async ([id, place_id]) => {
      const write = (path, body) =>
        fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), 'x-csrf-token': document.cookie.match(/prilavok_csrf=([^;]+)/)[1] }, body: JSON.stringify(body) });
      await write(`/v1/order/${id}/pick`, { place_id });
      await write(`/v1/order/${id}/ready`, { place_id });
    },
    [order.id, order.place],
  );
  await page.goto(`/desk/order/${order.id}`);
  await page.getByRole('button', { name: t('desk.code') }).click();
  await page.getByText(t('desk.code_sent')).first().waitFor();
  const sent = await page.evaluate(async () => (await (await fetch('/v1/message/outbox?limit=20')).json()).items.filter((m) => m.template === 'order_ready' && m.address === '+79167003000').length);
  assert.ok(sent >= 1);
  desk.fine();
  await desk.close();
});

test('colleagues leave notes and tags; what was taken away comes back', async () => {
  const desk = await atDesk({ width: 1280 });
  const { page, t } = desk;
  const order = await anOrder(page, '+79167004000');
  const customer = await page.evaluate(async (id) => (await (await fetch(`/v1/order/${id}`)).json()).customer_id, order.id);
  await page.goto(`/desk/${customer}`);
  await page.getByLabel(t('desk.note_new')).fill('Просит звонить после шести');
  await page.keyboard.press('Control+Enter');
  const note = page.getByRole('region', { name: t('desk.notes') }).getByRole('listitem').filter({ hasText: 'после шести' });
  await note.waitFor();
  await note.getByRole('button', { name: t('desk.note_edit') }).click();
  await page.locator('li textarea').fill('Просит звонить после семи');
  await page.getByRole('button', { name: t('desk.note_save') }).click();
  const mended = page.getByRole('region', { name: t('desk.notes') }).getByRole('listitem').filter({ hasText: 'после семи' });
  await mended.getByText(t('desk.note_changed')).waitFor();
  await mended.getByRole('button', { name: t('desk.note_drop') }).click();
  await mended.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: t('kit.undo') }).first().click();
  await mended.waitFor();

  await page.getByRole('button', { name: t('desk.tag'), exact: true }).click();
  await page.getByRole('textbox', { name: t('desk.tag_add') }).fill('vip');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: t('desk.tag_drop', { tag: 'vip' }) }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: t('desk.tag_drop', { tag: 'vip' }) }).click();
  await page.getByRole('button', { name: t('kit.undo') }).last().click();
  await page.getByRole('button', { name: t('desk.tag_drop', { tag: 'vip' }) }).waitFor();

  await page.getByRole('group', { name: t('desk.only') }).getByRole('button', { name: t('story.note') }).click();
  await page.locator('ol.card li', { hasText: 'после семи' }).waitFor();
  await page.locator('ol.card li', { hasText: order.number }).waitFor({ state: 'detached' });
  await judge(page, 'desk-notes', { width: 1280 });
  desk.fine();
  await desk.close();
});

test('who calls for the first time is written down by phone and name', async () => {
  const desk = await atDesk({ width: 1280 });
  const { page, t } = desk;
  await page.getByRole('combobox', { name: t('desk.find') }).fill('8 916 700-50-00');
  await page.getByRole('button', { name: t('desk.add') }).click();
  await page.getByLabel(t('desk.last_name')).fill('Новосёлова');
  await page.getByLabel(t('desk.first_name')).fill('Зоя');
  await page.getByRole('button', { name: t('desk.do_add') }).click();
  await page.getByRole('heading', { level: 1, name: 'Новосёлова Зоя' }).waitFor();
  await page.getByRole('link', { name: /916.700-50-00/ }).waitFor();
  desk.fine();
  await desk.close();
});
