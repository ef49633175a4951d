// The shop's screens on a chain of 20,000 variants, a processor four times slower:
// each key press and click to its paint. build/interaction.json and a table; ends with
// 1 when one is over 100 ms.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addresses, serve, top } from './chain.js';
import { open, table, watch } from './pace.js';

const limit = 100;
const still = (page) => page.waitForFunction(() => !document.querySelector('.bone, [aria-busy="true"], .first'));

async function walk(page, where) {
  const pace = await watch(page);
  const go = async (path) => {
    await page.goto(path);
    await still(page);
  };
  const search = page.getByRole('combobox').first();
  await go('/');
  await pace.step('search box: each key', () => search.pressSequentially('смартфон samsung', { delay: 150 }));
  await pace.step('suggestions: arrow down', () => search.press('ArrowDown'));
  await pace.step('suggestions: chosen by Enter', () => search.press('Enter'), () => still(page));
  await go('/');
  await pace.step('home: a category is clicked', () => page.locator('.kinds a').first().click(), () => still(page));
  await go(where.category);
  await pace.step('category: a filter is ticked', () => page.locator('aside input[type="checkbox"]').first().click(), () => still(page));
  const boxes = page.locator('aside input[type="checkbox"]');
  await pace.step(
    'category: another filter while the first is being drawn',
    async () => {
      await boxes.nth(0).click();
      await page.waitForTimeout(120);
      await boxes.nth(1).click();
    },
    () => still(page),
  );
  await pace.step('category: only what is here', () => page.getByRole('switch').first().click());
  await page.keyboard.press('Escape');
  await go(where.category);
  const more = page.locator('.more button');
  if (await more.count()) await pace.step('category: more', () => more.click(), () => still(page));
  await pace.step('category: a product is clicked', () => page.locator('section a[href^="/product/"]').first().click(), () => still(page));
  await go(where.product);
  const other = page.locator('.variants button').nth(1);
  if (await other.count()) await pace.step('product: another variant', () => other.click(), () => still(page));
  await pace.step('product: into the basket', () => page.locator('.acts .btn.loud').click());
  await go('/basket');
  const buttons = page.locator('main button');
  await pace.step('basket: one more', () => buttons.filter({ has: page.locator('svg') }).nth(1).click());
  return pace.rows;
}

const chain = await serve();
const browser = await open();
let rows = [];
try {
  const where = await addresses(chain.plain);
  for (const width of [412, 1280]) {
    const page = await browser.newPage({ baseURL: chain.url, viewport: { width, height: 823 }, locale: 'ru-RU', ignoreHTTPSErrors: true });
    page.setDefaultTimeout(20_000);
    if (width > 800) rows.push(...(await walk(page, where)).map((r) => ({ ...r, width })));
    else {
      const pace = await watch(page);
      await page.goto(where.category);
      await still(page);
      await pace.step('phone: filters are opened', () => page.locator('.filters').click());
      await pace.step('phone: a filter is ticked', () => page.locator('dialog[open] input[type="checkbox"]').first().click(), () => still(page));
      await page.keyboard.press('Escape');
      await pace.step('phone: a product is touched', () => page.locator('section a[href^="/product/"]').first().click(), () => still(page));
      rows.push(...pace.rows.map((r) => ({ ...r, width })));
    }
    await page.close();
  }
} finally {
  await browser.close();
  await chain.stop();
}
mkdirSync(join(top, 'build'), { recursive: true });
writeFileSync(join(top, 'build/interaction.json'), JSON.stringify(rows, null, 1));
console.log(table(rows, limit));
process.exitCode = rows.every((r) => r.worst <= limit) ? 0 : 1;
