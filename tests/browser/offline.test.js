// The till goes on without a line: nothing is lost, nothing is doubled, wherever the
// line breaks.
import { after, before, test } from 'node:test';
import { start } from '../story/people.js';
import { person as caller } from '../support/server.js';
import { assert, becomes, judge } from './pages.js';
import { scan } from './staff.js';
import { Tablet } from './tablet.js';
import { say } from './words.js';

const t = say('ru');
const PIN = '482915';
let server, owner, place;
const open = [];
const tablet = () => {
  const made = new Tablet({ server, place });
  open.push(made);
  return made;
};

const numbers = (text) => text.trim().split('|').map(Number);
const written = (key) => Number(server.sql(`SELECT COUNT(*) FROM order_order WHERE id IN (SELECT order_id FROM till_sale WHERE sale_key = '${key}')`));
let stock;
/* Goods of this shop without serial numbers, each for one test. */
async function goods(tracked = false, least = 3) {
  if (!stock) {
    stock = [];
    const list = (await owner.call('GET', `/v1/catalog/search?place_id=${place.id}&in_stock=true&limit=100`)).body.items;
    for (const tile of list) {
      const product = (await owner.call('GET', `/v1/catalog/product/${tile.product_id}`)).body;
      const variant = product.variants.find((v) => v.id === tile.variant_id) ?? product.variants[0];
      stock.push({ product: product.id, name: product.name, sku: variant.sku, variant: variant.id, tracked: variant.unit_tracked, price: tile.price_minor });
    }
  }
  for (;;) {
    const at = stock.findIndex((g) => g.tracked === tracked);
    assert.ok(at >= 0, 'goods are left for the test');
    const [g] = stock.splice(at, 1);
    const here = (await owner.call('GET', `/v1/stock/variant/${g.variant}`)).body.items.find((s) => s.place_id === place.id);
    if (here?.free >= least && here.free < 40) return { ...g, free: here.free };
  }
}

before(async () => {
  server = await start();
  owner = caller(server);
  await owner.login('owner');
  const seller = caller(server);
  const { place_id } = await seller.login('seller');
  place = (await owner.call('GET', `/v1/place/${place_id}`)).body;
  assert.equal((await owner.call('PUT', '/v1/till/pin', { password: 'prilavok', pin: PIN })).status, 204);
  owner.me = (await owner.call('GET', '/v1/staff/me')).body;
});
after(async () => {
  for (const one of open) await one.end();
  await server?.stop();
});

let till;
test('with a line a sale is asked for, answered, and seen at once', async () => {
  till = tablet();
  await till.start();
  await till.enter();
  const g = await goods();
  await till.put(g);
  await till.close();
  const [sale] = await till.sales();
  assert.equal(sale.state, 'recorded');
  assert.equal(written(sale.body.key), 1);
  await till.page.getByRole('button', { name: t('receipt.show') }).click();
  await till.page.locator(`[data-receipt="${sale.body.receipt}"]`).waitFor();
  await till.page.keyboard.press('Escape');
});

test('the line breaks before the sale, the tablet is restarted, a PIN lets in, and the sale goes when the line is back', async () => {
  till.line.set('down');
  await till.is('down');
  const g = await goods();
  await till.put(g);
  await till.close();
  await till.page.getByText(t('sale.offline_text').slice(0, 10)).first().waitFor();
  await till.context.close();
  await till.start();
  await till.page.goto('/till');
  await till.page.getByLabel(t('pin.who')).waitFor();
  await judge(till.page, 'till-pin', { width: 1280 });
  await till.tryPin(owner.me.name, '000000');
  await till.page.getByText(t('pin.wrong')).waitFor();
  await till.pin(owner.me.name, PIN);
  await till.page.getByText(t('sale.empty'), { exact: true }).waitFor();
  const waits = (await till.sales()).at(-1);
  assert.equal(waits.state, 'told');
  assert.equal(written(waits.body.key), 0);
  await till.page.locator('.chip').click();
  await till.page.locator(`[data-seq="${waits.seq}"][data-state="told"]`).waitFor();
  await judge(till.page, 'till-queue-offline', { width: 1280 });
  till.line.set('up');
  await till.told();
  await till.page.locator(`[data-seq="${waits.seq}"][data-state="recorded"]`).waitFor();
  assert.equal(written(waits.body.key), 1);
  await till.enter();
});

test('the line breaks while the sale is told: the buyer goes, the sale is told again', async () => {
  const g = await goods();
  await till.put(g);
  till.line.set('swallow');
  await till.close();
  const sale = (await till.sales()).at(-1);
  assert.equal(sale.state, 'told');
  assert.equal(written(sale.body.key), 0);
  till.line.set('up');
  await till.told();
  assert.equal(written(sale.body.key), 1);
});

