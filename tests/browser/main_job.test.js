// The main job in a real browser: a shopper finds a thing, keeps it in a shop, the
// shop picks it and hands it over by code; a sale at a till is seen at once by
// whoever looks at the product.
import { after, before, describe, test } from 'node:test';
import { enterTill, scan, somethingIn } from './staff.js';
import { assert, judge, open, person, ways } from './pages.js';
import { start } from '../support/server.js';
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

for (const [width, lang] of ways([360, 'ru'], [1280, 'en'])) {
  describe(`at ${width} px in ${lang}`, () => {
    const t = say(lang);
    let buyer, seller, shop, thing;
    before(async () => {
      buyer = await person(browser, server.url, { width, lang });
      seller = await person(browser, server.url, { width: width === 360 ? 768 : 1280, lang });
      shop = await enterTill(seller, t);

      thing = await somethingIn(seller.page, shop, false);
      assert.ok(thing, 'the demo chain has something to sell');
    });
    after(async () => {
      await buyer.close();
      await seller.close();
    });

    test('a shopper finds a thing by its name and sees which shops have it', async () => {
      const { page } = buyer;
      await page.goto('/');
      await page.evaluate((id) => localStorage.setItem('shop', id), shop);
      await page.reload();
      await page.getByRole('combobox', { name: t('search.label') }).fill(thing.name);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1 }).filter({ hasText: thing.name.slice(0, 12) }).waitFor();
      await page.locator(`main a[href="/product/${thing.slug}"]`).first().click();
      await page.waitForURL(`**/product/${thing.slug}*`);
      await page.locator(`[data-place="${shop}"] [data-free]`).waitFor();
      buyer.fine();
    });

    test('a sale at the till changes the open product page without a reload', async () => {
      const row = buyer.page.locator(`[data-place="${shop}"] [data-free]`);
      await buyer.page.goto(`/product/${thing.product}?variant=${thing.variant}`);
      const before = Number(await row.getAttribute('data-free'));
      await buyer.page.evaluate(() => (globalThis.samePage = true));

      await seller.page.goto('/till');
      await seller.page.getByRole('combobox').waitFor();
      await scan(seller.page, thing.sku);
      await seller.page.getByRole('cell', { name: thing.name }).first().waitFor();
      await judge(seller.page, `till-sale-${width}-${lang}`, { width });
      await seller.page.keyboard.press('F9');
      await seller.page.keyboard.press('F10');
      await seller.page.getByText(t('sale.done'), { exact: true }).waitFor();

      await buyer.page.locator(`[data-place="${shop}"] [data-free="${before - 1}"]`).waitFor();
      assert.ok(await buyer.page.evaluate(() => globalThis.samePage), 'the page was not loaded again');
      buyer.fine();
      seller.fine();
    });

    test('the shopper reserves it in the shop without payment and without a login', async () => {
      const { page } = buyer;
      await page.getByRole('button', { name: t('product.reserve') }).click();
      await page.waitForURL('**/checkout?kind=reserve');
      await page.getByLabel(t('checkout.name'), { exact: true }).fill('Мария Иванова');
      await page.getByLabel(t('checkout.phone')).fill('8 (916) 123-45-67');
      await page.locator(`input[name="place"][value="${shop}"]`).check();
      await judge(page, `checkout-${width}-${lang}`, { width });
      await page.getByRole('button', { name: t('checkout.do_reserve'), exact: true }).click();
      await page.waitForURL('**/order/**');
      await page.locator('[data-state="placed"]').waitFor();
      await judge(page, `order-placed-${width}-${lang}`, { width });
      buyer.fine();
    });

    test('the shop picks it, and the code appears on the open order page', async () => {
      const { page } = seller;
      await page.keyboard.press('F2');
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      await page.locator('.orders button').first().waitFor();
      const number = (await buyer.page.getByRole('heading', { level: 1 }).innerText()).split(/\s/).at(-1);
      await page.locator('.orders button').filter({ hasText: number }).click();
      await scan(page, thing.sku);
      await page.locator('.lines li.done').first().waitFor();
      await judge(page, `till-picking-${width}-${lang}`, { width });
      await page.keyboard.press('F10');
      await buyer.page.locator('[data-state="ready"] , [data-code]').first().waitFor();
      await buyer.page.locator('[data-code]').waitFor();
      await buyer.page.waitForFunction(() => [...document.images].every((i) => i.complete && i.naturalWidth));
      await judge(buyer.page, `order-ready-${width}-${lang}`, { width });
      buyer.fine();
      seller.fine();
    });

    test('it is handed over by that code against payment, and the order is done', async () => {
      const code = await buyer.page.locator('[data-code]').getAttribute('data-code');
      const { page } = seller;
      await page.keyboard.press('F3');
      await page.getByLabel(t('hand.code')).fill(code);
      await page.getByRole('button', { name: t('hand.find') }).click();
      await page.getByRole('button', { name: t('hand.give') }).waitFor();
      await page.keyboard.press('F8');
      await judge(page, `till-handover-${width}-${lang}`, { width });
      await page.keyboard.press('F10');
      await page.getByText(t('hand.done'), { exact: true }).waitFor();
      await buyer.page.locator('[data-state="done"]').waitFor();
      await judge(buyer.page, `order-done-${width}-${lang}`, { width });
      buyer.fine();
      seller.fine();
    });
  });
}

test('a seller who looks at the shop in the same browser is a shopper there', async () => {
  const t = say('ru');
  const who = await person(browser, server.url, { width: 1280 });
  const { page } = who;
  const shop = await enterTill(who, t);
  const thing = await somethingIn(page, shop, false);
  await page.goto(`/product/${thing.product}?variant=${thing.variant}`);
  await page.getByRole('button', { name: t('product.add') }).click();
  await page.getByRole('link', { name: t('product.in_basket') }).waitFor();
  await page.goto('/till');
  await page.getByRole('button', { name: t('staff.leave') }).click();
  await page.getByLabel(t('staff.login')).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: t('kit.more_pieces') }).click();
  await page.waitForFunction(() => document.querySelector('nav .basket b')?.textContent?.includes('2'));
  who.fine();
  await who.close();
});
