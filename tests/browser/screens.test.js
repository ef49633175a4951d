// What a screen becomes: nothing found, a basket with something in it, no such page,
// who logs in and where he works. Each screen as it is opened: every_screen.test.js.
import { after, before, test } from 'node:test';
import { assert, judge, open, person, ways } from './pages.js';
import { start } from '../support/server.js';
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

async function still(page) {
  await page.waitForLoadState('load');
  await page.waitForFunction(() => !document.querySelector('.bone, [aria-busy="true"]'));
}

for (const [width, lang, scheme] of ways([360, 'ru', 'dark'], [768, 'ru', 'light'], [1280, 'en', 'light'])) {
  const t = say(lang);
  const name = (screen) => `${screen}-${width}-${lang}-${scheme}`;

  test(`the shop's screens at ${width} px in ${lang}, ${scheme}`, async () => {
    const who = await person(browser, server.url, { width, lang, scheme });
    const { page } = who;
    const see = async (path, screen) => {
      await page.goto(path);
      await still(page);
      await judge(page, name(screen), { width });
      who.fine();
    };
    await page.goto('/');
    await page.locator('.kinds a').first().click();
    await still(page);
    await page.locator('main a[href^="/product/"]').first().click();
    await page.locator('[data-free]').first().waitFor();
    await still(page);
    const photo = await page.locator('main .art img').first().getAttribute('src');
    await page.getByRole('button', { name: t('product.add') }).click();
    await page.getByRole('link', { name: t('product.in_basket') }).waitFor();
    await see('/basket', 'basket');
    assert.equal(await page.locator('main .pic img').getAttribute('src'), photo, 'the product is known by its photo');
    await see('/search?q=zzzzqqq', 'nothing');
    await page.goto('/no/such/page');
    await still(page);
    await judge(page, name('lost'), { width });
    assert.ok(who.wrong.splice(0).every((line) => line.includes('404')), 'such a page is not there, and says so');
    await page.goto('/orders');
    await page.getByLabel(t('login.to')).waitFor();
    await judge(page, name('login'), { width });
    who.fine();
    await who.close();
  });

  test(`the staff's screens at ${width} px in ${lang}, ${scheme}`, async () => {
    const who = await person(browser, server.url, { width, lang, scheme });
    const { page } = who;
    await page.goto('/till');
    await page.getByLabel(t('staff.login')).waitFor();
    await judge(page, name('till-login'), { width });
    await enterAs(page, t);
    await page.getByRole('heading', { name: t('till.where') }).waitFor();
    await judge(page, name('till-where'), { width });
    await page.locator('.choose button').first().click();
    await page.getByRole('combobox').waitFor();
    who.fine();
    await who.close();
  });
}
