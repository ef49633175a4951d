// Who keeps the catalogue, the prices, the places, and the files that come: the office's
// screens for goods, and what the shop shows afterwards.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { assert, becomes, exact, judge, open, person, ways } from './pages.js';
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

const ask = (page, path) => page.evaluate(async (p) => (await fetch(p)).json(), path);
const still = (page) => page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('main .bone, main [aria-busy="true"]'));

/* A product with a price, as the office's list names it. */
async function goods(page) {
  const { items } = await ask(page, '/v1/catalog/product?limit=50&active=true');
  return items.find((p) => p.price_min > 0 && p.variants === 1) ?? items.find((p) => p.price_min > 0);
}

for (const [width, lang, scheme] of ways([360, 'ru', 'dark'], [1280, 'en', 'light'])) {
  test(`a change of many goods at ${width} px in ${lang}, ${scheme}`, async () => {
    const office = await atOffice({ width, lang, scheme });
    const { page, t } = office;
    await page.goto('/office/product');
    await still(page);
    await page.getByRole('button', { name: t('wares.change_shown') }).click();
    await page.getByRole('dialog').getByLabel(t('wares.percent')).waitFor();
    await judge(page, `office-goods-change-${width}-${lang}-${scheme}`, { width });
    office.fine();
    await office.close();
  });
}

test('a price raised by 10 % in bulk is looked at, applied, seen in the shop, and put back', async () => {
  const office = await atOffice({ width: 1280 });
  const { page, t } = office;
  const p = await goods(page);
  const { price_minor: before_minor, list_id } = await page.evaluate(async (id) => {
    const shown = await (await fetch(`/v1/catalog/product/${id}`)).json();
    const v = shown.variants.find((x) => x.price_minor > 0);
    const prices = await (await fetch(`/v1/catalog/variant/${v.id}/price`)).json();
    return { price_minor: v.price_minor, list_id: prices.items.find((x) => x.price_minor === v.price_minor).list_id };
  }, p.id);
  const lists = await ask(page, '/v1/catalog/price-list');
  const list = lists.items.find((l) => l.id === list_id);
  await page.goto(`/office/product?q=${encodeURIComponent(p.name)}`);
  await still(page);
  const row = page.getByRole('row').filter({ has: page.locator(`a[href="/office/product/${p.id}"]`) });
  await row.getByRole('checkbox').check();
  await page.getByRole('button', { name: t('wares.change'), exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: t('wares.list') }).fill(list.name || list.code);
  await page.getByRole('option').filter({ hasText: list.code }).first().click();
  await dialog.getByLabel(t('wares.percent')).fill('10');
  await dialog.getByRole('button', { name: t('wares.look') }).click();
  await page.locator('.tag', { hasText: exact(t('bulk_state.ready')) }).waitFor();

  const id = new URL(page.url()).pathname.split('/').at(-1);
  const rows = await ask(page, `/v1/catalog/bulk/${id}/row`);
  const changed = rows.items.find((r) => r.was === before_minor);
  assert.equal(changed.becomes, Math.round(before_minor * 1.1));
  assert.equal((await ask(page, `/v1/catalog/product/${p.id}`)).variants.find((v) => v.price_minor)?.price_minor, before_minor, 'a look changes nothing');

  await page.locator('header .btn.loud').click();
  await page.getByRole('alertdialog').getByRole('button', { name: t('wares.do_apply') }).click();
  await page.locator('.tag', { hasText: exact(t('bulk_state.applied')) }).waitFor();
  const shop = await person(browser, server.url, { width: 1280 });
  const figures = async () => {
    await shop.page.goto(`/product/${p.slug}`);
    await shop.page.locator('main h1').waitFor();
    return (await shop.page.locator('main').innerText()).replace(/\D+/g, ' ').replaceAll(' ', '');
  };
  // as it is written there: whole roubles without kopecks
  const digits = String(changed.becomes % 100 ? changed.becomes : changed.becomes / 100);
  assert.ok((await figures()).includes(digits), `the shop shows the new price ${digits}`);

  await page.getByRole('button', { name: t('wares.undo'), exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: t('wares.undo') }).click();
  await page.locator('.tag', { hasText: exact(t('bulk_state.undone')) }).first().waitFor();
  const back = await ask(page, `/v1/catalog/bulk/${id}`);
  assert.equal(back.state, 'undone');
  assert.equal((await ask(page, `/v1/catalog/variant/${changed.subject_id}/price`)).items.filter((x) => !x.to_at && x.list_id === list_id).at(-1).price_minor, before_minor);
  office.fine();
  await shop.close();
  await office.close();
});

for (const [width, lang, scheme] of ways([360, 'ru', 'dark'], [1280, 'en', 'light'])) {
  test(`a file by hand at ${width} px in ${lang}, ${scheme}`, async () => {
    const office = await atOffice({ width, lang, scheme });
    const { page, t } = office;
    await page.goto('/office/run');
    await still(page);
    await page.getByRole('button', { name: t('wares.upload') }).click();
    await page.getByRole('dialog').getByLabel(t('wares.file_kind')).waitFor();
    await judge(page, `office-goods-upload-${width}-${lang}-${scheme}`, { width });
    office.fine();
    await office.close();
  });
}

