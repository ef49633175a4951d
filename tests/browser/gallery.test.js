// Pictures of a product, under a finger and by keys, on a phone; which of them come first.
import { after, before, test } from 'node:test';
import { assert, judge, open, person } from './pages.js';
import { start } from '../support/server.js';
import { say } from './words.js';

const t = say('ru');
const width = 360;
let server, browser, tile;
before(async () => {
  server = await start();
  browser = await open();
  tile = (await (await fetch(`${server.url}/v1/catalog/search?in_stock=true&limit=1`)).json()).items[0];
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const swipe = async (page, dx) => {
  const devtools = await page.context().newCDPSession(page);
  const y = 260;
  const at = (x) => ({ touchPoints: [{ x, y }] });
  const from = dx < 0 ? 300 : 60;
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', ...at(from) });
  for (let k = 1; k <= 8; k++) await devtools.send('Input.dispatchTouchEvent', { type: 'touchMove', ...at(from + (dx * k) / 8) });
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await devtools.detach();
};
const shown = (page, k) => page.locator(`.gallery .small li:nth-child(${k}):nth-last-child(${4 - k}) [aria-current="true"]`).waitFor();

test('a finger, keys and small copies lead from picture to picture, and a press makes one large', async () => {
  const who = await person(browser, server.url, { width, touch: true });
  const { page } = who;
  await page.goto(`/product/${tile.slug}`);
  await shown(page, 1);
  const painted = () => page.locator('.gallery .strip img').evaluateAll((list) => list.map((i) => i.complete && i.naturalWidth > 0));
  await page.waitForFunction(() => [...document.querySelectorAll('.gallery .small img')].every((i) => i.complete && i.naturalWidth));
  assert.equal((await painted()).length, 3);
  await swipe(page, -220);
  await shown(page, 2);
  assert.equal(await page.evaluate(() => scrollX), 0, 'the page itself stays');
  await page.locator('.gallery .one[tabindex="0"]').focus();
  await page.keyboard.press('ArrowRight');
  await shown(page, 3);
  await page.keyboard.press('ArrowRight');
  await shown(page, 1);
  await page.getByRole('button', { name: t('picture.one', { k: 2, n: 3 }) }).tap();
  await shown(page, 2);
  await page.waitForFunction(() => [...document.querySelectorAll('.gallery .one')].some((o, k) => k === 1 && Math.abs(o.getBoundingClientRect().left - o.parentElement.getBoundingClientRect().left) < 3));

  await page.locator('.gallery .one[tabindex="0"]').focus();
  await page.keyboard.press('Enter');
  const box = page.getByRole('dialog');
  await box.getByText('2 / 3').waitFor();
  await judge(page, `gallery-large-${width}`, { width });
  await swipe(page, -180);
  await box.getByText('3 / 3').waitFor();
  await swipe(page, 180);
  await box.getByText('2 / 3').waitFor();
  await page.keyboard.press('ArrowLeft');
  await box.getByText('1 / 3').waitFor();
  const before = await box.locator('.big').evaluate((e) => Math.round(e.getBoundingClientRect().width));
  await box.getByRole('button', { name: t('picture.closer') }).click();
  await page.waitForFunction((b) => document.querySelector('dialog .big').getBoundingClientRect().width > 1.8 * b, before);
  await swipe(page, -180);
  await box.getByText('1 / 3').waitFor();
  await box.getByRole('button', { name: t('picture.whole') }).click();
  await page.waitForFunction((b) => Math.round(document.querySelector('dialog .big').getBoundingClientRect().width) === b, before);
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'hidden' });
  who.fine();
  await who.close();
});

test('the pictures that are in sight first are not put off, those below are', async () => {
  const who = await person(browser, server.url, { width });
  const { page } = who;
  const loading = (where) => page.locator(where).evaluateAll((list) => list.map((i) => i.loading));
  for (const path of ['/', '/search?q=смартфон']) {
    await page.goto(path);
    await page.locator('#app > .first').waitFor({ state: 'detached' });
    await page.locator('main .tile img').nth(4).waitFor();
    assert.deepEqual((await loading('main .tile img')).slice(0, 5), ['eager', 'eager', 'eager', 'eager', 'lazy']);
  }
  await page.goto(`/product/${tile.slug}`);
  await page.locator('.gallery .strip img').first().waitFor();
  assert.deepEqual(await loading('.gallery .strip img'), ['eager', 'lazy', 'lazy']);
  who.fine();
  await who.close();
});
