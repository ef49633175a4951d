// What every screen of every app is judged by, and what it is opened with. The list of
// screens is read from the apps' own tables, so that one nobody wrote a visit for fails.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { top } from '../support/server.js';
import { PATIENCE_MS, assert, judge } from './pages.js';
import { enterAs } from './staff.js';

export const widths = [360, 768, 1280];
export const ways = [['ru', 'light'], ['en', 'dark']];
const source = (name) => readFileSync(join(top, 'ui', name), 'utf8');
const all = (name, form) => [...new Set([...source(name).matchAll(form)].map((m) => m[1]))];
const apps = {
  office: all('office/screens.ts', /path: '(\/[^']*)'/g),
  till: [...all('till/screens.ts', /path: '(\/[^']*)'/g), ...all('till/App.svelte', /path: '(\/[^']*)'/g)],
  desk: ['/desk', ...all('desk/App.svelte', /match\('(\/[^']*)'/g)],
  shop: readFileSync(join(top, 'ui/dist/addresses.txt'), 'utf8').trim().split('\n'),
};

const still = (page) =>
  page.evaluate(
    (patience) =>
      new Promise((done, failed) => {
        const until = performance.now() + patience;
        const look = () => {
          if (document.querySelector('main') && !document.querySelector('main .bone, main [aria-busy="true"]')) done();
          else if (performance.now() > until) failed(new Error(`${location} is not at rest`));
          else requestAnimationFrame(look);
        };
        look();
      }),
    PATIENCE_MS,
  );

export async function logIn(who, t, path) {
  const { page } = who;
  await page.goto(path);
  await enterAs(page, t);
}

/* Where an address with a name in it leads: something real of each kind. */
export async function things(page) {
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
    /* Something that goes out with or without a serial number and lies in this shop. */
    const other = async (place_id, numbered) => {
      for (const x of (await get(`/v1/catalog/search?place_id=${place_id}&in_stock=true&limit=60`)).items) {
        const v = (await get(`/v1/catalog/product/${x.product_id}`)).variants.find((y) => y.id === x.variant_id);
        if (v && !!v.unit_tracked === numbered) return v;
      }
      throw new Error('no such goods in the shop');
    };
    const product = (await get('/v1/catalog/product?limit=50&active=true')).items.find((p) => p.price_min > 0);
    const place = await first('/v1/place?limit=1');
    const tile = (await get(`/v1/catalog/search?place_id=${place.id}&in_stock=true&limit=1`)).items[0];
    const cheap = await other(place.id, false);
    const phone = await other(place.id, true);
    const order = await write('POST', '/v1/order', { kind: 'pickup', place_id: place.id, name: 'Пётр Ильин', phone: '+79167771234', lines: [{ variant_id: tile.variant_id, qty: 1 }] });
    const sold = await write('POST', '/v1/order', { kind: 'sale', place_id: place.id, pay: 'cash', lines: [{ variant_id: cheap.id, qty: 1 }] });
    const whole = await get(`/v1/order/${order.id}`);
    const serial = '356938035643809';
    const device = await write('POST', '/v1/order', { kind: 'sale', place_id: place.id, pay: 'cash', customer_id: whole.customer_id, lines: [{ variant_id: phone.id, qty: 1, serial }] });
    const gift = (await write('POST', `/v1/owner/order/${device.id}/gift`, {})).items[0];
    const count = (await first('/v1/stock/count')) ?? (await write('POST', '/v1/stock/count', { place_id: place.id }));
    await write('POST', '/v1/stock/receive', { place_id: place.id, lines: [{ variant_id: phone.id, qty: 1, serials: ['VISIT01'] }, { variant_id: cheap.id, qty: 1 }] });
    const transfer = await write('POST', '/v1/stock/transfer', { place_id: place.id, to_place_id: (await get('/v1/place?kind=shop&limit=9')).items.find((p) => p.id !== place.id).id, lines: [{ variant_id: cheap.id, qty: 1 }, { variant_id: phone.id, qty: 1 }] });
    const bulk = await write('POST', '/v1/catalog/bulk', { what: 'warranty', warranty_days: 730, filter: { category_id: product.category_id } });
    const hook = await write('POST', '/v1/webhook', { name: 'CRM', url: 'https://example.com/hook', events: ['order.*'], active: 'false' });
    const run = await write('POST', '/v1/exchange/csv/prices?dry_run=true&name=prices.csv', 'sku;price\nNO-SUCH-77;10\n');
    const segment = await write('POST', '/v1/insight/segment', { name: 'Покупают часто', rule: { kind: 'all', of: [{ kind: 'did', did: { what: 'order', days: 90 }, from: 2 }] } });
    const guide = (await get('/v1/catalog/category')).items.find((c) => c.name === 'Смартфоны');
    return {
      product: product.id,
      slug: product.slug,
      place: place.id,
      order: order.id,
      token: order.token,
      sold: sold.token,
      serial,
      gift: gift.code,
      customer: whole.customer_id,
      count: count.id,
      transfer: transfer.id,
      bulk: bulk.id,
      webhook: hook.id,
      segment: segment.id,
      run: run.id ?? run.run_id,
      account: (await first('/v1/staff/account?limit=1')).id,
      category: guide.slug,
      guide: guide.id,
    };
  });
}

