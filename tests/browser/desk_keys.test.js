// The desk without a mouse, and as a screen reader tells it: a caller is found by phone,
// his order moved, kept longer, noted, tagged, cancelled and brought back, his code sent.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { focused, press, tabTo } from './keys.js';
import { assert, becomes, open, person, ways } from './pages.js';
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

/* An order of two pieces that more than one shop could give, made by the API. */
async function anOrder(page, phone) {
  return page.evaluate(async (phone) => {
    const get = async (path) => (await fetch(path)).json();
    const open = new Set((await get('/v1/place?limit=200')).items.filter((p) => p.can_reserve && p.can_pickup).map((p) => p.id));
    for (const tile of (await get('/v1/catalog/search?in_stock=true&limit=60')).items) {
      const shops = (await get(`/v1/stock/variant/${tile.variant_id}`)).items.filter((s) => s.free >= 3 && open.has(s.place_id));
      if (shops.length < 2) continue;
      const reply = await fetch('/v1/order', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), 'x-csrf-token': document.cookie.match(/prilavok_csrf=([^;]+)/)[1] },
        body: JSON.stringify({ kind: 'reserve', channel: 'phone', place_id: shops[0].place_id, name: 'Ёлкин Фёдор', phone, lines: [{ variant_id: tile.variant_id, qty: 2 }] }),
      });
      return { ...(await reply.json()), place: shops[0].place_id };
    }
    throw new Error('no goods in two shops');
  }, phone);
}

const post = (page, path, body) =>
  page.evaluate(async ([path, body]) => (await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), 'x-csrf-token': document.cookie.match(/prilavok_csrf=([^;]+)/)[1] }, body: JSON.stringify(body) })).status, [path, body]);

