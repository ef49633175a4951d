// What a member of staff, or a shopper, does in many tests.
import { after, before } from 'node:test';
import { Client, staff } from '../story/people.js';
import { becomes, open, person } from './pages.js';
import { say } from './words.js';

/* A product that lies free in the seller's shop, by the API alone. */
export async function somethingIn(page, placeId, unitTracked) {
  return page.evaluate(
    async ([place, tracked]) => {
      const list = await (await fetch(`/v1/catalog/search?place_id=${place}&in_stock=true&limit=100`)).json();
      for (const tile of list.items) {
        const product = await (await fetch(`/v1/catalog/product/${tile.product_id}`)).json();
        const variant = product.variants.find((v) => v.id === tile.variant_id) ?? product.variants[0];
        const stock = await (await fetch(`/v1/stock/variant/${variant.id}`)).json();
        const here = stock.items.find((s) => s.place_id === place);
        if (variant.unit_tracked === tracked && here?.free >= 3 && here.free <= 9) return { product: product.id, slug: product.slug, name: product.name, variant: variant.id, sku: variant.sku, free: here.free };
      }
      return null;
    },
    [placeId, unitTracked],
  );
}

/* Somebody of the staff, at the log-in that is open. */
export async function enterAs(page, t, login = 'owner', password = 'prilavok') {
  await page.getByLabel(t('staff.login')).fill(login);
  await page.getByLabel(t('staff.password')).fill(password);
  await page.getByRole('button', { name: t('staff.enter'), exact: true }).click();
}

/* A browser with the office open `at` this screen, and the words of its language. Who has
 * logged in with the usual password comes back in the same session the next time. */
const sessions = new WeakMap();
export async function enterOffice(server, browser, { at = '/office', ...options } = {}, login = 'owner', password = 'prilavok') {
  const t = say(options.lang ?? 'ru');
  const kept = sessions.get(server) ?? new Map();
  sessions.set(server, kept);
  const who = await person(browser, server.url, { width: 1280, ...options, state: password === 'prilavok' ? kept.get(login) : undefined });
  const { page } = who;
  await page.goto(at);
  await page.locator('.office').or(page.getByLabel(t('staff.login'))).first().waitFor();
  if (!(await page.locator('.office').count())) {
    await enterAs(page, t, login, password);
    await page.locator('.office').waitFor();
    kept.set(login, await who.context.storageState());
  }
  return { ...who, t };
}

export async function enterTill(who, t, login = 'seller') {
  await who.page.goto('/till');
  await enterAs(who.page, t, login);
  await who.page.getByRole('combobox').waitFor();
  return who.page.evaluate(async () => (await (await fetch('/v1/staff/me')).json()).place_id);
}

/* A server and a seller at his till, for all tests of a file: given when they are there,
 * ended after them. */
export function withSeller(start, t, width, give) {
  let server, browser;
  before(async () => {
    server = await start();
    browser = await open();
    const seller = await person(browser, server.url, { width });
    give({ server, browser, seller, shop: await enterTill(seller, t) });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
}

/* What a till's browser has written under this name, if it has. */
export const keptAtTill = (page, place, name) =>
  page.evaluate(
    ([id, key]) =>
      new Promise((done) => {
        const ask = indexedDB.open(`till-${id}`);
        ask.onupgradeneeded = () => ask.transaction.abort(); // the till makes it
        ask.onerror = () => done(undefined);
        ask.onsuccess = () => {
          const got = ask.result.transaction('kept').objectStore('kept').get(key);
          got.onsuccess = () => (ask.result.close(), done(got.result));
          got.onerror = () => done(undefined);
        };
      }),
    [place, name],
  );

/* The code that somebody's telephone got: in development it stands in the log. `from`:
 * how long the log was when he asked, where he had asked before. */
export async function codeOf(server, phone, from = 0) {
  let code;
  const seen = () => {
    const line = server.log().slice(from).split('\n').findLast((l) => l.includes(phone) && /\b\d{6}\b/.test(l.replaceAll(phone, '')));
    code = line && /\b\d{6}\b/.exec(line.replaceAll(phone, ''))[0];
    return !!code;
  };
  await becomes(seen, true, `no code for ${phone} in the log`);
  return code;
}

/* A shopper logs in on the site, and sees what is his. */
export async function logInAs(server, page, t, phone) {
  await page.goto('/orders');
  await page.getByLabel(t('login.to')).fill(phone);
  const from = server.log().length;
  await page.getByRole('button', { name: t('login.ask') }).click();
  await page.getByLabel(t('login.code')).waitFor();
  await page.getByLabel(t('login.code')).pressSequentially(await codeOf(server, phone, from));
  await page.getByRole('navigation', { name: t('mine.nav') }).waitFor();
}

/* What the link of an advertisement carries that somebody with this phone has asked for. */
export async function letterToken(server, phone) {
  const owner = await staff(server, 'owner');
  await owner.put('/v1/setting/catalog.site_url', { value: server.url });
  const she = new Client(server);
  await she.post('/v1/customer/code', { to: phone });
  await she.post('/v1/customer/login', { to: phone, code: await codeOf(server, phone) });
  await she.put('/v1/customer/me/consent', { text_version: '1', items: [{ purpose: 'offers', channel: 'sms', given: true }] });
  await owner.post(`/v1/customer/${(await she.get('/v1/customer/me')).id}/offer`, { purpose: 'offers', channel: 'sms', text: 'Скидки' });
  const { body } = (await owner.get('/v1/message/outbox')).items.find((m) => m.template === 'offer');
  return /#(\S+)/.exec(body)[1];
}

/* As fast as a scanner types. The keys carry the time of their pressing, 5 ms from one to
 * the next, so that a busy machine does not make two codes of one. */
export async function scan(page, code) {
  const devtools = await page.context().newCDPSession(page);
  const began = Date.now() / 1000;
  const press = (key, k, more) => ['keyDown', 'keyUp'].map((type) => devtools.send('Input.dispatchKeyEvent', { type, key, timestamp: began + k * 0.005, ...(type === 'keyDown' ? more : {}) }));
  await Promise.all([...[...code].flatMap((ch, k) => press(ch, k, { text: ch })), ...press('Enter', code.length, { code: 'Enter', text: '\r', windowsVirtualKeyCode: 13 })]);
  await devtools.detach();
}