const made = (at) => ({
  office: { '/office/product/:id': () => at.product, '/office/bulk/:id': () => at.bulk, '/office/place/:id': () => at.place, '/office/count/:id': () => at.count, '/office/transfer/:id': () => at.transfer, '/office/run/:id': () => at.run, '/office/webhook/:id': () => at.webhook, '/office/segment/:id': () => at.segment, '/office/staff/:id': () => at.account },
  desk: { '/desk/:id': () => at.customer, '/desk/order/:id': () => at.order, '/desk/unit/:serial': () => at.serial },
  shop: { '/product/:id': () => at.slug, '/category/:id': () => at.category, '/guide/:id': () => at.guide, '/gift/:code': () => at.gift, '/order/:key': () => at.token, '/order/:key/receipt': () => at.sold, '/preferences': () => `#${at.token_of_letter}` },
  till: {},
});
const address = (at, app, pattern) => {
  const of = made(at)[app][pattern];
  if (!pattern.includes(':')) return pattern + (of?.() ?? '');
  assert.ok(of, `${pattern} is a screen that no test visits: say in visit.js what it is opened with`);
  return pattern.replace(/:\w+/, of());
};

/* Opened by its address in the one way, walked to inside the app in the other: what the
 * screen before has left must not show. */
async function come(page, app, path, walks) {
  const root = app === 'shop' ? '/' : `/${app}`;
  const inside = walks && !path.includes('#') && new URL(page.url()).pathname.startsWith(root);
  if (!inside) return page.goto(path);
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
    return new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))).then(() => undefined);
  }, path);
}

/* Accessibility is judged on the telephone in one language and theme, at the desk in
 * the other: what a width changes is seen in both. */
async function visit(who, at, app, pattern, lang, scheme) {
  const { page } = who;
  await come(page, app, address(at, app, pattern), lang !== 'ru');
  await still(page);
  /* From the width it came at to the other end. */
  for (const width of page.viewportSize().width === widths[0] ? widths : widths.toReversed()) {
    await page.setViewportSize({ width, height: 800 });
    await still(page);
    const quick = width !== (lang === 'ru' ? 360 : 1280);
    await judge(page, `${pattern.replace(/[/:]+/g, '-').replace(/^-$/, '-home').slice(1)}-${width}-${lang}-${scheme}`, { width, quick });
  }
  who.fine();
}

export async function every(who, at, app, lang, scheme) {
  assert.ok(apps[app].length >= 3, `${app}: ${apps[app].join()}`);
  for (const pattern of apps[app]) await visit(who, at, app, pattern, lang, scheme);
}
