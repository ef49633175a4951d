// Every screen of every app, in both languages, at three widths. The list is read from
// the apps' own tables, so that a screen nobody wrote a visit for fails here.
import { after, before, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, top } from '../support/server.js';
import { assert, judge, open, person } from './pages.js';
import { enterTill, somethingIn } from './staff.js';
import { say } from './words.js';

const widths = [360, 768, 1280];
const ways = [['ru', 'light'], ['en', 'dark']];
const source = (name) => readFileSync(join(top, 'ui', name), 'utf8');
const all = (name, form) => [...new Set([...source(name).matchAll(form)].map((m) => m[1]))];
const apps = {
  office: all('office/screens.ts', /path: '(\/[^']*)'/g),
  till: [...all('till/screens.ts', /path: '(\/[^']*)'/g), ...all('till/App.svelte', /path: '(\/[^']*)'/g)],
  desk: ['/desk', ...all('desk/App.svelte', /match\('(\/[^']*)'/g)],
  shop: readFileSync(join(top, 'ui/dist/addresses.txt'), 'utf8').trim().split('\n'),
};

let server, browser, at;
before(async () => {
  server = await start();
  browser = await open();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const still = (page) => page.waitForFunction(() => document.querySelector('main') && !document.querySelector('main .bone, main [aria-busy="true"]'));

async function logIn(who, t, path, login = 'owner') {
  const { page } = who;
  await page.goto(path);
  await page.getByLabel(t('staff.login')).fill(login);
  await page.getByLabel(t('staff.password')).fill('prilavok');
  await page.getByRole('button', { name: t('staff.enter') }).click();
}

/* Where an address with a name in it leads: something real of each kind. */
async function things(page) {
  return page.evaluate(async () => {
    const get = async (path) => (await fetch(path)).json();
    const write = async (method, path, body) => {
      const reply = await fetch(path, {
        method,
        headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), 'x-csrf-token': document.cookie.match(/prilavok_csrf=([^;]+)/)[1] },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
      return reply.json();
    };
    const first = async (path) => (await get(path)).items[0];
    /* Something that goes out without a serial number and lies in this shop. */
    const other = async (place_id) => {
      for (const x of (await get(`/v1/catalog/search?place_id=${place_id}&in_stock=true&limit=60`)).items) {
        const v = (await get(`/v1/catalog/product/${x.product_id}`)).variants.find((y) => y.id === x.variant_id);
        if (v && !v.unit_tracked) return v;
      }
      throw new Error('no plain goods in the shop');
    };
    const product = (await get('/v1/catalog/product?limit=50&active=true')).items.find((p) => p.price_min > 0);
    const place = await first('/v1/place?limit=1');
    const tile = (await get(`/v1/catalog/search?place_id=${place.id}&in_stock=true&limit=1`)).items[0];
    const cheap = await other(place.id);
    const order = await write('POST', '/v1/order', { kind: 'pickup', place_id: place.id, name: 'Пётр Ильин', phone: '+79167771234', lines: [{ variant_id: tile.variant_id, qty: 1 }] });
    const sold = await write('POST', '/v1/order', { kind: 'sale', place_id: place.id, pay: 'cash', lines: [{ variant_id: cheap.id, qty: 1 }] });
    const whole = await get(`/v1/order/${order.id}`);
    const count = (await first('/v1/stock/count')) ?? (await write('POST', '/v1/stock/count', { place_id: place.id }));
    const bulk = await write('POST', '/v1/catalog/bulk', { what: 'warranty', warranty_days: 730, filter: { category_id: product.category_id } });
    const hook = await write('POST', '/v1/webhook', { name: 'CRM', url: 'https://example.com/hook', events: ['order.*'], active: 'false' });
    const run = await write('POST', '/v1/exchange/csv/prices?dry_run=true&name=prices.csv', 'sku;price\nNO-SUCH-77;10\n');
    const guide = (await get('/v1/catalog/category')).items.find((c) => c.name === 'Смартфоны');
    return {
      product: product.id,
      slug: product.slug,
      place: place.id,
      order: order.id,
      token: order.token,
      sold: sold.token,
      customer: whole.customer_id,
      count: count.id,
      bulk: bulk.id,
      webhook: hook.id,
      run: run.id ?? run.run_id,
      account: (await first('/v1/staff/account?limit=1')).id,
      category: guide.slug,
      guide: guide.id,
    };
  });
}

const made = {
  office: { '/office/product/:id': () => at.product, '/office/bulk/:id': () => at.bulk, '/office/place/:id': () => at.place, '/office/count/:id': () => at.count, '/office/run/:id': () => at.run, '/office/webhook/:id': () => at.webhook, '/office/staff/:id': () => at.account },
  desk: { '/desk/:id': () => at.customer, '/desk/order/:id': () => at.order },
  shop: { '/product/:id': () => at.slug, '/category/:id': () => at.category, '/guide/:id': () => at.guide, '/order/:key': () => at.token, '/order/:key/receipt': () => at.sold },
  till: {},
};
const address = (app, pattern) => {
  if (!pattern.includes(':')) return pattern;
  const of = made[app][pattern];
  assert.ok(of, `${pattern} is a screen that no test visits: say in every_screen.test.js what it is opened with`);
  return pattern.replace(/:\w+/, of());
};

/* Accessibility is judged on the telephone in one language and theme, at the desk in
 * the other: what a width changes is seen in both. */
async function visit(who, app, pattern, lang, scheme) {
  const { page } = who;
  await page.goto(address(app, pattern));
  await still(page);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    await still(page);
    const quick = width !== (lang === 'ru' ? 360 : 1280);
    await judge(page, `${pattern.replace(/[/:]+/g, '-').replace(/^-$/, '-home').slice(1)}-${width}-${lang}-${scheme}`, { width, quick });
  }
  who.fine();
}

for (const [lang, scheme] of ways)
  for (const app of Object.keys(apps))
    test(`every screen of the ${app} in ${lang}, ${scheme}, at ${widths.join(', ')} px`, async () => {
      const t = say(lang);
      const who = await person(browser, server.url, { width: 1280, lang, scheme });
      if (!at || app === 'office' || app === 'desk') {
        await logIn(who, t, '/office');
        await who.page.locator('.office').waitFor();
        at ??= await things(who.page);
      }
      if (app === 'till') await enterTill(who, t);
      if (app === 'shop') {
        await who.page.goto('/');
        await who.page.evaluate((id) => localStorage.setItem('shop', id), at.place);
      }
      assert.ok(apps[app].length >= 3, `${app}: ${apps[app].join()}`);
      for (const pattern of apps[app]) await visit(who, app, pattern, lang, scheme);
      await who.close();
    });
