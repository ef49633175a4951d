// The shop as an app of the phone: it can be installed, it opens without a line, what
// was read last can be read again, nobody reads what was another's, and a new build
// replaces the old one by itself.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { PATIENCE_MS, assert, becomes, judge, open, watch } from './pages.js';
import { start, top } from '../support/server.js';
import { codeOf } from './staff.js';
import { say } from './words.js';

const t = say('ru');
const folder = mkdtempSync(join(tmpdir(), 'prilavok-pwa-'));
const pages = join(folder, 'pages');
let server, context, page, wrong;

before(async () => {
  cpSync(join(top, 'ui/dist'), pages, { recursive: true });
  server = await start({ env: { PRILAVOK_PAGES: pages } });
  // a profile that is kept: a private window installs nothing
  context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    baseURL: server.url,
    viewport: { width: 360, height: 800 },
    locale: 'ru-RU',
    reducedMotion: 'reduce',
  });
  page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  watch(page);
  wrong = [];
  page.on('console', (m) => m.type() === 'error' && wrong.push(m.text()));
  page.on('pageerror', (e) => wrong.push(e.message));
});
after(async () => {
  await context?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const still = () => page.waitForFunction(() => !document.querySelector('.bone, [aria-busy="true"], .first'));
const inControl = () => page.waitForFunction(() => !!navigator.serviceWorker.controller);
const kept = () =>
  page.evaluate(async () => {
    const all = {};
    for (const name of await caches.keys()) all[name] = (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname);
    return all;
  });
const fine = () => assert.deepEqual(wrong.splice(0), []);
/* Without a line the browser says so about each question: nothing else may be wrong. */
const fineWithout = () => assert.deepEqual(wrong.splice(0).filter((w) => !/ERR_INTERNET_DISCONNECTED|Failed to load resource/.test(w)), []);

test('the shop has all that a phone wants of an app', async () => {
  await page.goto('/');
  await inControl();
  const devtools = await context.newCDPSession(page);
  const { errors, data } = await devtools.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const manifest = JSON.parse(data);
  assert.equal(manifest.display, 'standalone');
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  assert.deepEqual(installabilityErrors, []);
  for (const icon of manifest.icons.filter((i) => i.type === 'image/png')) {
    const size = await page.evaluate(async (src) => {
      const picture = await createImageBitmap(await (await fetch(src)).blob());
      return `${picture.width}x${picture.height}`;
    }, icon.src);
    assert.equal(size, icon.sizes);
  }
  for (const { url } of manifest.shortcuts) assert.equal((await page.request.get(url)).status(), 200, url);
  fine();
});

test('what the page shows first came with it: nothing of the catalogue is asked for', async () => {
  const tile = await page.evaluate(async () => (await (await fetch('/v1/catalog/search?limit=1')).json()).items[0]);
  const category = await page.evaluate(async () => (await (await fetch('/v1/catalog/category')).json()).items.find((c) => c.parent_id));
  const asked = [];
  const note = (r) => /\/v1\/catalog\/(category|search|slug|product\/\d+$)/.test(r.url()) && asked.push(r.url());
  page.on('request', note);
  for (const path of ['/', `/category/${category.slug}`, `/product/${tile.slug}`, '/search?q=смартфон 128']) {
    await page.goto(path);
    await still();
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  await page.waitForLoadState('networkidle');
  page.off('request', note);
  assert.deepEqual(asked, []);
  fine();
});

test('without scripts the shop can be read and walked through', async () => {
  const browser = await open();
  const bare = await browser.newContext({ javaScriptEnabled: false, baseURL: server.url });
  const reader = await bare.newPage();
  await reader.goto('/');
  await reader.locator('.kinds a').first().click();
  await reader.locator('.tiles a, .below a').first().click();
  if (!(await reader.locator('.first article').count())) await reader.locator('.tiles a').first().click();
  assert.match(await reader.locator('.price').first().innerText(), /₽/);
  await reader.getByRole('searchbox').fill('смартфон');
  await reader.keyboard.press('Enter');
  await reader.waitForURL('**/search?q=*');
  assert.ok((await reader.locator('.tiles a').count()) > 0);
  await browser.close();
});

test('without a line the shop opens and shows what was read last, and says so', async () => {
  await page.goto('/');
  await still();
  await page.locator('.kinds a').first().click();
  await still();
  await page.locator('main a[href^="/product/"]').first().click();
  await still();
  const name = await page.getByRole('heading', { level: 1 }).innerText();
  const address = page.url();
  const key = new URL(address).pathname.split('/').at(-1);
  await becomes(async () => (await kept()).seen?.some((path) => path.includes('/v1/catalog/') && path.endsWith(`/${key}`)), true, 'what was read is kept');
  fine();
  await context.setOffline(true);
  await page.reload();
  await page.getByText(t('kit.offline')).waitFor();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.goto('/');
  await page.getByRole('heading', { level: 1, name: t('home.title') }).waitFor();
  await page.locator('main a[href^="/product/"]').first().waitFor();
  await judge(page, 'pwa-offline-360-ru', { width: 360 });
  await page.goto('about:blank'); // pictures that it still asked for are told by now
  fineWithout();
  await context.setOffline(false);
  await page.goto(address);
  await page.getByRole('heading', { level: 1, name }).waitFor();
  fine();
});

test("an account's answers leave the device with it", async () => {
  await page.goto('/orders');
  await page.getByLabel(t('login.to')).fill('+79161234501');
  await page.getByRole('button', { name: t('login.ask') }).click();
  const code = await codeOf(server, '+79161234501');
  await page.getByLabel(t('login.code')).pressSequentially(code); // the sixth digit enters
  await page.getByRole('button', { name: t('login.leave') }).waitFor();
  await page.waitForLoadState('networkidle');
  const before = await kept();
  assert.ok(before['seen-mine'].some((path) => path.includes('/v1/order')), JSON.stringify(before));
  for (const [cache, paths] of Object.entries(before))
    if (cache !== 'seen-mine') assert.deepEqual(paths.filter((p) => /\/v1\/(order|basket|customer)/.test(p)), [], `${cache} holds what is somebody's`);
  await page.getByRole('button', { name: t('login.leave') }).click();
  await page.getByLabel(t('login.to')).waitFor();
  await page.waitForLoadState('networkidle');
  const left = (await kept())['seen-mine'] ?? [];
  assert.deepEqual(left.filter((path) => /\/v1\/(order|customer)/.test(path)), []);
  wrong.splice(0);
});

test("what belongs to other apps passes by the shop's worker", async () => {
  for (const cache of Object.values(await kept())) assert.deepEqual(cache.filter((p) => /^\/(till|desk|office|kit|v1|exchange)\b/.test(p)), []);
  await context.setOffline(true);
  await assert.rejects(page.goto('/office'), /ERR_INTERNET_DISCONNECTED/);
  await context.setOffline(false);
  wrong.splice(0);
});

test('a new build takes over by itself: the next page walked to is of it', async () => {
  await page.goto('/');
  await still();
  await page.evaluate(() => (globalThis.oldBuild = true));
  const worker = readFileSync(join(pages, 'sw.js'), 'utf8');
  const version = /version:\s*["'`]([0-9a-f]{12})["'`]/.exec(worker)?.[1];
  assert.ok(version, 'the worker knows its build');
  for (const end of ['.br', '.gz']) rmSync(join(pages, `sw.js${end}`));
  writeFileSync(join(pages, 'sw.js'), worker.replaceAll(version, 'feedfeedfeed'));
  await becomes(async () => (await (await fetch(`${server.url}/sw.js`)).text()).includes('feedfeedfeed'), true, 'the server looks at its pages once a second');
  const taken = page.evaluate(() => new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', () => done(true), { once: true })));
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  assert.ok(await taken);
  await page.locator('.kinds a').first().click();
  await still();
  assert.equal(await page.evaluate(() => globalThis.oldBuild), undefined, 'the page was loaded anew');
  assert.ok(Object.keys(await kept()).includes('shop-feedfeedfeed'));
  fine();
});
