// Goods between places, as the office sees them: a transfer from its plan to the shelf,
// the ledger of what moved, and who has been silent about his stock for too long.
import { after, before, test } from 'node:test';
import { staff } from '../story/people.js';
import { start } from '../support/server.js';
import { assert, becomes, judge, open, ways } from './pages.js';
import { enterOffice } from './staff.js';

let server, browser, owner, from, to;
const goods = { plain: [], numbered: [] };
before(async () => {
  server = await start();
  browser = await open();
  owner = await staff(server, 'owner');
  [from, to] = (await owner.get('/v1/place?kind=shop')).items;
  for (const tile of (await owner.get(`/v1/catalog/search?place_id=${from.id}&in_stock=true&limit=60`)).items) {
    const item = await owner.get(`/v1/catalog/variant/${tile.variant_id}`);
    goods[item.unit_tracked ? 'numbered' : 'plain'].push({ variant: item.variant_id, name: item.name, sku: item.sku });
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const still = (page) => page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('main .bone, main [aria-busy="true"]'));
const level = async (variant, place) => (await owner.get(`/v1/stock/variant/${variant}`)).items.find((s) => s.place_id === place.id) ?? { on_hand: 0, free: 0 };
const choose = async (page, field, words) => {
  await field.fill(words);
  await page.getByRole('option').filter({ hasText: words }).click();
};

for (const [width, lang, scheme] of ways([360, 'ru', 'dark'], [768, 'en', 'light'], [1280, 'ru', 'light'])) {
  test(`a transfer at ${width} px in ${lang}, ${scheme}: planned, sent by its numbers, taken in with what is missing, read in the ledger`, async () => {
    const office = await enterOffice(server, browser, { at: '/office/transfer', width, lang, scheme });
    const { page, t } = office;
    const name = (screen) => `office-transfer-${screen}-${width}-${lang}-${scheme}`;
    const [cover, phone] = [goods.plain.shift(), goods.numbered.shift()];
    const serials = [`SN${width}T01`, `SN${width}T02`];
    await owner.post('/v1/stock/receive', { place_id: from.id, lines: [{ variant_id: cover.variant, qty: 3 }, { variant_id: phone.variant, qty: 2, serials }] });
    const was = { left: await level(cover.variant, from), came: await level(cover.variant, to) };

    // planned: nothing is forgotten before it is sent, and it is held at once
    await still(page);
    await page.getByRole('button', { name: t('office.transfer_add') }).click();
    const dialog = page.getByRole('dialog');
    await choose(page, dialog.getByRole('combobox', { name: t('office.from'), exact: true }), from.name);
    await dialog.getByRole('button', { name: t('office.transfer_make') }).click();
    await dialog.getByRole('combobox', { name: t('office.to_place'), exact: true }).and(page.locator('[aria-invalid="true"]')).waitFor();
    await choose(page, dialog.getByRole('combobox', { name: t('office.to_place'), exact: true }), to.name);
    await choose(page, dialog.getByRole('combobox', { name: t('office.goods_n', { n: 1 }) }), cover.sku);
    await dialog.getByRole('textbox', { name: t('office.pieces_of', { n: 1 }) }).fill('3');
    await dialog.getByRole('button', { name: t('office.more_goods') }).click();
    await choose(page, dialog.getByRole('combobox', { name: t('office.goods_n', { n: 2 }) }), phone.sku);
    await dialog.getByRole('group', { name: t('office.pieces_of', { n: 2 }) }).getByRole('button', { name: t('kit.more_pieces') }).click();
    await dialog.getByRole('textbox', { name: t('office.comment') }).fill(`К празднику ${width}`);
    await judge(page, name('new'), { width });
    await dialog.getByRole('button', { name: t('office.transfer_make') }).click();
    await page.locator('[data-transfer="draft"]').waitFor();
    assert.equal((await level(cover.variant, from)).free, was.left.free - 3, 'it is held for the road');

    // sent: numbered pieces by their numbers, all of them
    const numbers = page.getByRole('textbox', { name: t('office.serials_of', { name: phone.name }) });
    await numbers.fill(serials[0]);
    await page.getByRole('button', { name: t('office.transfer_send') }).click();
    await page.getByRole('alert').getByText(t('office.serials_wrong')).waitFor();
    assert.ok(office.wrong.splice(0).every((line) => line.includes('422')), 'the server refuses one number for two pieces');
    await judge(page, name('draft'), { width });
    await numbers.fill(serials.join('\n'));
    await page.getByRole('button', { name: t('office.transfer_send') }).click();
    await page.locator('[data-transfer="sent"]').waitFor();
    assert.equal((await level(cover.variant, from)).on_hand, was.left.on_hand - 3);

    // taken in: one piece of each is missing, and stays told
    await judge(page, name('sent'), { width });
    await page.getByRole('group', { name: t('office.arrived_of', { name: cover.name }) }).getByRole('button', { name: t('kit.less') }).click();
    await page.getByRole('checkbox', { name: serials[1] }).uncheck();
    await page.getByRole('button', { name: t('office.transfer_receive') }).click();
    await page.locator('[data-transfer="received"]').waitFor();
    await page.locator(`[data-variant="${cover.variant}"]`).getByText(t('office.differs_n', { n: '-1' })).waitFor();
    await page.locator(`[data-variant="${phone.variant}"]`).getByText(serials[1], { exact: true }).waitFor();
    await judge(page, name('received'), { width });
    assert.equal((await level(cover.variant, to)).on_hand, was.came.on_hand + 2);
    await page.goto('/office/transfer?state=received');
    await still(page);
    const row = page.locator('.body').getByRole('row').filter({ hasText: from.name }).first();
    assert.equal((await row.locator('.bad').innerText()).trim(), '2');

    // the ledger of the shop it left says so, narrowed to what was sent
    await page.goto(`/office/level?q=${encodeURIComponent(cover.sku)}&place_id=${from.id}`);
    await still(page);
    await page.locator('.body').getByRole('row').first().click();
    await page.waitForURL(/\/office\/move\?/);
    await still(page);
    if (width < 1280) await page.getByRole('button', { name: t('table.filters') }).click();
    await page.getByRole('combobox', { name: t('office.reason') }).selectOption('transfer_out');
    await page.waitForURL(/reason=transfer_out/);
    await becomes(() => page.locator('.body [role="row"] b.num').allInnerTexts(), ['-3'], 'three pieces left');
    await judge(page, name('moves'), { width });
    office.fine();
    await office.close();
  });
}

test('a transfer that was planned by mistake is cancelled: its goods are free again; who sells alone is not offered one', async () => {
  const office = await enterOffice(server, browser, { lang: 'en' });
  const { page, t } = office;
  const [cover] = goods.plain;
  const { free } = await level(cover.variant, from);
  const made = await owner.post('/v1/stock/transfer', { place_id: from.id, to_place_id: to.id, lines: [{ variant_id: cover.variant, qty: 1 }] });
  await page.goto(`/office/transfer/${made.id}`);
  await page.getByRole('button', { name: t('office.transfer_cancel') }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: t('office.transfer_cancel') }).click();
  await page.locator('[data-transfer="cancelled"]').waitFor();
  assert.equal((await level(cover.variant, from)).free, free);
  assert.equal(await page.getByRole('button', { name: t('office.transfer_send') }).count(), 0);
  office.fine();
  await office.close();
  const seller = await enterOffice(server, browser, { lang: 'en' }, 'seller');
  await seller.page.goto('/office/transfer');
  await still(seller.page);
  assert.equal(await seller.page.getByRole('button', { name: t('office.transfer_add') }).count(), 0);
  await seller.close();
});

for (const [width, lang, scheme] of ways([360, 'ru', 'light'], [1280, 'en', 'dark'])) {
  test(`a count at ${width} px in ${lang}, ${scheme}: sent back, counted again, and what differs becomes a move`, async () => {
    const [cover] = goods.plain;
    const counter = await staff(server, 'manager');
    const { place_id } = await counter.get('/v1/staff/me');
    const place = { id: place_id };
    await owner.post('/v1/stock/receive', { place_id, lines: [{ variant_id: cover.variant, qty: 4 }] });
    const { on_hand } = await level(cover.variant, place);
    const { id } = await counter.post('/v1/stock/count', { place_id, comment: `Полка ${width}` });
    const count = async (qty) => {
      await counter.put(`/v1/stock/count/${id}/lines`, { lines: [{ variant_id: cover.variant, qty }] });
      await counter.post(`/v1/stock/count/${id}/submit`, {});
    };
    await count(0);
    const { page, t, fine, close } = await enterOffice(server, browser, { at: '/office/count?state=submitted', width, lang, scheme });
    await still(page);
    await page.locator('.body').getByRole('row').filter({ hasText: `Полка ${width}` }).getByRole('link').click();
    const row = page.getByRole('row').filter({ hasText: cover.sku });
    await row.getByText(`-${on_hand}`, { exact: true }).waitFor();
    await judge(page, `office-count-${width}-${lang}-${scheme}`, { width });
    await page.getByRole('button', { name: t('office.count_again'), exact: true }).click();
    await page.getByText(t('office.count_again_done')).waitFor();
    assert.equal((await level(cover.variant, place)).on_hand, on_hand, 'nothing is decided yet');
    await count(on_hand - 1);
    await page.reload();
    await row.getByText('-1', { exact: true }).waitFor();
    await page.getByRole('button', { name: t('office.approve') }).click();
    await page.getByText(t('office.approved')).waitFor();
    await becomes(async () => (await level(cover.variant, place)).on_hand, on_hand - 1);
    assert.equal(await page.getByRole('button', { name: t('office.approve') }).count(), 0);
    fine();
    await close();
  });
}

for (const [width, lang, scheme] of ways([768, 'ru', 'light'], [360, 'en', 'dark'])) {
  test(`how long a source may be silent at ${width} px in ${lang}, ${scheme}: late, given its time, late again`, async () => {
    const office = await enterOffice(server, browser, { at: '/office/source', width, lang, scheme });
    const { page, t } = office;
    await still(page);
    const [source] = (await owner.get('/v1/stock/source')).items;
    const rows = page.locator('.body').getByRole('row').filter({ hasText: source.name });
    const states = () => rows.locator('.tag').allInnerTexts().then((all) => [...new Set(all)]);
    const dialog = page.getByRole('dialog');
    const write = async (minutes) => {
      await rows.first().getByRole('button').click();
      await dialog.getByLabel(t('office.limit_min')).fill(minutes);
      await page.keyboard.press('Enter');
    };
    await write('1');
    await becomes(states, [t('office.late')]);
    await write('20000'); // more than a week is a slip of the hand
    await dialog.getByRole('textbox').and(page.locator('[aria-invalid="true"]')).waitFor();
    await judge(page, `office-source-limit-${width}-${lang}-${scheme}`, { width });
    await dialog.getByLabel(t('office.limit_min')).fill('10080');
    await page.keyboard.press('Enter');
    await becomes(states, [t('office.fresh')]);
    await rows.first().getByRole('button', { name: /10.080/ }).waitFor();
    await write('');
    await becomes(states, [t('office.late')], 'and as usual for its kind again');
    await judge(page, `office-source-${width}-${lang}-${scheme}`, { width });
    office.fine();
    await office.close();
  });
}
