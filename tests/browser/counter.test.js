// Both sides of the counter, one habit at a time.
import { test } from 'node:test';
import { start } from '../support/server.js';
import { assert, judge, person } from './pages.js';
import { codeOf, scan, somethingIn, withSeller } from './staff.js';
import { say } from './words.js';

const t = say('ru');
const width = 1280;
let server, browser, seller, shop;
withSeller(start, t, width, (all) => ({ server, browser, seller, shop } = all));

/* A shopper whose shop is the seller's. */
async function shopper() {
  const who = await person(browser, server.url, { width });
  await who.page.goto('/');
  await who.page.evaluate((id) => localStorage.setItem('shop', id), shop);
  return who;
}

async function order(who, { product, variant }, { qty = 1, phone }) {
  const { page } = who;
  await page.goto(`/product/${product}?variant=${variant}`);
  await page.getByRole('button', { name: t('product.add') }).click();
  for (let k = 1; k < qty; k++) await page.getByRole('button', { name: t('kit.more_pieces') }).click();
  await page.getByRole('spinbutton').or(page.locator('.qty input')).first().waitFor();
  await page.waitForFunction((n) => document.querySelector('.acts .qty[aria-busy="false"] input')?.value === String(n), qty);
  await page.goto('/checkout');
  await page.getByLabel(t('checkout.name'), { exact: true }).fill('Пётр Сергеев');
  await page.getByLabel(t('checkout.phone')).fill(phone);
  await page.locator(`input[name="place"][value="${shop}"]`).check();
  await page.getByRole('button', { name: t('checkout.do_place'), exact: true }).click();
  await page.locator('[data-state="placed"]').waitFor();
  return (await page.getByRole('heading', { level: 1 }).innerText()).split(/\s/).at(-1);
}

test('a phone is sold with its IMEI, paid partly by card, partly in cash, with change', async () => {
  const { page } = seller;
  const thing = await somethingIn(page, shop, true);
  await page.goto('/till');
  await page.getByRole('combobox').waitFor();
  await scan(page, thing.sku);
  await page.getByPlaceholder(t('sale.serial_hint')).waitFor();
  const total = await page.locator('[data-total]').getAttribute('data-total');
  await page.keyboard.press('F9');
  assert.ok(await page.getByRole('button', { name: t('sale.close') }).isDisabled(), 'no sale without the number');
  await page.getByPlaceholder(t('sale.serial_hint')).focus();
  await scan(page, '356938035643809');
  assert.equal(await page.getByPlaceholder(t('sale.serial_hint')).inputValue(), '356938035643809');
  await page.getByLabel(t('pay.by_card')).fill('1000');
  await page.getByLabel(t('pay.given')).fill(String(Number(total) / 100));
  await page.getByText('1 000 ₽').first().waitFor();
  await judge(page, 'till-change', { width });
  await page.keyboard.press('F10');
  await page.getByText(/Сдача 1.000.₽/).waitFor();
  seller.fine();
});

test('a scan is heard wherever the cursor stands, and leaves no trace there', async () => {
  const { page } = seller;
  const thing = await somethingIn(page, shop, false);
  await page.goto('/till');
  await page.getByRole('combobox').waitFor();
  await page.keyboard.press('F6');
  await scan(page, thing.sku);
  await page.getByRole('cell', { name: thing.name }).first().waitFor();
  assert.equal(await page.getByPlaceholder(t('who.hint')).inputValue(), '');
  await page.reload();
  await page.getByRole('cell', { name: thing.name }).first().waitFor();
  await page.keyboard.press('Delete');
  await page.getByText(t('sale.empty'), { exact: true }).waitFor();
  await page.getByRole('button', { name: t('kit.undo') }).click();
  await page.getByRole('cell', { name: thing.name }).first().waitFor();
  await page.keyboard.press('Delete');
  seller.fine();
});

test('what is not on the shelf is taken off the order, and the shopper sees it', async () => {
  const buyer = await shopper();
  const thing = await somethingIn(seller.page, shop, false);
  const number = await order(buyer, thing, { qty: 2, phone: '+7 916 555-00-11' });
  const { page } = seller;
  await page.goto('/till/picking');
  await page.locator('.orders button').filter({ hasText: number }).click();
  await scan(page, thing.sku);
  await page.getByRole('button', { name: t('pick.ready_short') }).click();
  await buyer.page.locator('[data-code]').waitFor();
  await buyer.page.getByText(t('order.less', { n: 1, of: 2 })).waitFor();
  await judge(buyer.page, 'order-short', { width });
  buyer.fine();
  seller.fine();
  await buyer.close();
});

test('a shopper logs in by the code of the message and finds the order of before', async () => {
  const buyer = await shopper();
  const { page } = buyer;
  const thing = await somethingIn(seller.page, shop, false);
  const number = await order(buyer, thing, { phone: '+7 916 777-22-33' });
  await page.goto('/orders');
  await page.getByLabel(t('login.to')).fill('8 916 777 22 33');
  await page.getByRole('button', { name: t('login.ask') }).click();
  await page.getByLabel(t('login.code')).waitFor();
  const code = await codeOf(server, '+79167772233');
  await page.getByLabel(t('login.code')).pressSequentially(code);
  await page.getByText(number).waitFor();
  await judge(page, 'orders', { width });
  buyer.fine();
  await buyer.close();
});