for (const [lang, phone] of ways(['ru', '+79167009001'], ['en', '+79167009002']))
  test(`a caller is served by keys alone, in ${lang}`, async () => {
    const t = say(lang);
    const who = await person(browser, server.url, { width: 1280, lang });
    const { page } = who;
    await page.goto('/desk');
    await page.getByLabel(t('staff.login')).focus();
    await page.keyboard.type('owner');
    await tabTo(page, 'textbox', t('staff.password'));
    await page.keyboard.type('prilavok');
    await press(page, 'Enter');
    await page.getByRole('combobox', { name: t('desk.find') }).waitFor();
    const order = await anOrder(page, phone);
    const seen = () => page.evaluate(async (id) => (await fetch(`/v1/order/${id}`)).json(), order.id);

    // one field: the phone as it is said
    await press(page, '/');
    assert.deepEqual(await focused(page).then((f) => [f.role, f.name, f.expanded]), ['combobox', t('desk.find'), false]);
    await page.keyboard.type(phone.replace('+7', '8'));
    await page.getByRole('option').first().waitFor();
    assert.equal((await focused(page)).expanded, true);
    await press(page, 'ArrowDown', 'Enter');
    await page.getByRole('heading', { level: 1, name: 'Ёлкин Фёдор' }).waitFor();
    await page.locator('main .bone').first().waitFor({ state: 'detached' });

    // another shop
    await tabTo(page, 'button', t('desk.move'));
    await press(page, 'Enter');
    await page.getByRole('dialog').getByRole('radio').first().waitFor();
    await tabTo(page, 'radio', /./);
    await press(page, 'Space');
    assert.equal((await focused(page)).checked, 'true');
    await tabTo(page, 'button', t('desk.do_move'));
    await press(page, 'Enter');
    await page.getByText(t('desk.moved')).waitFor();
    assert.notEqual((await seen()).place_id, order.place);

    // kept longer
    const before = (await seen()).fulfilments.at(-1).deadline_at;
    await page.evaluate(() => document.querySelector('main').focus());
    await tabTo(page, 'button', t('desk.extend'));
    await press(page, 'Enter');
    await page.getByRole('menu').waitFor();
    await page.waitForFunction(() => document.activeElement.closest('[role="menu"]'));
    await press(page, 'ArrowDown');
    await becomes(async () => (await focused(page)).role, 'menuitem');
    await press(page, 'Enter');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await becomes(async () => new Date((await seen()).fulfilments.at(-1).deadline_at) > new Date(before), true);

    // a note and a tag
    await tabTo(page, 'textbox', t('desk.note_new'));
    await page.keyboard.type('Просит звонить после шести');
    await press(page, 'Control+Enter');
    await page.getByRole('region', { name: t('desk.notes') }).getByRole('listitem').filter({ hasText: 'после шести' }).waitFor();
    await page.evaluate(() => document.querySelector('main').focus());
    await tabTo(page, 'button', t('desk.tag'));
    await press(page, 'Enter');
    await page.getByRole('textbox', { name: t('desk.tag_add') }).waitFor();
    await tabTo(page, 'textbox', t('desk.tag_add')).catch(async () => tabTo(page, 'textbox', t('desk.tag_add'), { back: true }));
    await page.keyboard.type('vip');
    await press(page, 'Enter');
    await page.getByRole('button', { name: t('desk.tag_drop', { tag: 'vip' }) }).waitFor();

    // cancelled, and at once brought back by a key
    await tabTo(page, 'button', t('order.cancel'));
    await press(page, 'Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, 'radio', t('desk.why_changed'));
    await press(page, 'ArrowDown');
    await becomes(async () => (await focused(page)).name, t('desk.why_found'));
    await tabTo(page, 'button', t('desk.do_cancel'));
    await press(page, 'Enter');
    await page.getByRole('button', { name: t('kit.undo') }).waitFor();
    await press(page, 'Control+z');
    await page.getByRole('button', { name: t('kit.undo') }).waitFor({ state: 'detached' });
    await becomes(async () => (await seen()).state !== 'cancelled', true);

    // the shop has it ready; the code goes out once more
    const place_id = (await seen()).place_id;
    await post(page, `/v1/order/${order.id}/pick`, { place_id });
    assert.equal(await post(page, `/v1/order/${order.id}/ready`, { place_id }), 200);
    await page.reload();
    await page.getByRole('button', { name: t('desk.code') }).waitFor();
    await tabTo(page, 'button', t('desk.code'));
    await press(page, 'Enter');
    await page.getByText(t('desk.code_sent')).first().waitFor();
    who.fine();
    await who.close();
  });

test('a screen reader hears who it is: landmarks, one main heading, sections by name', async () => {
  const t = say('ru');
  const who = await person(browser, server.url, { width: 1280 });
  const { page } = who;
  await page.goto('/desk');
  await page.getByLabel(t('staff.login')).fill('owner');
  await page.getByLabel(t('staff.password')).fill('prilavok');
  await press(page, 'Enter');
  await page.getByRole('combobox', { name: t('desk.find') }).waitFor();
  const order = await anOrder(page, '+79167009003');
  const { customer_id } = await page.evaluate(async (id) => (await fetch(`/v1/order/${id}`)).json(), order.id);
  await page.goto(`/desk/${customer_id}`);
  await page.getByRole('heading', { level: 1, name: 'Ёлкин Фёдор' }).waitFor();
  await page.waitForFunction(() => !document.querySelector('main .bone'));
  const cdp = await page.context().newCDPSession(page);
  const { nodes } = await cdp.send('Accessibility.getFullAXTree');
  const told = nodes.filter((n) => !n.ignored).map((n) => `${n.role?.value} ${(n.name?.value ?? '').replace(/\u00a0/g, ' ')}`.trim());
  for (const one of ['banner', 'main', `heading Ёлкин Фёдор`, `region ${t('desk.now')}`, `region ${t('desk.story')}`, `region ${t('desk.notes')}`, `region ${t('desk.holds')}`, `list ${t('desk.tags')}`, `group ${t('desk.only')}`, `button ${t('desk.move')}`, `textbox ${t('desk.note_new')}`, `combobox ${t('desk.find')}`])
    assert.equal(told.filter((x) => x === one).length, 1, `${one} in\n${told.filter((x) => !/^(StaticText|InlineTextBox|generic|none)/.test(x)).join('\n')}`);
  who.fine();
  await who.close();
});
