// Whose a numbered piece is, at the till and at the desk: scanned, claimed by a receipt,
// passed on, taken in payment, each taken back again.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { eventually, staff } from '../story/people.js';
import { assert, becomes, judge, open, person, ways } from './pages.js';
import { enterAs, enterTill, scan, somethingIn } from './staff.js';
import { say } from './words.js';

let server, browser, api;
before(async () => {
  server = await start();
  browser = await open();
  api = await staff(server, 'owner');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const unit = (serial) => api.get(`/v1/owner/unit/${serial}`);
const ownerOf = async (serial) => (await unit(serial)).owner?.name;
const anybody = (phone, last_name, first_name) => api.post('/v1/customer', { last_name, first_name, keys: [{ kind: 'phone', value: phone }] });

/* Sold to nobody known, or to this customer; its event has come. */
async function sold(place_id, thing, serial, customer_id) {
  const order = await api.post('/v1/order', { kind: 'sale', channel: 'shop', place_id, customer_id, pay: 'card', lines: [{ variant_id: thing.variant, qty: 1, serial }] });
  await eventually(async () => (await unit(serial)).facts.some((f) => f.what === 'bought'));
  return order;
}

for (const [width, lang, scheme] of ways([360, 'ru', 'dark'], [768, 'en', 'light'], [1280, 'ru', 'light'])) {
  test(`the till at ${width} px in ${lang}, ${scheme}: whose it is, by a receipt, in payment, and back`, async () => {
    const t = say(lang);
    const seller = await person(browser, server.url, { width, lang, scheme });
    const { page } = seller;
    const name = (screen) => `till-${screen}-${width}-${lang}-${scheme}`;
    const shop = await enterTill(seller, t);
    const thing = await somethingIn(page, shop, true);
    const [serial, other] = [`SN${width}7A01`, `SN${width}7A02`];
    const phone = `+7916${String(2000000 + width)}`;
    await anybody(phone, 'Белова', 'Вера');
    const order = await sold(shop, thing, serial);
    const another = await sold(shop, thing, other);

    await page.goto('/till/person');
    await page.locator('#who').waitFor();
    await scan(page, serial);
    const piece = page.locator(`[data-piece="${serial}"]`);
    await piece.getByText(thing.name).waitFor();
    await piece.getByText(t('unit.nobody')).first().waitFor();
    await judge(page, name('piece'), { width });

    // by the keyboard: the receipt of another piece is told beside its field
    await page.keyboard.press('F8');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(t('unit.new_phone')).fill(phone.slice(2));
    await dialog.getByLabel(t('unit.receipt')).fill(another.number);
    await page.keyboard.press('Enter');
    await dialog.getByText(t('wrong.receipt_no_such')).first().waitFor();
    assert.equal(await dialog.getByLabel(t('unit.receipt')).getAttribute('aria-invalid'), 'true');
    await judge(page, name('piece-wrong'), { width });
    seller.wrong.splice(0); // the refusal just asked for
    await dialog.getByLabel(t('unit.receipt')).fill(order.number);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await piece.getByText('Белова Вера').first().waitFor();
    await becomes(() => ownerOf(serial), 'Белова Вера');
    assert.match((await unit(serial)).facts.at(-1).note, new RegExp(order.number));

    // written down by mistake: taken back, and written again
    await piece.getByRole('button', { name: t('unit.undo') }).click();
    await becomes(() => ownerOf(serial), undefined);
    await piece.getByText(t('unit_what.return_undone')).waitFor();
    await page.keyboard.press('F8');
    await dialog.getByLabel(t('unit.new_phone')).fill(phone.slice(2));
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await becomes(() => ownerOf(serial), 'Белова Вера');

    // in payment, and back
    await page.keyboard.press('F9');
    await dialog.getByLabel(t('unit.condition')).fill('экран цел');
    await judge(page, name('trade-in'), { width });
    await dialog.getByRole('button', { name: t('unit.do_trade'), exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await piece.getByText(t('unit_state.quarantine')).waitFor();
    await becomes(() => ownerOf(serial), undefined);
    await page.getByRole('button', { name: t('kit.undo') }).last().click();
    await piece.getByText(t('unit_state.sold')).waitFor();
    await becomes(() => ownerOf(serial), 'Белова Вера');

    // whose it is, and what else he has; a gift by its code
    await piece.getByRole('button', { name: t('piece.owner') }).click();
    await page.getByRole('heading', { name: t('piece.devices') }).waitFor();
    await page.keyboard.press('Escape');
    await piece.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: t('piece.gift') }).click();
    await dialog.getByLabel(t('piece.gift_code')).fill('AAAAA-AAAAA');
    await page.keyboard.press('Enter');
    await dialog.getByText(t('piece.gift_none')).waitFor();
    seller.wrong.splice(0);
    const gift = (await api.post(`/v1/owner/order/${another.id}/gift`, {})).items[0];
    await dialog.getByLabel(t('piece.gift_code')).fill(gift.code.toLowerCase());
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText(other, { exact: true }).waitFor();
    await judge(page, name('person-devices'), { width });
    await becomes(() => ownerOf(other), 'Белова Вера');

    // a telephone is still a person's
    await page.getByRole('button', { name: t('who.drop') }).click();
    await scan(page, phone);
    await page.getByRole('heading', { name: t('piece.devices') }).waitFor();
    seller.fine();
    await seller.close();
  });
}

test('the desk writes a change of hands down; who sells nothing takes nothing in payment', async () => {
  const t = say('en');
  const till = await person(browser, server.url, { width: 1280 });
  const shop = await enterTill(till, say('ru'));
  const thing = await somethingIn(till.page, shop, true);
  await till.close();
  const anna = await anybody('+79162009901', 'Котова', 'Анна');
  await sold(shop, thing, 'SNDESK0001', anna.id);

  const desk = await person(browser, server.url, { width: 1280, lang: 'en', scheme: 'dark' });
  const { page } = desk;
  await page.goto('/desk/unit/SNDESK0001');
  await enterAs(page, t, 'operator');
  await page.getByRole('button', { name: t('unit.pass') }).waitFor();
  assert.equal(await page.getByRole('button', { name: t('unit.trade') }).count(), 0);
  await page.getByRole('button', { name: t('unit.pass') }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: t('unit.do_pass'), exact: true }).click();
  await dialog.getByText(t('wrong.phone')).first().waitFor(); // whose? nobody was said
  desk.wrong.splice(0);
  await dialog.getByLabel(t('unit.new_phone')).fill('9162009902');
  await dialog.getByLabel(t('unit.new_name')).fill('Орлов Пётр');
  await judge(page, 'desk-pass-on-1280-en-dark', { width: 1280 });
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Орлов Пётр').first().waitFor();
  await becomes(() => ownerOf('SNDESK0001'), 'Орлов Пётр');
  await page.getByRole('button', { name: t('unit.undo') }).click();
  await becomes(() => ownerOf('SNDESK0001'), 'Котова Анна');
  await judge(page, 'desk-unit-1280-en-dark', { width: 1280 });
  desk.fine();
  await desk.close();
});