test('a table with a bad row is looked at, its error named, and the good row taken', async () => {
  const office = await atOffice({ width: 1280 });
  const { page, t } = office;
  const p = await goods(page);
  const { variants } = await ask(page, `/v1/catalog/product/${p.id}/card`);
  const wanted_minor = 123_400;
  const priced = async () => (await ask(page, `/v1/catalog/variant/${variants[0].id}/price`)).items.some((x) => x.price_minor === wanted_minor);
  await page.goto('/office/run');
  await still(page);
  await page.getByRole('button', { name: t('wares.upload') }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(t('wares.file_kind')).selectOption('prices');
  await dialog.locator('input[type=file]').setInputFiles({ name: 'prices.csv', mimeType: 'text/csv', buffer: Buffer.from(`sku;price\r\n${variants[0].sku};1234\r\nNO-SUCH-77;10\r\n`) });
  await dialog.getByRole('button', { name: t('wares.check_file') }).click();
  await page.getByText('NO-SUCH-77').first().waitFor();
  await page.getByText('sku: товара с кодом «NO-SUCH-77» нет').waitFor();
  await page.locator('main .tag', { hasText: exact(t('run_state.done')) }).waitFor();
  await judge(page, 'office-goods-run-1280-ru-light', { width: 1280 });
  assert.equal(await priced(), false, 'a look changes nothing');

  await page.getByRole('button', { name: t('wares.take_file') }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: t('wares.take_file') }).click();
  await page.locator('main .tag', { hasText: exact(t('office.dry')) }).waitFor({ state: 'detached' });
  await page.locator('main .tag', { hasText: exact(t('run_state.done')) }).waitFor();
  assert.equal(await priced(), true, 'the good row was taken');
  await page.getByText('NO-SUCH-77').first().waitFor();
  office.fine();
  await office.close();
});