test('the server wrote the sale and its answer was lost: told again, it is the same sale', async () => {
  const g = await goods();
  await till.put(g);
  till.line.set('deaf');
  await till.close();
  const sale = (await till.sales()).at(-1);
  assert.equal(sale.state, 'told');
  assert.equal(written(sale.body.key), 1, 'the server has it');
  till.line.set('up');
  await till.told();
  const done = (await till.sales()).at(-1);
  assert.equal(done.state, 'recorded');
  assert.equal(written(sale.body.key), 1);
  assert.equal(Number(server.sql(`SELECT COUNT(*) FROM stock_move WHERE variant_id = ${g.variant} AND doc_id = ${done.answer.order_id}`)), 1);
});

test('the server is killed under the sale and comes back', async () => {
  const g = await goods();
  await till.put(g);
  await server.kill();
  await till.close();
  const sale = (await till.sales()).at(-1);
  assert.equal(sale.state, 'told');
  await server.again();
  await till.told();
  assert.equal(written(sale.body.key), 1);
});

test('the power goes between the press and the receipt: the sale is there, once, and the table is clear', async () => {
  const g = await goods();
  await till.put(g);
  till.line.set('swallow');
  await till.page.keyboard.press('F8');
  await till.page.evaluate(() => {
    const add = IDBObjectStore.prototype.add;
    IDBObjectStore.prototype.add = function (...args) {
      const done = add.apply(this, args);
      if (this.name === 'sales') this.transaction.addEventListener('complete', () => (globalThis.written = true));
      return done;
    };
  });
  await till.page.keyboard.press('F10');
  await till.page.waitForFunction(() => globalThis.written);
  await till.context.close();
  await till.start();
  till.line.set('up');
  await till.enter();
  await till.page.getByText(t('sale.empty'), { exact: true }).waitFor();
  const sale = (await till.sales()).at(-1);
  assert.equal(sale.body.lines[0].variant_id, g.variant);
  await till.page.waitForFunction(() => document.querySelector('[data-waiting="0"]'));
  assert.equal(written(sale.body.key), 1);
});

test('what is kept for somebody is refused while there is a line, and the seller sees why', async () => {
  const g = await goods(false, 1);
  await till.put(g);
  await owner.call('POST', '/v1/order', { kind: 'pickup', channel: 'phone', place_id: place.id, name: 'Пётр', phone: '+79035550102', lines: [{ variant_id: g.variant, qty: g.free }] });
  await till.page.keyboard.press('F8');
  await till.page.keyboard.press('F10');
  await till.page.getByText(t('error.stock_short')).first().waitFor();
  assert.equal((await till.sales()).at(-1).state, 'refused');
  await till.page.getByRole('cell', { name: g.name }).first().waitFor();
  await till.page.getByRole('button', { name: t('basket.take_out', { name: g.name }) }).click();
  await till.page.getByText(t('sale.empty'), { exact: true }).waitFor();
});

test('two tabs of one till sell without a line; each sale is told once', async () => {
  const other = await till.context.newPage();
  await other.goto('/till');
  await other.getByRole('combobox', { name: t('sale.scan') }).waitFor();
  till.line.set('down');
  await till.is('down');
  await other.locator('[data-line="down"]').waitFor();
  const before = till.line.told;
  const [a, b] = [await goods(), await goods()];
  await till.page.bringToFront();
  await till.put(a);
  await till.close();
  await other.bringToFront();
  await till.put(b, other);
  await till.close(other);
  till.line.set('up');
  await till.told();
  await other.locator('[data-line="up"][data-waiting="0"]').waitFor();
  const [one, two] = (await till.sales()).slice(-2);
  assert.equal(two.seq, one.seq + 1);
  assert.deepEqual([written(one.body.key), written(two.body.key)], [1, 1]);
  assert.equal(till.line.told - before, 2, 'neither was sent twice');
  await other.close();
});

test('a serial number with a wrong check digit is not taken; a right one is sold without a line', async () => {
  const g = await goods(true, 1);
  till.line.set('down');
  await till.is('down');
  await scan(till.page, g.sku);
  const serial = till.page.getByPlaceholder(t('sale.serial_hint'));
  await serial.fill('356938035643800');
  await till.page.keyboard.press('F8');
  assert.ok(await till.page.getByRole('button', { name: t('sale.close') }).isDisabled());
  await serial.fill('356938035643809');
  await till.close();
  till.line.set('up');
  await till.told();
  assert.equal(server.sql(`SELECT serial FROM order_serial WHERE order_id = ${(await till.sales()).at(-1).answer.order_id}`).trim(), '356938035643809');
});

test('what is named anew is so in the copy, and nothing stands in it twice', async () => {
  const copy = async () => (await till.kept('pages')).flatMap((p) => p.items);
  const before = (await copy()).length;
  const one = await goods();
  const card = (await owner.call('GET', `/v1/catalog/product/${one.product}/card`)).body.product;
  assert.equal((await owner.call('PUT', `/v1/catalog/product/${one.product}`, { ...card, name: 'Чайник для гостей' })).status, 200);
  await till.page.reload();
  await becomes(async () => (await copy()).find((g) => g.variant_id === one.variant).name.startsWith('Чайник для гостей'), true);
  const now = await copy();
  assert.deepEqual([now.length, new Set(now.map((g) => g.variant_id)).size], [before, before]);
});

