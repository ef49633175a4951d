// One shopper, two devices: what he wants is the same on both, whichever he took it on.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { assert, becomes, judge, open, person, ways } from './pages.js';
import { logInAs } from './staff.js';
import { say } from './words.js';

let server, browser, shop, tiles;
before(async () => {
  server = await start();
  browser = await open();
  const read = async (path) => (await (await fetch(server.url + path)).json()).items;
  shop = (await read('/v1/place')).find((p) => p.kind === 'shop');
  tiles = await read(`/v1/catalog/search?place_id=${shop.id}&in_stock=true&sort=stock&limit=3`);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [phone_width, desk_width, lang, scheme] of ways([360, 1280, 'ru', 'light'], [360, 768, 'en', 'dark'])) {
  test(`at ${phone_width} and ${desk_width} px in ${lang}, ${scheme}: a guest's basket joins at log-in, nothing lost or doubled, and either device shows what the other did`, async () => {
    const t = say(lang);
    const number = `+7916${String(7100000 + desk_width)}`;
    const device = async (width) => {
      const who = await person(browser, server.url, { width, lang, scheme });
      await who.page.goto('/');
      await who.page.evaluate((id) => localStorage.setItem('shop', id), shop.id);
      return who;
    };
    const add = async ({ page }, tile, qty = 1) => {
      await page.goto(`/product/${tile.slug}?variant=${tile.variant_id}`);
      await page.getByRole('button', { name: t('product.add') }).click();
      for (let k = 1; k < qty; k++) await page.getByRole('button', { name: t('kit.more_pieces') }).click();
      await page.waitForFunction((n) => document.querySelector('.acts .qty[aria-busy="false"] input')?.value === String(n), qty);
    };
    /* { slug: pieces } as the basket's page shows it. */
    const shown = ({ page }) =>
      page.evaluate(() => Object.fromEntries([...document.querySelectorAll('main .page > ul > li')].map((li) => [new URL(li.querySelector('.name a').href).searchParams.get('variant'), Number(li.querySelector('.qty input').value)])));
    const [a, b, c] = tiles.map((tile) => tile.variant_id);

    // on the telephone as a guest, then logged in; on the other device as another guest
    const phone = await device(phone_width);
    await add(phone, tiles[0], 2);
    await add(phone, tiles[1]);
    await logInAs(server, phone.page, t, number);
    const desk = await device(desk_width);
    await add(desk, tiles[1], 3);
    await add(desk, tiles[2]);
    await logInAs(server, desk.page, t, number);
    await desk.page.locator('header .basket').first().click();
    const both = { [a]: 2, [b]: 3, [c]: 1 }; // of what lies in both the larger number
    await becomes(() => shown(desk), both);
    await judge(desk.page, `basket-of-two-${desk_width}-${lang}-${scheme}`, { width: desk_width });

    // the telephone shows it when he comes to the basket, without a reload
    await phone.page.evaluate(() => (globalThis.samePage = true));
    await phone.page.locator('header .basket').first().click();
    await becomes(() => shown(phone), both, 'what was joined on the other device');

    // changed on one, seen on the other when he turns to it again
    await desk.page.locator('main .page > ul > li').filter({ hasText: tiles[0].name }).first().getByRole('button', { name: t('kit.more_pieces') }).click();
    await becomes(() => shown(desk), { ...both, [a]: 3 });
    await desk.page.locator('main .qty[aria-busy="true"]').waitFor({ state: 'detached' });
    await phone.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await becomes(() => shown(phone), { ...both, [a]: 3 }, 'what was changed on the other device');
    await phone.page.getByRole('button', { name: t('basket.take_out', { name: tiles[2].name }) }).click();
    await becomes(() => shown(phone), { [a]: 3, [b]: 3 });
    await desk.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await becomes(() => shown(desk), { [a]: 3, [b]: 3 }, 'and the other way about');
    assert.ok(await phone.page.evaluate(() => globalThis.samePage), 'the page was not loaded again');

    // logged in again where he is already: nothing is joined twice
    await desk.page.goto('/orders');
    await desk.page.getByRole('button', { name: t('login.leave') }).click();
    await desk.page.getByLabel(t('login.to')).waitFor();
    await logInAs(server, desk.page, t, number);
    await desk.page.locator('header .basket').first().click();
    await becomes(() => shown(desk), { [a]: 3, [b]: 3 });

    // the device he no longer has is shut out from the one he has
    await phone.page.goto('/mine');
    await phone.page.getByText(t('self.this')).waitFor();
    await phone.page.getByRole('button', { name: t('self.end_others') }).click();
    await phone.page.getByText(t('self.ended')).waitFor();
    phone.fine();
    desk.fine();
    await desk.page.goto('/orders');
    await desk.page.getByLabel(t('login.to')).waitFor();
    assert.ok(desk.wrong.splice(0).every((line) => line.includes('401')), 'it is nobody’s now');
    await phone.close();
    await desk.close();
  });
}