test('what was taken out of the basket comes back by one press', async () => {
  const buyer = await shopper();
  const { page } = buyer;
  const thing = await somethingIn(seller.page, shop, false);
  await page.goto(`/product/${thing.product}?variant=${thing.variant}`);
  await page.getByRole('button', { name: t('product.add') }).click();
  await page.getByRole('link', { name: t('product.in_basket') }).click();
  await page.getByRole('button', { name: new RegExp(`^${t('basket.take_out', { name: '' }).trim()}`) }).click();
  await page.getByText(t('basket.empty')).waitFor();
  await page.getByRole('button', { name: t('kit.undo') }).click();
  await page.getByRole('link', { name: thing.name }).first().waitFor();
  buyer.fine();
  await buyer.close();
});

test('a cancelled order can be brought back for a moment, and is cancelled after it', async () => {
  const buyer = await shopper();
  const { page } = buyer;
  const thing = await somethingIn(seller.page, shop, false);
  await order(buyer, thing, { phone: '+7 916 555-00-12' });
  await page.getByRole('button', { name: t('order.cancel') }).click();
  await page.getByRole('button', { name: t('kit.undo') }).click();
  await page.getByRole('button', { name: t('order.cancel') }).click();
  await page.locator('[data-state="cancelled"]').waitFor();
  buyer.fine();
  await buyer.close();
});

test('a delivery costs what the checkout said', async () => {
  const buyer = await shopper();
  const { page } = buyer;
  const thing = await somethingIn(seller.page, shop, false);
  await page.goto(`/product/${thing.product}?variant=${thing.variant}`);
  await page.getByRole('button', { name: t('product.add') }).click();
  await page.getByRole('link', { name: t('product.in_basket') }).waitFor();
  await page.goto('/checkout?kind=delivery');
  await page.getByLabel(t('checkout.address')).fill('Москва, Тверская улица, 1');
  await page.locator('input[name="slot"]').first().waitFor();
  await page.getByLabel(t('checkout.name'), { exact: true }).fill('Ольга');
  await page.getByLabel(t('checkout.phone')).fill('+7 916 555-00-13');
  await page.locator('aside .total[aria-busy="false"]').waitFor();
  const told = await page.locator('aside .total b').innerText();
  await page.getByRole('button', { name: t('checkout.do_place'), exact: true }).click();
  await page.locator('[data-state="placed"]').waitFor();
  assert.equal(await page.locator('.goods .total b').innerText(), told);
  buyer.fine();
  await buyer.close();
});

test('wrong words in the form are named beside their field', async () => {
  const buyer = await shopper();
  const { page } = buyer;
  const thing = await somethingIn(seller.page, shop, false);
  await page.goto(`/product/${thing.product}?variant=${thing.variant}`);
  await page.getByRole('button', { name: t('product.reserve') }).click();
  await page.getByLabel(t('checkout.name'), { exact: true }).fill('Анна');
  await page.getByLabel(t('checkout.phone')).fill('123');
  await page.locator(`input[name="place"][value="${shop}"]`).check();
  await page.getByRole('button', { name: t('checkout.do_reserve'), exact: true }).click();
  await page.locator('input[name="phone"][aria-invalid="true"]').waitFor();
  await judge(page, 'checkout-wrong', { width });
  assert.ok(buyer.wrong.every((line) => line.includes('422')), buyer.wrong.join('\n'));
  await buyer.close();
});

test('filters narrow the list, live in the address, and the back button undoes them', async () => {
  const buyer = await shopper();
  const { page } = buyer;
  await page.goto('/');
  await page.locator('.kinds a').first().click();
  const box = page.locator('aside fieldset label').filter({ has: page.locator('input[type="checkbox"]') }).first();
  await box.waitFor();
  const name = await box.locator('span').innerText();
  const count = Number(await box.locator('small').innerText());
  await box.locator('input').check();
  await page.waitForURL(/f=/);
  await page.locator('.chosen').waitFor();
  await page.waitForFunction((n) => document.querySelectorAll('section[aria-busy="false"] a[href^="/product/"]').length === Math.min(n, 24), count);
  assert.ok((await page.locator('.chosen').innerText()).includes(name));
  await page.getByRole('switch').check();
  await page.waitForURL(/here=1/);
  await page.waitForFunction(() => document.querySelector('section[aria-busy="false"]'));
  await page.goBack();
  await page.goBack();
  await page.locator('.chosen').waitFor({ state: 'detached' });
  buyer.fine();
  await buyer.close();
});

test('without a line the page says so', async () => {
  const buyer = await shopper();
  await buyer.context.setOffline(true);
  await buyer.page.getByText(/Нет связи/).waitFor();
  await buyer.context.setOffline(false);
  await buyer.page.getByText(/Нет связи/).waitFor({ state: 'detached' });
  await buyer.close();
});
