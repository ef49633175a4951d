// The shop without a mouse: found, put in the basket, ordered; every stop has a name.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { assert, becomes, open, person } from './pages.js';
import { say } from './words.js';

const t = say('ru');
let server, browser;
before(async () => {
  server = await start();
  browser = await open();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/* What has the focus, as a screen reader says it. */
const here = (page) =>
  page.evaluate(() => {
    const e = document.activeElement;
    const by = (e.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim();
    return { tag: e.tagName, type: e.getAttribute('type') ?? '', name: (e.getAttribute('aria-label') || by || e.labels?.[0]?.innerText || e.innerText || e.title || '').replace(/\u00a0/g, ' ').replace(/ \*$/, '').trim(), seen: e === document.body || e.getClientRects().length > 0, outline: getComputedStyle(e).outlineStyle };
  });

async function tabTo(page, like, most = 80) {
  for (let k = 0; k < most; k++) {
    await page.keyboard.press('Tab');
    const at = await here(page);
    if (at.tag === 'BODY') continue;
    assert.ok(at.name, `a stop without a name: ${JSON.stringify(at)}`);
    assert.ok(at.seen, `a stop that cannot be seen: ${at.name}`);
    if (like(at)) return at;
  }
  throw new Error('never reached');
}

test('somebody without a mouse finds, orders and cancels', async () => {
  const who = await person(browser, server.url, { width: 1280 });
  const { page } = who;
  await page.goto('/');
  await page.locator('main a[href^="/product/"]').first().waitFor();
  const shop = await page.evaluate(async () => (await (await fetch('/v1/place')).json()).items.find((p) => p.kind === 'shop').id);
  await page.evaluate((id) => localStorage.setItem('shop', id), shop);
  const name = await page.evaluate(async (id) => (await (await fetch(`/v1/catalog/search?place_id=${id}&in_stock=true&sort=stock&limit=1`)).json()).items[0].name, shop);
  await page.reload();
  await page.locator('main a[href^="/product/"]').first().waitFor();

  assert.equal((await tabTo(page, () => true)).name, t('kit.skip'), 'the first stop leads past the header');
  await tabTo(page, (at) => at.name === t('search.label'));
  await page.keyboard.type(name);
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1 }).filter({ hasText: t('search.title', { q: name }).slice(0, 12) }).waitFor();
  await page.locator('section[aria-busy="false"] a[href^="/product/"]').first().waitFor();
  await tabTo(page, (at) => at.tag === 'A' && at.name.includes(name.slice(0, 18)));
  assert.notEqual((await here(page)).outline, 'none', 'the focus is seen');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: t('product.add') }).waitFor();
  await becomes(() => page.evaluate(() => document.activeElement.tagName), 'MAIN', 'a new page begins at its beginning');

  await tabTo(page, (at) => at.name === t('product.add'));
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: t('product.in_basket') }).waitFor();
  await page.evaluate(() => document.querySelector('main').focus());
  await tabTo(page, (at) => at.name === t('product.in_basket'));
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: t('basket.checkout') }).waitFor();
  await tabTo(page, (at) => at.name === t('basket.checkout'));
  await page.keyboard.press('Enter');

  await page.locator('input[name="place"]:checked').waitFor();
  await tabTo(page, (at) => at.name === t('checkout.name'));
  await page.keyboard.type('Пётр Ильин');
  await tabTo(page, (at) => at.name === t('checkout.phone'));
  await page.keyboard.type('+7 916 200-10-10');
  await page.locator('aside .total[aria-busy="false"]').waitFor();
  await tabTo(page, (at) => at.name === t('checkout.do_place'));
  await page.keyboard.press('Enter');
  await page.locator('[data-state="placed"]').waitFor();

  await tabTo(page, (at) => at.name === t('order.cancel'));
  await page.keyboard.press('Enter');
  await page.locator('[data-state="cancelled"]').waitFor();
  who.fine();
  await who.close();
});

test('a screen reader hears landmarks, one main heading, and what changes', async () => {
  const who = await person(browser, server.url, { width: 1280 });
  const { page } = who;
  await page.goto('/');
  await page.locator('main a[href^="/product/"]').first().waitFor();
  for (const role of ['banner', 'main', 'contentinfo', 'search']) assert.equal(await page.getByRole(role).count(), 1, role);
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
  const box = page.getByRole('combobox', { name: t('search.label') });
  assert.equal(await box.getAttribute('aria-expanded'), 'false');
  await box.fill('смарт');
  await page.getByRole('option').first().waitFor();
  assert.equal(await box.getAttribute('aria-expanded'), 'true');
  await page.keyboard.press('ArrowDown');
  const active = await box.getAttribute('aria-activedescendant');
  assert.equal(await page.locator(`#${active}`).getAttribute('aria-selected'), 'true');
  who.fine();
  await who.close();
});
