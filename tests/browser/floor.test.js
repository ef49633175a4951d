// The rest of a day at the counter: what comes back, waits, is counted, arrives; by
// keyboard and scanner alone.
import { after, before, describe, test } from 'node:test';
import { staff } from '../story/people.js';
import { start } from '../support/server.js';
import { assert, becomes, judge, open, person, ways } from './pages.js';
import { enterAs, enterTill, scan, somethingIn } from './staff.js';
import { say } from './words.js';

let server, browser, boss;
before(async () => {
  server = await start();
  browser = await open();
  boss = await staff(server, 'owner');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [width, lang] of ways([1280, 'ru'], [768, 'en'])) {
  describe(`at ${width} px in ${lang}`, () => {
    const t = say(lang);
    let seller, shop, thing;
    before(async () => {
      seller = await person(browser, server.url, { width, lang });
      shop = await enterTill(seller, t);
      thing = await somethingIn(seller.page, shop, false);
    });
    after(() => seller.close());

    const sold = (qty) =>
      seller.page.evaluate(
        async ([place, variant, n]) => {
          const csrf = document.cookie.match(/prilavok_csrf=([^;]+)/)[1];
          const body = JSON.stringify({ kind: 'sale', channel: 'shop', place_id: place, pay: 'card', lines: [{ variant_id: variant, qty: n }] });
          const answer = await fetch('/v1/order', { method: 'POST', headers: { 'content-type': 'application/json', 'x-csrf-token': csrf, 'idempotency-key': crypto.randomUUID() }, body });
          return answer.json();
        },
        [shop, thing.variant, qty],
      );

    test('one of two pieces comes back by its receipt, with a slip, and the return is undone', async () => {
      const { page } = seller;
      const { number } = await sold(2);
      await page.keyboard.press('F7');
      await page.getByLabel(t('return.key')).fill(number);
      await page.keyboard.press('Enter');
      await page.getByText(thing.name).first().waitFor();
      await scan(page, thing.sku);
      await page.locator('[data-total]:not([data-total="0"])').waitFor();
      await page.getByRole('radio', { name: t('reason.wrong') }).check();
      await judge(page, `till-return-${width}-${lang}`, { width });
      await page.keyboard.press('F10');
      await page.locator('[data-return="done"]').waitFor();
      await judge(page, `till-slip-${width}-${lang}`, { width });
      await page.getByRole('button', { name: t('return.undo') }).click();
      await page.locator('[data-return="undone"]').waitFor();
      seller.fine();
    });

    test('a receipt that is no sale is told beside its field', async () => {
      const { page } = seller;
      await page.goto('/till/return');
      await page.getByLabel(t('return.key')).fill('000-00000');
      await page.keyboard.press('Enter');
      await page.getByText(t('return.unknown')).waitFor();
      assert.ok(seller.wrong.splice(0).every((line) => line.includes('404')));
    });

    test('a receipt is put by, and another till of the shop goes on with it', async () => {
      const { page } = seller;
      await page.goto('/till');
      await page.getByRole('combobox').waitFor();
      await scan(page, thing.sku);
      await page.getByRole('cell', { name: thing.name }).first().waitFor();
      await page.keyboard.press('F11');
      await page.getByLabel(t('park.note')).fill('7777');
      await page.keyboard.press('Enter');
      await page.getByText(t('sale.empty'), { exact: true }).waitFor();

      const other = await person(browser, server.url, { width, lang });
      await enterTill(other, t);
      await other.page.keyboard.press('F11');
      await other.page.getByText('7777').waitFor();
      await judge(other.page, `till-parked-${width}-${lang}`, { width });
      await other.page.getByRole('listitem').filter({ hasText: '7777' }).getByRole('button').click();
      await other.page.getByRole('cell', { name: thing.name }).first().waitFor();
      other.fine();
      await other.close();
      seller.fine();
    });

    test('a shelf is counted blind, and somebody else sees the difference', async () => {
      const keeper = await person(browser, server.url, { width, lang });
      const { page } = keeper;
      await page.goto('/till');
      await enterAs(page, t);
      await page.getByRole('heading', { name: t('till.where') }).waitFor();
      await page.locator('.choose button').first().click();
      await page.getByRole('combobox').waitFor();
      await page.goto('/till/count');
      await page.getByRole('button', { name: t('count.begin') }).click();
      await page.getByRole('combobox').waitFor();
      await scan(page, thing.sku);
      await page.locator(`[data-variant="${thing.variant}"]`).waitFor();
      assert.equal(await page.getByText(t('count.book'), { exact: true }).count(), 0, 'the book is not shown');
      await judge(page, `till-count-${width}-${lang}`, { width });
      await page.keyboard.press('F10');
      await page.getByText(t('count.book'), { exact: true }).waitFor();
      await page.getByRole('button', { name: t('count.again'), exact: true }).click();
      keeper.fine();
      await keeper.close();
    });

    test('the screens say what they are for, and nothing is too wide', async () => {
      const { page } = seller;
      for (const screen of ['person', 'compare', 'day', 'return']) {
        await page.goto(`/till/${screen}`);
        await page.locator('main h1').waitFor({ state: 'attached' });
        await page.waitForFunction(() => !document.querySelector('.bone'));
        await judge(page, `till-${screen}-${width}-${lang}`, { width });
      }
      await page.getByRole('button', { name: t('guides.title') }).click();
      await page.getByText(t('guide.return_1')).waitFor();
      await judge(page, `till-guide-${width}-${lang}`, { width });
      seller.fine();
    });

    test('two things are compared, what differs and what is best; what is offered goes into the sale, and is told', async () => {
      const { page } = seller;
      const other = await page.evaluate(
        async ([place, mine]) => {
          const own = await (await fetch(`/v1/catalog/product/${mine}`)).json();
          const list = await (await fetch(`/v1/catalog/search?place_id=${place}&category_id=${own.category_id}&in_stock=true&limit=20`)).json();
          const tile = list.items.find((x) => x.product_id !== mine);
          const product = await (await fetch(`/v1/catalog/product/${tile.product_id}`)).json();
          return { sku: product.variants.find((v) => v.id === tile.variant_id).sku };
        },
        [shop, thing.product],
      );
      const reports = [];
      page.on('request', (r) => r.url().endsWith('/v1/batch') && reports.push(r.postData() ?? ''));
      await page.goto('/till/compare');
      await page.getByRole('combobox', { name: t('compare.scan') }).waitFor();
      await scan(page, thing.sku);
      const table = page.getByRole('region', { name: t('till.compare') });
      await table.getByRole('columnheader').first().waitFor();
      await scan(page, other.sku);
      const second = table.getByRole('columnheader').nth(1);
      await second.waitFor();
      const name = await second.locator('span').first().innerText();
      for (const cell of await table.locator('td').allInnerTexts()) assert.doesNotMatch(cell, /(\S+) \1$/m, 'a unit stands once');
      const differing = await table.locator('tbody tr').count();
      await judge(page, `till-compare-two-${width}-${lang}`, { width });
      await page.getByRole('checkbox', { name: t('compare.differing') }).uncheck();
      assert.ok((await table.locator('tbody tr').count()) >= differing);
      await scan(page, thing.sku); // it is there already
      assert.equal(await table.getByRole('columnheader').count(), 2);
      await second.getByRole('button', { name: t('compare.offer_one', { name }), exact: true }).click();
      await page.getByRole('combobox', { name: t('sale.scan') }).waitFor();
      await page.locator('main').getByText(name).first().waitFor();
      await becomes(() => ['Products Compared', 'Product Offered'].filter((event) => !reports.some((r) => r.includes(event))), []);
      await page.getByRole('button', { name: t('basket.take_out', { name }) }).click();
      seller.fine();
    });

    test('what I sell counts in my own day, what others sell does not', async () => {
      const { page } = seller;
      const day = async () => {
        await page.keyboard.press('Alt+5');
        await page.locator('[data-figure="day.receipts"]').waitFor();
        const said = (figure) => page.locator(`[data-figure="day.${figure}"]`).innerText();
        return { receipts: Number(await said('receipts')), sales: Number((await said('sales')).replace(/[.,]\d\d(?=\D*$)/, '').replace(/\D/g, '')) };
      };
      const from = async (figure) => {
        await page.keyboard.press('F1');
        await page.getByRole('combobox').waitFor();
        return figure();
      };
      await boss.post('/v1/stock/receive', { place_id: shop, lines: [{ variant_id: thing.variant, qty: 3 }] });
      const before = await from(day);
      const { total_minor } = await boss.get(`/v1/order/${(await sold(2)).id}`);
      const mine = await from(day);
      assert.deepEqual([mine.receipts - before.receipts, mine.sales - before.sales], [1, Math.floor(total_minor / 100)]);
      await boss.post('/v1/order', { kind: 'sale', channel: 'shop', place_id: shop, pay: 'card', lines: [{ variant_id: thing.variant, qty: 1 }] });
      assert.deepEqual(await from(day), mine, 'a colleague sold it');
      await page.getByText(t('day.nothing_before')).waitFor();
      await judge(page, `till-my-day-${width}-${lang}`, { width });
      seller.fine();
    });

    test('a thing is reserved in another shop for the buyer in front of us', async () => {
      const { page } = seller;
      await page.goto('/till/stock');
      await page.getByRole('combobox').waitFor();
      await scan(page, thing.sku);
      await page.getByRole('button', { name: t('look.reserve') }).last().click();
      await page.getByLabel(t('look.phone')).fill('916 222-33-44');
      await page.getByRole('button', { name: t('look.do_reserve'), exact: true }).click();
      await page.getByText(/[0-9A-Z]{3}-[0-9A-Z]{5}/).first().waitFor();
      seller.fine();
    });
  });
}