test('a table without a column fails and says which; read again it fails again; what was mended is taken', async () => {
  const office = await atOffice({ width: 768, lang: 'en' });
  const { page, t } = office;
  const { variants } = await ask(page, `/v1/catalog/product/${(await goods(page)).id}/card`);
  const send = async (name, text) => {
    await page.goto('/office/run');
    await still(page);
    await page.getByRole('button', { name: t('wares.upload') }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(t('wares.file_kind')).selectOption('prices');
    await dialog.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
    await dialog.getByRole('button', { name: t('wares.check_file') }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
  };
  const is = (state) => page.locator('main .tag', { hasText: exact(t(`run_state.${state}`)) }).waitFor();
  await send('half.csv', `sku\r\n${variants[0].sku}\r\n`);
  await is('failed');
  await page.getByText(/no column “price”/).waitFor();
  assert.equal(await page.getByText(t('office.no_rejects')).count(), 0, 'what failed was not taken');
  const [answer] = await Promise.all([page.waitForResponse((r) => r.url().endsWith('/again') && r.request().method() === 'POST'), page.getByRole('button', { name: t('wares.check_again') }).click()]);
  assert.equal(answer.status(), 202);
  const { id } = await answer.json();
  await becomes(async () => (await ask(page, `/v1/exchange/run/${id}`)).state, 'failed');
  await is('failed');
  await judge(page, 'office-goods-run-failed-768-en-light', { width: 768 });

  await send('whole.csv', `sku;price\r\n${variants[0].sku};777\r\n`);
  await is('done');
  await page.getByText(t('office.no_rejects')).waitFor();
  await page.getByRole('button', { name: t('wares.take_file') }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: t('wares.take_file') }).click();
  await page.locator('main .tag', { hasText: exact(t('office.dry')) }).waitFor({ state: 'detached' });
  await is('done');
  assert.ok((await ask(page, `/v1/catalog/variant/${variants[0].id}/price`)).items.some((x) => x.price_minor === 77_700));
  await page.goto('/office/run?state=failed');
  await still(page);
  await page.locator('.body').getByRole('row').filter({ hasText: 'half.csv' }).first().getByText(/no column “price”/).waitFor();
  office.fine();
  await office.close();
});

test('a brand is renamed: the shop says the new name, feeds mean it by the old one, another brand\'s is refused', async () => {
  const office = await atOffice({ width: 1280 });
  const { page, t } = office;
  const { items } = await ask(page, '/v1/catalog/product?limit=50&active=true');
  const p = items.find((x) => x.brand && x.price_min > 0);
  const other = items.find((x) => x.brand && x.brand !== p.brand);
  await page.goto('/office/group');
  await still(page);
  await page.getByRole('searchbox', { name: t('wares.find_brand') }).fill(p.brand);
  await page.getByRole('button', { name: t('wares.edit', { name: p.brand }), exact: true }).click();
  const dialog = page.getByRole('dialog', { name: t('wares.rename_brand') });
  await dialog.getByLabel(t('wares.name')).fill(other.brand.toUpperCase());
  await dialog.getByRole('button', { name: t('wares.do_rename') }).click();
  await dialog.getByText(t('error.name_taken')).first().waitFor();
  await judge(page, 'office-brand-1280-ru-light', { width: 1280 });
  assert.ok(office.wrong.splice(0).every((w) => w.includes('409')), 'the server refused it');
  await dialog.getByLabel(t('wares.name')).fill('Заря-7');
  await dialog.getByRole('button', { name: t('wares.do_rename') }).click();
  await page.getByText(t('wares.saved')).waitFor();
  await page.getByRole('searchbox', { name: t('wares.find_brand') }).fill('Заря-7');
  await page.getByRole('link', { name: 'Заря-7' }).waitFor();
  const again = await page.evaluate(async (name) => {
    const reply = await fetch('/v1/catalog/brand', { method: 'POST', headers: { 'content-type': 'application/json', 'x-csrf-token': document.cookie.match(/prilavok_csrf=([^;]+)/)[1] }, body: JSON.stringify({ name }) });
    return (await reply.json()).id;
  }, p.brand);
  assert.equal(again, p.brand_id, 'a feed that says the old name means this brand');
  const found = async () => (await ask(page, `/v1/catalog/search?q=${encodeURIComponent('Заря-7')}`)).items.some((x) => x.product_id === p.id);
  await becomes(found, true, 'and it is found by the new one');
  office.fine();
  await office.close();
});

test('a text is edited on a product\'s page; who was slower is shown both', async () => {
  const office = await atOffice({ width: 1280 });
  const { page, t } = office;
  const p = await goods(page);
  await page.goto(`/office/product/${p.id}`);
  await still(page);
  await page.getByLabel(t('wares.model')).fill('MINE-1');
  await page.evaluate(async (id) => {
    const { product } = await (await fetch(`/v1/catalog/product/${id}/card`)).json();
    delete product.vat_bp;
    const csrf = document.cookie.match(/prilavok_csrf=([^;]+)/)[1];
    const reply = await fetch(`/v1/catalog/product/${id}`, { method: 'PUT', headers: { 'content-type': 'application/json', 'x-csrf-token': csrf }, body: JSON.stringify({ ...product, model: 'THEIRS-1' }) });
    if (!reply.ok) throw new Error(await reply.text());
  }, p.id);
  await page.getByRole('button', { name: t('wares.save'), exact: true }).click();
  await page.getByText('THEIRS-1').waitFor();
  assert.ok(office.wrong.splice(0).some((w) => /412|409/.test(w)), 'the server refused the older version');
  await page.getByRole('button', { name: t('wares.save'), exact: true }).click();
  await page.getByText(t('wares.saved')).waitFor();
  assert.equal((await ask(page, `/v1/catalog/product/${p.id}/card`)).product.model, 'MINE-1');
  office.fine();
  await office.close();
});

test('a barcode with a wrong last digit is told before it is sent', async () => {
  const office = await atOffice({ width: 1280 });
  const { page, t } = office;
  const p = await goods(page);
  await page.goto(`/office/product/${p.id}`);
  await still(page);
  await page.getByRole('button', { name: t('wares.add_variant') }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: t('wares.barcode_n', { n: 1 }) }).fill('4006381333930');
  await dialog.getByText(t('wares.barcode_last', { kind: 'EAN-13', digit: 1 })).waitFor();
  await dialog.getByRole('textbox', { name: t('wares.barcode_n', { n: 1 }) }).fill('4006381333931');
  await dialog.getByText(t('wares.barcode_good', { kind: 'EAN-13' })).waitFor();
  await dialog.getByLabel(t('wares.sku')).fill('OFFICE-TEST-1');
  await dialog.getByRole('button', { name: t('wares.save') }).click();
  await page.getByText('4006381333931').waitFor();
  office.fine();
  await office.close();
});

test('a holiday is told on the place\'s page, and Monday\'s hours are all days\' hours', async () => {
  const office = await atOffice({ width: 1280 });
  const { page, t } = office;
  const place = (await ask(page, '/v1/place?kind=shop&limit=1')).items[0];
  await page.goto(`/office/place/${place.id}`);
  await still(page);
  const monday = page.getByRole('group', { name: t('weekday.0') });
  await monday.getByLabel(t('places.opens')).first().fill('09:30');
  await page.getByRole('button', { name: t('places.like_monday') }).click();
  await page.getByRole('button', { name: t('wares.save'), exact: true }).click();
  await page.getByText(t('wares.saved')).waitFor();
  const { hours } = await ask(page, `/v1/place/${place.id}?again=1`);
  assert.deepEqual(hours.filter((h) => h.open_min === 570).map((h) => h.weekday), [0, 1, 2, 3, 4, 5, 6]);
  const year = new Date().getFullYear() + 1;
  await page.getByLabel(t('places.day'), { exact: true }).fill(`01.01.${year}`);
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: t('places.add_day') }).click();
  await page.locator('section li', { hasText: t('places.day_off') }).waitFor();
  office.fine();
  await office.close();
});
