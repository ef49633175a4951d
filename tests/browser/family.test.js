// Those who live together, and a gift from hand to hand, on the shop's own pages.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { eventually, staff } from '../story/people.js';
import { assert, judge, open, person, ways } from './pages.js';
import { logInAs } from './staff.js';
import { say } from './words.js';

let server, browser, api, shop, thing;
before(async () => {
  server = await start();
  browser = await open();
  api = await staff(server, 'owner');
  for (const place of (await api.get('/v1/place')).items.filter((p) => p.kind === 'shop')) {
    for (const tile of (await api.get(`/v1/catalog/search?place_id=${place.id}&in_stock=true&limit=60`)).items) {
      const item = await api.get(`/v1/catalog/variant/${tile.variant_id}`);
      const here = (await api.get(`/v1/stock/variant/${tile.variant_id}`)).items.find((s) => s.place_id === place.id);
      if (item.unit_tracked && here?.free > 0) [shop, thing] = [place, item];
    }
    if (thing) break;
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/* A numbered thing of hers; its event has come. */
async function buys(phone, name, serial) {
  await api.post('/v1/stock/receive', { place_id: shop.id, lines: [{ variant_id: thing.variant_id, qty: 1, serials: [serial] }] });
  const order = await api.post('/v1/order', { kind: 'sale', channel: 'shop', place_id: shop.id, phone, name, pay: 'card', lines: [{ variant_id: thing.variant_id, qty: 1, serial }] });
  await eventually(async () => (await api.get(`/v1/owner/unit/${serial}`)).owner);
  return order;
}

for (const [width, lang, scheme] of ways([360, 'ru', 'light'], [768, 'en', 'dark'], [1280, 'ru', 'dark'])) {
  const t = say(lang);
  const n = String(width).padStart(4, '0');
  const name = (screen) => `${screen}-${width}-${lang}-${scheme}`;

  test(`a family at ${width} px in ${lang}, ${scheme}: invited, shown, who uses what, left`, async () => {
    const [annas, olegs] = [`+7916310${n}`, `+7916320${n}`];
    await buys(annas, 'Соколова Анна', `SNHOME${n}`);
    await buys(olegs, 'Соколов Олег', `SNOLEG${n}`);
    const anna = await person(browser, server.url, { width, lang, scheme });
    const oleg = await person(browser, server.url, { width, lang, scheme });
    await logInAs(server, anna.page, t, annas);
    await logInAs(server, oleg.page, t, olegs);

    await anna.page.goto('/mine/family');
    await anna.page.getByRole('button', { name: t('family.begin') }).waitFor();
    await judge(anna.page, name('family-none'), { width });
    await anna.page.getByRole('button', { name: t('family.begin') }).click();
    const code = await anna.page.locator('.code b').innerText();
    await anna.page.getByRole('switch', { name: t('family.devices') }).check();

    const his = oleg.page;
    await his.goto('/mine/family');
    const field = his.getByLabel(t('family.code'));
    await field.fill('AAAAA-AAAAA');
    await his.getByRole('button', { name: t('family.accept') }).click();
    await his.getByText(t('family.code_none')).waitFor();
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    await judge(his, name('family-wrong'), { width });
    oleg.wrong.splice(0); // the refusal just asked for
    await field.fill(code.toLowerCase());
    await field.press('Enter');
    await his.getByRole('heading', { name: t('family.members') }).waitFor();
    await his.getByText(thing.name).first().waitFor();
    const text = await his.locator('main').innerText();
    assert.ok(!text.includes(`SNHOME${n}`), 'her number is not shown to him');
    assert.doesNotMatch(text, /₽/);
    await judge(his, name('family-of-two'), { width });

    await anna.page.reload();
    await anna.page.getByLabel(t('family.uses', { name: thing.name })).selectOption({ label: 'Олег' });
    await eventually(async () => (await api.get(`/v1/owner/unit/SNHOME${n}`)).user?.name === 'Соколов Олег');
    await judge(anna.page, name('family-uses'), { width });
    await his.goto('/mine/devices');
    await his.getByText(t('devices.i_use')).waitFor();
    await judge(his, name('devices-used'), { width });

    await his.goto('/mine/family');
    await his.getByRole('button', { name: t('family.leave') }).click();
    await his.getByRole('alertdialog').getByRole('button', { name: t('family.leave'), exact: true }).click();
    await his.getByRole('button', { name: t('family.begin') }).waitFor();
    await anna.page.reload();
    await anna.page.getByRole('heading', { name: t('family.members') }).waitFor();
    assert.equal(await anna.page.getByText('Олег').count(), 0);
    anna.fine();
    oleg.fine();
    await anna.close();
    await oleg.close();
  });

  test(`a gift at ${width} px in ${lang}, ${scheme}: no price, no giver, taken once`, async () => {
    const [giver, taker] = [`+7916330${n}`, `+7916340${n}`];
    const order = await buys(giver, 'Громова Вера', `SNGIFT${n}`);
    const gift = (await api.post(`/v1/owner/order/${order.id}/gift`, {})).items[0];
    const who = await person(browser, server.url, { width, lang, scheme });
    const { page } = who;
    await page.goto(`/gift/${gift.code}`);
    await page.getByRole('heading', { name: t('gift.title') }).waitFor();
    await page.getByLabel(t('login.to')).waitFor();
    const told = await page.locator('main').innerText();
    assert.ok(told.includes(`SNGIFT${n}`));
    assert.doesNotMatch(told, /₽|Громова|Вера/);
    await judge(page, name('gift-guest'), { width });
    await logInAs(server, page, t, taker);
    await page.goto(`/gift/${gift.code}`);
    await judge(page, name('gift-taker'), { width });
    await page.getByRole('button', { name: t('gift.take') }).click();
    await page.locator('main .tag').getByText(t('unit.given'), { exact: true }).waitFor();
    await page.getByText(`SNGIFT${n}`).waitFor();
    await judge(page, name('devices-given'), { width });

    // its history: when and where it was bought, no price, no receipt of another's
    await page.getByText(t('life.title'), { exact: true }).click();
    await page.getByText(t('life_day.received')).waitFor();
    await page.getByText(t('life_day.bought'), { exact: true }).waitFor();
    assert.doesNotMatch(await page.locator('.life').innerText(), /₽|№/);
    await judge(page, name('devices-life'), { width });

    // passed on by its owner, and thought better of
    await page.getByRole('button', { name: t('devices.pass') }).click();
    await page.getByRole('dialog').getByText(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/).waitFor();
    await judge(page, name('devices-pass'), { width });
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: t('devices.take_back') }).click();
    await page.getByRole('button', { name: t('devices.take_back') }).waitFor({ state: 'detached' });
    who.fine();

    await page.goto(`/gift/${gift.code}`);
    await page.getByText(t('gift.gone')).waitFor();
    await judge(page, name('gift-gone'), { width });
    who.wrong.splice(0); // the code that is used up

    // traded in, it is among what he had before
    await api.post(`/v1/owner/unit/SNGIFT${n}/trade-in`, { place_id: shop.id });
    await page.goto('/mine/devices');
    await page.getByRole('heading', { name: t('devices.past') }).waitFor();
    await page.getByText(t('devices.none')).waitFor();
    await page.getByText(t('life.title'), { exact: true }).press('Enter');
    await page.getByText(t('life_day.traded_in'), { exact: true }).waitFor();
    await judge(page, name('devices-past'), { width });
    who.fine();
    await who.close();
  });
}
