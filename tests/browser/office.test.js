// The office: how the chain is now, and every list of it.
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { staff } from '../story/people.js';
import { start } from '../support/server.js';
import { assert, becomes, exact, open } from './pages.js';
import { csv, xlsx } from '../support/sheet.js';
import { enterOffice } from './staff.js';

let server, browser;
before(async () => {
  server = await start();
  browser = await open();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const atOffice = (...how) => enterOffice(server, browser, ...how);

const still = (page) => page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('.bone, [aria-busy="true"]'));
test('the director sees an order and a sale of now, and is led to what is late', async () => {
  const owner = await staff(server, 'owner');
  const [shop] = (await owner.get('/v1/place?kind=shop&limit=1')).items;
  const [tile] = (await owner.get(`/v1/catalog/search?place_id=${shop.id}&in_stock=true&limit=1`)).items;
  const item = await owner.get(`/v1/catalog/variant/${tile.variant_id}`);
  const lines = [{ variant_id: item.variant_id, qty: 1 }];
  await owner.post('/v1/stock/receive', { place_id: shop.id, lines: [{ variant_id: item.variant_id, qty: 2, ...(item.unit_tracked && { serials: ['SNOFFICE01', 'SNOFFICE02'] }) }] });
  const now = () => owner.get('/v1/office/now');
  const before = await now();
  const open = (n) => n.states.reduce((sum, state) => sum + state.n, 0);
  const order = await owner.post('/v1/order', { kind: 'pickup', channel: 'phone', place_id: shop.id, name: 'Вера Громова', phone: '+79160009977', lines });
  const sale = await owner.post('/v1/order', { kind: 'sale', channel: 'shop', place_id: shop.id, pay: 'card', lines: lines.map((l) => ({ ...l, ...(item.unit_tracked && { serial: 'SNOFFICE01' }) })) });
  let sum_minor = before.sales.sum_minor;
  for (const { id } of [order, sale]) sum_minor += (await owner.get(`/v1/order/${id}`)).total_minor;
  await becomes(async () => (await now()).sales.sum_minor, sum_minor);
  await becomes(async () => open(await now()), open(before) + 1);

  const office = await atOffice({ width: 1280 });
  const { page, t } = office;
  await page.getByRole('heading', { name: t('office.attention') }).waitFor();
  const digits = (text) => text.replace(/[.,]\d\d(?=\D*$)/, '').replace(/\D/g, '');
  const sales = page.getByRole('region', { name: t('office.sales') });
  assert.equal(Number(digits(await sales.locator('.sum b').innerText())), Math.floor(sum_minor / 100));
  const counted = await page.getByRole('region', { name: t('office.open') }).locator('tbody tr td:nth-of-type(1)').allInnerTexts();
  assert.equal(counted.reduce((sum, n) => sum + Number(digits(n)), 0), open(before) + 1);
  const fresh = page.getByRole('region', { name: t('office.fresh_stock') }); // the demo's 1C has been silent since midnight
  await fresh.locator('.tag.bad').first().waitFor();
  await fresh.getByRole('link').first().click();
  await page.getByRole('heading', { level: 1, name: t('office.sources') }).waitFor();
  await page.locator('.tag.bad', { hasText: exact(t('office.late')) }).first().waitFor();
  office.fine();
  await office.close();
});

test('orders are filtered by state, kept as a view, and opened by keyboard', async () => {
  const office = await atOffice({ width: 1280 });
  const { page, t } = office;
  await page.goto('/office/order?state=done');
  await still(page);
  const rows = page.locator('.body [role="row"]');
  await rows.first().waitFor();
  const words = await rows.locator('.tag').allInnerTexts();
  assert.ok(words.every((w) => w === t('order_state.done')), words.join());
  const number = (await rows.first().locator('a').first().innerText()).trim();
  await page.keyboard.press('/');
  await page.keyboard.type(number);
  await page.waitForFunction(() => document.querySelectorAll('.body [role="row"]').length === 1);
  await rows.first().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: t('order.number', { number }) }).waitFor();
  office.fine();
  await office.close();
});

test('who may not see orders is not offered them', async () => {
  const office = await atOffice({ width: 1280 }, 'seller');
  const { page, t } = office;
  await still(page);
  const nav = page.getByRole('navigation', { name: t('office.name') });
  await nav.getByRole('link', { name: t('office.tasks') }).waitFor();
  assert.equal(await nav.getByRole('link', { name: t('office.jobs') }).count(), 0);
  assert.equal(await nav.getByRole('link', { name: t('office.exchange') }).count(), 0);
  office.fine();
  await office.close();
});

test('a list is taken away as CSV and as XLSX, with the filters of the screen', async () => {
  const office = await atOffice({ width: 1280 });
  const { page, t } = office;
  await page.goto('/office/order?state=done');
  await still(page);
  const shown = await page.locator('.body [role="row"] a .num').first().innerText();
  const save = async (word) => {
    await page.getByRole('button', { name: t('table.export') }).click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: t(word) }).click()]);
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  };
  const text = await save('table.csv');
  assert.match(text.name, /^order-\d{4}-\d\d-\d\d-[0-9A-Z]{4}-[0-9A-Z]{4}\.csv$/);
  const [names, ...rows] = csv(text.bytes.toString().slice(1));
  rows.pop();
  assert.ok(rows.slice(0, 8).some((r) => r[names.indexOf('Номер заказа')] === shown), 'mixed by eights');
  assert.deepEqual([...new Set(rows.map((r) => r[names.indexOf('Состояние')]))], ['done']);
  const book = await save('table.xlsx');
  assert.match(book.name, /\.xlsx$/);
  assert.ok(xlsx(book.bytes).rows.slice(1, 9).some((r) => Object.values(r).includes(shown)));
  office.fine();
  await office.close();
});

test('whoever may not take lists away is not offered it', async () => {
  const office = await atOffice({ width: 1280 }, 'seller');
  await office.page.goto('/office/level');
  await still(office.page);
  assert.equal(await office.page.getByRole('button', { name: office.t('table.export') }).count(), 0);
  await office.close();
});
