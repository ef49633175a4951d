// Large print. 200 % of the browser's zoom on a screen of 1280 x 800 is a page of 640 x
// 400 drawn with two dots a pixel; 200 % of the text alone, on a phone, is a reader whose
// usual letters are 32 px. Nothing is cut, nothing lies on something else.
import { after, before, test } from 'node:test';
import { assert, judge, open, person } from './pages.js';
import { start } from '../support/server.js';
import { say } from './words.js';

const t = say('ru');
let server, browser, tile, branch;
before(async () => {
  server = await start();
  browser = await open();
  const read = async (path) => (await fetch(server.url + path)).json();
  tile = (await read('/v1/catalog/search?in_stock=true&limit=1')).items[0];
  branch = (await read('/v1/catalog/category')).items.find((c) => c.id === tile.category_id);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/* Words that lie on other words: parts of a page that flows do not. */
function overlaps() {
  const floating = (e) => e && (['fixed', 'absolute', 'sticky'].includes(getComputedStyle(e).position) || floating(e.parentElement));
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || e.closest('.sr, script, style, select, [hidden], .skip') || !e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) || floating(e)) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (const r of range.getClientRects()) if (r.width > 2 && r.height > 2) boxes.push({ e, text: walker.currentNode.textContent.trim().slice(0, 30), l: r.left, r: r.right, t: r.top + r.height * 0.2, b: r.bottom - r.height * 0.2 });
  }
  const found = [];
  for (const [k, a] of boxes.entries())
    for (const b of boxes.slice(k + 1)) if (a.e !== b.e && Math.min(a.r, b.r) - Math.max(a.l, b.l) > 2 && Math.min(a.b, b.b) - Math.max(a.t, b.t) > 2 && !clipped(a) && !clipped(b)) found.push(`"${a.text}" and "${b.text}"`);
  return found;

  /* Cut off by a box that is scrolled or has an ellipsis. */
  function clipped({ e, l, r, t: top, b }) {
    for (let p = e; p; p = p.parentElement) {
      if (getComputedStyle(p).overflowX === 'visible' && getComputedStyle(p).overflowY === 'visible') continue;
      const box = p.getBoundingClientRect();
      if (r > box.right + 1 || l < box.left - 1 || b > box.bottom + 1 || top < box.top - 1) return true;
    }
    return false;
  }
}

async function look(who, name, width) {
  const { page } = who;
  const waiting = () => document.querySelector('.bone, #app > .first, [aria-busy="true"]')?.outerHTML.slice(0, 200) ?? '';
  await page.waitForFunction(() => !document.querySelector('.bone, #app > .first, [aria-busy="true"]')).catch(async (e) => assert.fail(`${name}: still waiting: ${await page.evaluate(waiting)} (${e.message})`));
  /* Chromium lays the page out anew, by the letters' size, when its picture is taken. */
  await page.screenshot({ fullPage: true });
  await judge(page, name, { width });
  assert.deepEqual(await page.evaluate(overlaps), [], `${name}: words on words`);
  who.fine();
}

const ways = {
  'the page at 200 %': { name: 'zoom', width: 640, height: 400, dots: 2 },
  'letters at 200 % on a phone': { name: 'letters', width: 360, letters: 32 },
};
for (const [way, { name, letters, ...size }] of Object.entries(ways)) {
  const enter = async () => {
    const who = await person(browser, server.url, size);
    if (letters) await (await who.context.newCDPSession(who.page)).send('Page.setFontSizes', { fontSizes: { standard: letters, fixed: Math.round(letters * 0.8125) } });
    return who;
  };

  test(`${way}: the shop`, async () => {
    const who = await enter();
    const { page } = who;
    await page.goto('/');
    if (letters) assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), `${letters}px`);
    else assert.equal(await page.evaluate(() => devicePixelRatio), 2);
    await look(who, `${name}-home`, size.width);
    for (const [path, screen] of [[`/category/${branch.slug}`, 'category'], [`/product/${tile.slug}`, 'product']]) {
      await page.goto(path);
      await look(who, `${name}-${screen}`, size.width);
    }
    await page.getByRole('button', { name: t('product.add') }).click();
    await page.getByRole('link', { name: t('product.in_basket') }).waitFor();
    for (const [path, screen] of [[`/guide/${branch.id}`, 'guide'], ['/basket', 'basket'], ['/checkout', 'checkout'], ['/orders', 'orders']]) {
      await page.goto(path);
      await look(who, `${name}-${screen}`, size.width);
    }
    await who.close();
  });

  test(`${way}: till, desk and office`, async () => {
    const who = await enter();
    const { page } = who;
    await page.goto('/till');
    await page.getByLabel(t('staff.login')).fill('owner');
    await page.getByLabel(t('staff.password')).fill('prilavok');
    await look(who, `${name}-login`, size.width);
    await page.getByRole('button', { name: t('staff.enter') }).click();
    await page.getByRole('heading', { name: t('till.where') }).waitFor();
    await page.locator('.choose button').first().click();
    await page.getByRole('combobox').waitFor();
    for (const [path, screen] of [['/till', 'till'], ['/till/picking', 'picking'], ['/desk', 'desk'], ['/office', 'office'], ['/office/order', 'orders-of-all']]) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).or(page.getByRole('searchbox')).first().waitFor();
      await look(who, `${name}-${screen}`, size.width);
    }
    await who.close();
  });
}
