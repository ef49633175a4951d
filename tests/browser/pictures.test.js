// The main screens of the four apps, as somebody looked at them and found them good.
// What differs from day to day is left out: the pages are those that show neither the
// hour nor how many pieces lie where, or that part of them is covered.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { open, person } from './pages.js';
import { same, still } from './picture.js';
import { enterAs } from './staff.js';
import { say } from './words.js';

const t = say('ru');
let server, browser, kind, tile;
before(async () => {
  server = await start();
  browser = await open();
  const read = async (path) => (await (await fetch(server.url + path)).json()).items;
  kind = (await read('/v1/catalog/category')).find((c) => c.name === 'Смартфоны');
  [tile] = await read(`/v1/catalog/search?category_id=${kind.id}&sort=price_desc&limit=1`);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const atTill = async (page) => {
  const shop = page.locator('.choose button').first();
  const field = page.getByRole('combobox').or(page.getByRole('textbox')).first();
  await shop.or(field).first().waitFor();
  if (await shop.count()) await shop.click();
  await field.waitFor();
};

/* name, width, theme, address; `go` does the rest of the way; `cover`: what is another
 * every day; `staff`: after logging in. */
const screens = () => [
  ['shop-category', 360, 'light', `/category/${kind.slug}?sort=price_desc`, { cover: ['main .tag'] }],
  ['shop-category', 1280, 'light', `/category/${kind.slug}?sort=price_desc`, { cover: ['main .tag'] }],
  ['shop-product', 360, 'dark', `/product/${tile.slug ?? tile.product_id}`, { cover: ['section[aria-labelledby=\"stock\"]', '.promise'] }],
  ['shop-product', 1280, 'light', `/product/${tile.slug ?? tile.product_id}`, { cover: ['section[aria-labelledby=\"stock\"]', '.promise'] }],
  ['shop-nothing', 360, 'light', '/search?q=zzzzqqq', {}],
  ['shop-compare-empty', 1280, 'dark', '/compare', {}],
  ['shop-guide', 360, 'light', `/guide/${kind.id}`, {}],
  ['shop-login', 360, 'dark', '/orders', {}],
  ['till-login', 768, 'light', '/till', {}],
  ['till-sale', 1280, 'light', '/till', { staff: true, go: atTill }],
  ['till-sale', 360, 'dark', '/till', { staff: true, go: atTill }],
  ['till-handover', 768, 'light', '/till/handover', { staff: true, go: atTill }],
  ['till-return', 1280, 'dark', '/till/return', { staff: true, go: atTill }],
  ['desk', 1280, 'light', '/desk', { staff: true }],
  ['desk', 360, 'dark', '/desk', { staff: true }],
  ['office-groups', 1280, 'light', '/office/group', { staff: true }],
  ['office-places', 1280, 'dark', '/office/place', { staff: true }],
  ['office-places', 360, 'light', '/office/place', { staff: true }],
  ['office-roles', 768, 'light', '/office/role', { staff: true }],
  ['office-settings', 1280, 'light', '/office/setting', { staff: true }],
  ['office-settings', 360, 'dark', '/office/setting', { staff: true }],
];

const quiet = (page) => page.waitForFunction(() => document.querySelector('main') && !document.querySelector('main .bone, main [aria-busy="true"]'));

for (const theme of ['light', 'dark'])
  test(`the apps' main screens look as approved: ${theme}`, async () => {
    const guest = await person(browser, server.url, { width: 1280, theme });
    const staff = await person(browser, server.url, { width: 1280, theme });
    await staff.page.goto('/office');
    await enterAs(staff.page, t);
    await staff.page.locator('.office').waitFor();
    for (const [name, width, of, path, how] of screens().filter((s) => s[2] === theme)) {
      const { page } = how.staff ? staff : guest;
      await page.setViewportSize({ width, height: 800 });
      await page.goto(path);
      await how.go?.(page);
      await quiet(page);
      await still(page);
      const cover = (how.cover ?? []).map((css) => page.locator(css));
      same(`app-${name}-${of}-${width}`, await page.screenshot({ mask: cover, maskColor: '#888888' }));
    }
    await guest.close();
    await staff.close();
  });
