// A shopper decides, orders, and finds afterwards what he bought.
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { start } from '../support/server.js';
import { assert, judge, open, person, ways } from './pages.js';
import { logInAs } from './staff.js';
import { say } from './words.js';

let server, browser, shop, kind, tiles, spread;
before(async () => {
  server = await start();
  browser = await open();
  const read = async (path) => (await (await fetch(server.url + path)).json()).items;
  shop = (await read('/v1/place')).find((p) => p.kind === 'shop');
  kind = (await read('/v1/catalog/category')).find((c) => c.name === 'Смартфоны');
  tiles = await read(`/v1/catalog/search?category_id=${kind.id}&place_id=${shop.id}&sort=stock&limit=4`);
  for (const tile of await read('/v1/catalog/search?sort=stock&limit=60')) {
    const having = (await read(`/v1/stock/variant/${tile.variant_id}`)).filter((s) => s.free > 0).length;
    if (having > (spread?.having ?? 0)) spread = { ...tile, having };
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function shopper(width, lang = 'ru', scheme = 'light') {
  const who = await person(browser, server.url, { width, lang, scheme });
  await who.page.goto('/');
  await who.page.evaluate((id) => localStorage.setItem('shop', id), shop.id);
  await who.page.reload();
  await still(who.page);
  return who;
}

async function still(page) {
  await page.waitForLoadState('load');
  await page.waitForFunction(() => !document.querySelector('main .bone, main [aria-busy="true"]'));
}

for (const [width, lang, scheme] of ways([360, 'ru', 'light'], [768, 'en', 'light'], [1280, 'ru', 'dark'])) {
  describe(`at ${width} px in ${lang}, ${scheme}`, () => {
    const t = say(lang);
    const name = (screen) => `${screen}-${width}-${lang}-${scheme}`;
    let who, page;
    before(async () => {
      who = await shopper(width, lang, scheme);
      page = who.page;
    });
    after(() => who.close());

    test('the first page shows what sells here, and what was looked at', async () => {
      await page.goto(`/product/${tiles[0].slug}`);
      await still(page);
      await page.locator('header a[href="/"]').click();
      await page.getByRole('heading', { name: t('home.seen') }).waitFor();
      await still(page);
      const seen = page.locator('section:has(#seen) a[href^="/product/"]').first();
      assert.equal(await seen.getAttribute('href'), `/product/${tiles[0].slug}`);
      await judge(page, name('shop-home'), { width });
      who.fine();
    });

    test('products of one kind are put side by side from their tiles', async () => {
      await page.goto(`/category/${kind.slug}`);
      await still(page);
      const scales = page.locator('main li .round');
      await scales.nth(0).click();
      await scales.nth(1).click();
      const tray = page.getByRole('complementary', { name: t('compare.tray') });
      await judge(page, name('tray'), { width });
      await tray.getByRole('link').click();
      await page.getByRole('table').waitFor();
      assert.equal(await page.locator('thead th').count(), 2);
      await page.getByRole('checkbox', { name: t('compare.all_rows') }).check();
      await judge(page, name('compare'), { width });
      await page.goBack();
      await still(page);
      await scales.nth(2).click();
      await scales.nth(3).click();
      await scales.nth(4).click();
      await page.getByText(t('compare.full', { n: 4 })).waitFor(); // four stand beside each other, no fifth
      await tray.getByRole('link').click();
      await page.getByRole('table').waitFor();
      assert.equal(await page.locator('thead th').count(), 4);
      await page.locator('thead .drop').last().click();
      await page.locator('thead .drop').last().click();
      await page.waitForFunction(() => document.querySelectorAll('thead th').length === 2);
      await page.locator('thead .drop').first().click();
      await page.waitForFunction(() => document.querySelectorAll('thead th').length === 1);
      await page.evaluate(() => localStorage.removeItem('compare'));
      who.fine();
    });

    test('a few questions end in a short list with reasons', async () => {
      await page.goto(`/category/${kind.slug}`);
      await still(page);
      await page.getByRole('link', { name: t('guide.invite') }).click();
      await page.locator('.question').waitFor();
      await judge(page, name('guide'), { width });
      await page.locator('.answer').nth(1).click();
      await page.waitForURL(/a=price/);
      await page.locator('.question .answer').first().click();
      await page.waitForURL(/step=2/);
      await page.getByRole('button', { name: t('guide.show_now') }).click();
      await page.locator('.choices .reasons li').first().waitFor();
      await judge(page, name('choice'), { width });
      await page.goBack();
      await page.locator('.question').waitFor();
      who.fine();
    });

    test('shops with it lie on a map that is drawn from their coordinates alone', async () => {
      const outside = [];
      page.on('request', (r) => !r.url().startsWith(server.url) && !r.url().startsWith('data:') && outside.push(r.url()));
      await page.goto(`/product/${spread.slug}?variant=${spread.variant_id}`);
      await page.locator('[data-free]').first().waitFor();
      await page.getByRole('button', { name: t('stock.as_map') }).click();
      const map = page.getByRole('application');
      await map.waitFor();
      await page.locator('.map .mark').first().waitFor();
      await map.focus();
      for (let k = 0; k < 30 && !(await page.locator('[data-spot]').count()); k++) await page.keyboard.press('+');
      const spot = page.locator('[data-spot]').first();
      await spot.focus();
      await page.keyboard.press('Enter');
      const id = await spot.getAttribute('data-spot');
      await page.locator(`li.chosen[data-place="${id}"]`).waitFor();
      await judge(page, name('product-map'), { width });
      assert.deepEqual(outside, []);
      who.fine();
    });

    test('a picture is made large and closed by keyboard', async () => {
      await page.goto(`/product/${tiles[0].slug}`);
      await page.locator('.gallery .one').first().focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      who.fine();
    });
  });
}

test('the other keyboard layout is understood and said; nothing found is no dead end', async () => {
  const t = say('ru');
  const who = await shopper(1280);
  const { page } = who;
  await page.goto('/search?q=cvfhnajy');
  await page.getByRole('status').filter({ hasText: 'раскладка' }).waitFor();
  await page.locator('main a[href^="/product/"]').first().waitFor();
  await page.goto('/search?q=zzzzqqq');
  await page.getByRole('heading', { name: t('home.best') }).waitFor();
  await page.locator('main .kinds a').first().waitFor();
  await judge(page, 'nothing-helped', { width: 1280 });
  who.fine();
  await who.close();
});

test('one page of checkout: wrong fields are named when left, the promise is a time', async () => {
  const t = say('ru');
  const who = await shopper(360);
  const { page } = who;
  await page.goto(`/product/${tiles[0].slug}`);
  await page.getByRole('button', { name: t('product.reserve') }).click();
  await page.locator('input[name="phone"]').fill('12');
  await page.locator('input[name="name"]').focus();
  await page.locator('input[name="phone"][aria-invalid="true"]').waitFor();
  await page.locator('input[name="phone"]').fill('+7 916 345-67-89');
  await page.locator('input[name="name"]').fill('Анна Иванова');
  await page.locator('input[name="phone"]:not([aria-invalid])').waitFor();
  await page.locator('input[name="place"]:checked').waitFor();
  await page.locator('.promise b').waitFor();
  assert.match(await page.locator('.promise').innerText(), /\d\d:\d\d/);
  await page.locator('input[name="pay"][value="card"]').check();
  await page.locator('aside .total[aria-busy="false"]').waitFor();
  await judge(page, 'checkout-360', { width: 360 });
  await page.getByRole('button', { name: t('checkout.do_reserve'), exact: true }).click();
  await page.locator('[data-state="placed"]').waitFor();

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: t('order.calendar') }).click()]);
  assert.match(download.suggestedFilename(), /\.ics$/);
  const event = readFileSync(await download.path(), 'utf8').replace(/\r\n /g, '');
  const number = (await page.getByRole('heading', { level: 1 }).innerText()).split(/\s/).at(-1);
  assert.match(event, new RegExp(`^SUMMARY:.*${number}`, 'm'));
  const plain = event.replaceAll('\\', '');
  assert.ok(plain.includes(`DESCRIPTION:${tiles[0].name}`) && / x 1\r$/m.test(plain), event);
  const where = /^LOCATION:(.*)\r$/m.exec(plain)[1].split(/[\s,]+/);
  const told = (await page.locator('main').innerText()).split(/[\s,]+/);
  assert.ok(where.length > 4 && where.every((word) => told.includes(word)), 'at the shop that the page names');
  const [, at] = /^DTSTART:(\d{8}T\d{6}Z)/m.exec(event);
  assert.ok(Date.now() - 60_000 < Date.parse(at.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')), 'he is expected from now on');
  await page.getByRole('button', { name: /^Продлить/ }).click();
  await page.getByRole('button', { name: /^Продлить/ }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: t('order.move') }).click();
  await page.locator('dialog input[name="place"]:checked').waitFor();
  await judge(page, 'order-move-360', { width: 360 });
  await page.keyboard.press('Escape');
  await judge(page, 'order-360', { width: 360 });

  await page.goto('/');
  await page.locator('.kinds a').first().waitFor();
  await logInAs(server, page, t, '+79163456789');
  await page.goto('/');
  await page.locator('.going a[href^="/order/"]').waitFor();
  who.fine();
  await who.close();
});