/* As version 1 kept it: each of the goods by itself, the pages' ends and names beside. */
const asBefore = (id) =>
  new Promise((done, failed) => {
    const all = {};
    const old = indexedDB.open(`till-${id}`);
    old.onsuccess = () => {
      const tx = old.result.transaction(['kept', 'people', 'sales', 'pages']);
      for (const name of tx.objectStoreNames) {
        all[name] = [];
        tx.objectStore(name).openCursor().onsuccess = ({ target: { result: at } }) => at && (all[name].push([at.key, at.value]), at.continue());
      }
      tx.oncomplete = () => {
        old.result.close();
        indexedDB.deleteDatabase(`till-${id}`).onsuccess = () => {
          const ask = indexedDB.open(`till-${id}`, 1);
          ask.onupgradeneeded = () => {
            const make = (name, keyPath) => ask.result.createObjectStore(name, { keyPath });
            const [kept, goods, people, sales] = [make('kept', null), make('goods', 'variant_id'), make('people', null), make('sales', 'seq')];
            all.kept.forEach(([key, value]) => kept.put(value, key));
            all.people.forEach(([key, value]) => people.put(value, key));
            all.sales.forEach(([, value]) => sales.put(value));
            all.pages.forEach(([, page]) => page.items.forEach((g) => goods.put(g)));
            kept.put(all.pages.map(([, { upto_id, digest }]) => ({ upto_id, digest })).sort((a, b) => (BigInt(a.upto_id) < BigInt(b.upto_id) ? -1 : 1)), 'pages');
          };
          ask.onerror = () => failed(ask.error);
          ask.onsuccess = () => (ask.result.close(), done(all.pages.length));
        };
      };
    };
  });

test("a tablet with yesterday's copy opens it without a line, and sells from it", async () => {
  await till.page.goto('/kit');
  const pages = await till.page.evaluate(asBefore, place.id);
  till.line.set('down');
  await till.page.goto('/till');
  await till.pin(owner.me.name, PIN);
  await till.page.getByText(t('sale.empty'), { exact: true }).waitFor();
  assert.equal((await till.kept('pages')).length, pages);
  await till.put(await goods());
  await till.close();
  till.line.set('up');
  await till.told();
});

test('two tills without a line sell the same last piece: both sales stand, one task has a name', async () => {
  const second = tablet();
  await second.start();
  await second.enter();
  const g = await goods(false, 2);
  await owner.call('POST', '/v1/order', { kind: 'sale', channel: 'shop', place_id: place.id, lines: [{ variant_id: g.variant, qty: g.free - 1 }], payments: [{ kind: 'cash', amount_minor: (g.free - 1) * g.price }] });
  for (const one of [till, second]) {
    one.line.set('down');
    await one.is('down');
    await one.put(g);
    await one.close();
  }
  for (const one of [till, second]) {
    one.line.set('up');
    await one.told();
  }
  const [a, b] = [(await till.sales()).at(-1), (await second.sales()).at(-1)];
  assert.deepEqual([a.state, b.state], ['recorded', 'recorded']);
  assert.deepEqual(a.answer.conflicts, []);
  const trouble = b.answer.conflicts.find((k) => k.code === 'till_oversold');
  assert.ok(trouble.owner, 'a name');
  await second.page.locator('.chip').click();
  await second.page.getByText(t('queue.owner', { name: trouble.owner })).first().waitFor();
  for (const width of [360, 768, 1280]) {
    await second.page.setViewportSize({ width, height: 800 });
    await judge(second.page, `till-queue-${width}`, { width });
  }
  const task = (await owner.call('GET', `/v1/task/${trouble.task_id}`)).body;
  assert.equal(task.owner, trouble.owner);
});

test('the books agree with the tills: nothing lost, nothing doubled', async () => {
  const told = (await Promise.all(open.map((one) => one.sales()))).flat();
  const recorded = told.filter((s) => s.state === 'recorded');
  assert.ok(recorded.length >= 9);
  assert.deepEqual([...new Set(told.map((s) => s.state))].sort(), ['recorded', 'refused']);
  const [count, sum] = numbers(server.sql('SELECT COUNT(*), SUM(o.total_minor) FROM till_sale s JOIN order_order o ON o.customer_id = s.customer_id AND o.id = s.order_id WHERE s.state = 0'));
  assert.equal(count, recorded.length);
  assert.equal(sum, recorded.reduce((all, s) => all + s.total, 0));
  const [moved] = numbers(server.sql('SELECT SUM(-qty) FROM stock_move WHERE doc_id IN (SELECT order_id FROM till_sale WHERE state = 0)'));
  assert.equal(moved, recorded.reduce((all, s) => all + s.body.lines.reduce((n, l) => n + l.qty, 0), 0));
  assert.equal(server.check(), 'in order');
});