test('what is one’s own: purchases with warranty and receipt, consents, devices, data', async () => {
  const t = say('ru');
  const phone = '+79163000102';
  const owner = await person(browser, server.url, { width: 1280 });
  await owner.page.goto('/office');
  const sold = await owner.page.evaluate(
    async ([place, tile, key]) => {
      const csrf = () => document.cookie.split('; ').find((c) => c.startsWith('prilavok_csrf='))?.slice(14) ?? '';
      const send = async (path, body) => (await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', 'x-csrf-token': csrf() }, body: JSON.stringify(body) })).json();
      await send('/v1/staff/login', { login: 'owner', password: 'prilavok' });
      const stock = (await (await fetch(`/v1/stock/variant/${tile.variant_id}`)).json()).items.find((s) => s.free > 1) ?? { place_id: place };
      const item = await (await fetch(`/v1/catalog/variant/${tile.variant_id}`)).json();
      return send('/v1/order', { kind: 'sale', place_id: stock.place_id, phone: key, name: 'Ольга Смирнова', lines: [{ variant_id: tile.variant_id, qty: 1, serial: '356938035643809' }], payments: [{ kind: 'card', amount_minor: item.price_minor }] });
    },
    [shop.id, tiles[1], phone],
  );
  assert.equal(sold.state, 'done', JSON.stringify(sold));
  await owner.close();

  const who = await shopper(1280);
  const { page } = who;
  await logInAs(server, page, t, phone);
  await page.locator('.list a').first().waitFor();
  await judge(page, 'mine-orders', { width: 1280 });

  await page.getByRole('link', { name: t('mine.things') }).click();
  await page.getByLabel(t('things.find')).fill('35643809');
  await page.getByText('356938035643809').waitFor();
  await page.getByText(/^Гарантия до/).waitFor();
  await page.getByText(t('life.title'), { exact: true }).press('Enter');
  await page.locator('.life li').getByText(/^Гарантия до/).waitFor();
  const lived = page.locator('.life').getByRole('link', { name: t('things.receipt'), exact: true });
  assert.equal(await lived.getAttribute('href'), `/order/${sold.id}/receipt`);
  await judge(page, 'mine-things', { width: 1280 });
  await page.locator('.acts').getByRole('link', { name: t('things.receipt'), exact: true }).click();
  await page.getByRole('heading', { name: new RegExp(sold.number) }).waitFor();
  await page.locator('dl').getByText('НДС').waitFor();
  await judge(page, 'receipt', { width: 1280 });

  await page.goto('/mine/messages');
  const sms = page.getByRole('group', { name: t('purpose.offers') }).getByRole('switch', { name: t('consent_channel.sms') });
  await sms.check();
  await page.getByText(/^разрешено/).waitFor();
  await page.reload();
  assert.ok(await sms.isChecked());
  await judge(page, 'mine-messages', { width: 1280 });
  await page.getByRole('button', { name: t('consent.none') }).click();
  await page.getByText(/^отозвано/).waitFor();
  assert.ok(!(await sms.isChecked()));

  await page.getByRole('link', { name: t('mine.self') }).click();
  await page.getByLabel(t('self.first'), { exact: true }).fill('Оля');
  await page.getByRole('button', { name: t('self.save') }).click();
  await page.getByText(t('self.saved')).waitFor();
  await page.getByText(t('self.this')).waitFor();
  await page.getByRole('button', { name: t('mydata.ask') }).click();
  const file = page.getByRole('link', { name: t('mydata.read') });
  await file.waitFor();
  const told = await (await page.request.get(new URL(await file.getAttribute('href'), server.url).href)).text();
  assert.ok(told.includes('356938035643809') && told.includes('Серийные номера'));
  await page.getByRole('button', { name: t('mydata.forget') }).click();
  await page.getByText(/^Мы\sудалим/).waitFor();
  await judge(page, 'mine-self', { width: 1280 });
  await page.getByRole('button', { name: t('mydata.stay') }).click();
  await page.getByRole('button', { name: t('mydata.forget') }).waitFor();
  await page.setViewportSize({ width: 360, height: 800 });
  for (const path of ['/orders', '/mine/things', '/mine/devices', '/mine/family', '/mine/messages', '/mine', `/order/${sold.id}/receipt`]) {
    await page.goto(path);
    await still(page);
    await judge(page, `mine${path.replaceAll('/', '-').replace(sold.id, 'x')}-360`, { width: 360 });
  }
  who.fine();
  await who.close();
});
