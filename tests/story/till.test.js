// A till tells its sales: once, in order, and whatever happened meanwhile.
import assert from 'node:assert/strict';
import { createHmac, pbkdf2Sync, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Client, eventually, staff, start } from './people.js';

let server, owner, seller, me, place, goods;
const money = (minor) => [{ kind: 'cash', amount_minor: minor }];
const fromNow = (ms) => new Date(Date.now() + ms).toISOString();

/* A device in the shop: its key, its numbers, what it would say. */
class Till {
  constructor(made) {
    Object.assign(this, made);
    this.client = new Client(server);
    this.seq = 0;
  }
  ask(path, body = {}) {
    return this.client.ask('POST', `/v1/till/${path}`, body, { 'x-till-key': this.key });
  }
  async must(path, body) {
    const answer = await this.ask(path, body);
    assert.ok(answer.status < 300, `${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }
  sale(lines, more = {}) {
    const total = lines.reduce((sum, l) => sum + l.qty * l.price_minor, 0);
    return { seq: ++this.seq, key: randomUUID(), happened: true, at: fromNow(0), sent_at: fromNow(0), staff_id: me.id, receipt: `${this.number}-${this.seq}`, lines, payments: money(total), ...more };
  }
}

const aTill = async (offline = true) => new Till(await owner.post('/v1/till', { place_id: place.id, name: 'Касса у входа', offline }));
const line = (g, qty = 1, more = {}) => ({ variant_id: g.variant_id, name: g.name, qty, price_minor: g.price_minor, vat_bp: g.vat_bp, ...more });

async function allGoods(till, have = []) {
  const pages = [];
  let next, same = 0, asked = 0;
  do {
    const part = await till.must('goods', { ...(next && { after_id: next }), have });
    pages.push(...part.pages);
    same += part.same;
    next = part.next_id;
    asked++;
  } while (next && asked < 100);
  return { pages, same };
}

const levels = async (variant_id) => (await owner.get(`/v1/stock/variant/${variant_id}`)).items.find((s) => s.place_id === place.id) ?? { on_hand: 0, free: 0, held: 0 };
/* The next goods of the chain that nobody here has touched. */
async function something(tracked, least = 1) {
  for (;;) {
    const g = goods.shift();
    assert.ok(g, 'the chain has goods left for the test');
    if (g.unit_tracked !== tracked) continue;
    const level = await levels(g.variant_id);
    if (level.free >= least && level.free < 60) return { ...g, free: level.free };
  }
}
/* All but `left` pieces are sold in the usual way. */
async function leave(g, left) {
  if (g.free > left) await seller.post('/v1/order', { kind: 'sale', channel: 'shop', place_id: place.id, lines: [{ variant_id: g.variant_id, qty: g.free - left, price_minor: g.price_minor }], payments: money((g.free - left) * g.price_minor) });
}
const task = (conflicts, code) => conflicts.find((k) => k.code === code);

before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
  seller = await staff(server, 'seller');
  me = await seller.get('/v1/staff/me');
  place = { id: me.place_id };
  const { pages } = await allGoods(await aTill());
  goods = pages.flatMap((p) => p.items);
  assert.ok(goods.length > 100, `${goods.length} goods`);
});
after(() => server?.stop());

test('what a till takes along is what the shop sells, and comes again only where it changed', async () => {
  const till = await aTill();
  const { pages } = await allGoods(till);
  const one = pages[0].items[0];
  const item = await seller.get(`/v1/catalog/code/${encodeURIComponent(one.sku)}?channel=shop&region_id=${(await seller.get(`/v1/place/${place.id}`)).region_id}`);
  assert.equal(one.price_minor, item.price_minor);
  assert.equal(one.name, item.name);
  const have = pages.map((p) => ({ upto_id: p.upto_id, digest: p.digest }));
  const again = await allGoods(till, have);
  assert.deepEqual(again.pages, []);
  assert.equal(again.same, pages.length);

  await owner.put(`/v1/catalog/variant/${one.variant_id}`, { product_id: one.product_id, sku: one.sku, name: '', unit_tracked: one.unit_tracked, active: true, weight_g: 100, barcodes: ['4006381333931'] });
  const changed = await allGoods(till, have);
  assert.equal(changed.pages.length, 1);
  assert.deepEqual(changed.pages[0].items.find((g) => g.variant_id === one.variant_id).barcodes, ['4006381333931']);

  const stock = await till.must('stock');
  const at = stock.variant_ids.indexOf(one.variant_id);
  assert.equal(at < 0 ? 0 : stock.free[at], (await levels(one.variant_id)).on_hand - (await levels(one.variant_id)).held);
});

test('a till knows the customers it served by a hash that only it can make', async () => {
  const till = await aTill();
  const hello = await till.must('hello');
  await seller.post('/v1/order', { kind: 'sale', channel: 'shop', place_id: place.id, name: 'Петрова Анна', phone: '8 (903) 111-22-33', lines: [{ variant_id: goods[0].variant_id, qty: 1, price_minor: goods[0].price_minor }], payments: money(goods[0].price_minor), sold_at: fromNow(-1000) });
  const people = await till.must('people');
  const hash = createHmac('sha256', Buffer.from(hello.people_key, 'hex')).update('+79031112233').digest('hex').slice(0, 24);
  assert.equal(people.items.find((p) => p.keys.includes(hash)).name, 'Анна П.');
  assert.ok(!JSON.stringify(people).includes('9031112233'));
  const other = await aTill();
  assert.ok(!(await other.must('people')).items.some((p) => p.keys.includes(hash)), 'another till has another key');
  const onlyOnline = await aTill(false);
  assert.deepEqual((await onlyOnline.must('people')).items, []);
});

test('a PIN is taken along for those who may sell without a line, and for nobody else', async () => {
  const till = await aTill();
  for (const pin of ['12345', '111111', '123456', '12a456']) assert.equal((await seller.ask('PUT', '/v1/till/pin', { password: 'prilavok', pin })).status, 422, pin);
  assert.equal((await seller.ask('PUT', '/v1/till/pin', { password: 'wrong password', pin: '482915' })).status, 401);
  await seller.put('/v1/till/pin', { password: 'prilavok', pin: '482915' });
  const mine = (await till.must('hello')).staff.find((p) => p.id === me.id);
  assert.equal(mine.hash, pbkdf2Sync('482915', Buffer.from(mine.salt, 'hex'), mine.rounds, 32, 'sha256').toString('hex'));
  assert.deepEqual((await (await aTill(false)).must('hello')).staff, []);
});

test('a key of nobody, a closed till, a stranger: none of them tells a sale', async () => {
  const till = await aTill();
  const sale = till.sale([line(goods[0])]);
  assert.equal((await new Client(server).ask('POST', '/v1/till/sale', sale)).status, 401);
  assert.equal((await new Client(server).ask('POST', '/v1/till/sale', sale, { 'x-till-key': `${till.id}.${'0'.repeat(64)}` })).status, 401);
  assert.equal((await seller.ask('POST', `/v1/till/${till.id}`, { closed: 1 })).status, 403);
  await owner.post(`/v1/till/${till.id}`, { closed: 1 });
  assert.equal((await till.ask('sale', sale)).status, 401);
});

test('a sale told a hundred times is one sale, with one answer', async () => {
  const till = await aTill();
  const g = await something(false, 3);
  const sale = till.sale([line(g, 2)]);
  const answers = await Promise.all(Array.from({ length: 100 }, () => till.ask('sale', { ...sale, sent_at: fromNow(0) })));
  assert.deepEqual([...new Set(answers.map((a) => a.status))], [200]);
  assert.equal(new Set(answers.map((a) => a.text)).size, 1);
  assert.equal((await levels(g.variant_id)).on_hand, g.free - 2);
  const order = await owner.get(`/v1/order/${answers[0].body.order_id}`);
  assert.equal(order.total_minor, 2 * g.price_minor);
  assert.equal(order.history.find((h) => h.what === 'sold').who_id, me.id);
});

test('a gap is named, and what comes before it is wanted first', async () => {
  const till = await aTill();
  const g = await something(false, 3);
  const [first, second] = [till.sale([line(g)]), till.sale([line(g)])];
  const early = await till.ask('sale', second);
  assert.equal(early.status, 409);
  assert.equal(early.body.code, 'gap');
  assert.equal((await till.must('sale', first)).state, 'recorded');
  assert.equal((await till.must('sale', second)).state, 'recorded');
  const other = { ...till.sale([line(g)]), seq: 1 };
  assert.equal((await till.ask('sale', other)).body.code, 'key_reused');
});

test('what is asked for may be refused; what has happened is written down', async () => {
  const till = await aTill();
  const g = await something(false, 2);
  await leave(g, 0);
  const asked = till.sale([line(g)], { happened: false });
  const no = await till.must('sale', asked);
  assert.equal(no.state, 'refused');
  assert.equal(no.faults[0].code, 'stock_short');
  assert.deepEqual(await till.must('sale', asked), no, 'the same no again');
  const yes = await till.must('sale', { ...asked, happened: true });
  assert.equal(yes.state, 'recorded');
  assert.equal((await levels(g.variant_id)).on_hand, -1);
  assert.deepEqual(await till.must('sale', asked), yes, 'late copies of the question change nothing');
  assert.equal((await till.must('sale', till.sale([line(await something(false))]))).state, 'recorded');
});

test('two tills sell the last piece: both sales stand, and somebody has a task', async () => {
  const [a, b] = [await aTill(), await aTill()];
  const g = await something(false, 1);
  await leave(g, 1);
  assert.deepEqual((await a.must('sale', a.sale([line(g)]))).conflicts, []);
  const second = await b.must('sale', b.sale([line(g)]));
  const trouble = task(second.conflicts, 'till_oversold');
  assert.ok(trouble.owner, 'a name');
  assert.match(trouble.goods, new RegExp(`${g.name.slice(0, 5)}.*×1`));
  const seen = await owner.get(`/v1/task/${trouble.task_id}`);
  assert.equal(seen.owner, trouble.owner);
  assert.equal(seen.subject_id, second.order_id);
  assert.equal(seen.args.number, second.number);
  assert.equal((await levels(g.variant_id)).on_hand, -1, 'the book says what was sold');
});

test('a piece that was kept for somebody is sold: his order is named', async () => {
  const till = await aTill();
  const g = await something(false, 1);
  await leave(g, 1);
  const order = await new Client(server).post('/v1/order', { kind: 'pickup', place_id: place.id, name: 'Пётр', phone: '+79035556677', lines: [{ variant_id: g.variant_id, qty: 1 }] });
  const done = await till.must('sale', till.sale([line(g)]));
  assert.match(task(done.conflicts, 'till_held').orders, new RegExp(order.number));
});

test('one serial number, two buyers: the second sale is written down and asked about', async () => {
  const till = await aTill();
  const g = await something(true, 2);
  const imei = '356938035643809';
  assert.deepEqual((await till.must('sale', till.sale([line(g, 1, { serial: imei })]))).conflicts, []);
  const second = await till.must('sale', till.sale([line(g, 1, { serial: imei })]));
  assert.ok(task(second.conflicts, 'till_serial_twice').owner);
  const bad = await till.must('sale', till.sale([line(g, 1, { serial: '356938035643800' })]));
  assert.ok(task(bad.conflicts, 'till_serial'));
  assert.equal((await levels(g.variant_id)).on_hand, g.free - 3);
});

test('prices of the receipt stand; one far from today is looked at', async () => {
  const till = await aTill();
  const g = await something(false, 3);
  const near = await till.must('sale', till.sale([line(g, 1, { price_minor: Math.round(g.price_minor * 0.97), vat_bp: 1000 })]));
  assert.deepEqual(near.conflicts, []);
  const order = await owner.get(`/v1/order/${near.order_id}`);
  assert.equal(order.lines[0].price_minor, Math.round(g.price_minor * 0.97));
  assert.equal(order.lines[0].vat_bp, 1000);
  const far = await till.must('sale', till.sale([line(g, 1, { price_minor: Math.round(g.price_minor / 2) })]));
  assert.ok(task(far.conflicts, 'till_price'));
});

test('a right that was taken away, a customer who is gone, a till that may not: tasks, not losses', async () => {
  const till = await aTill();
  const g = await something(false, 4);
  await owner.post('/v1/staff/account', { login: 'temp', name: 'Временный Олег', password: 'prilavok', roles: [{ role: 'storekeeper', place_id: place.id }] });
  const temp = (await owner.get('/v1/staff/account?limit=200')).items.find((a) => a.login === 'temp');
  const withdrawn = await till.must('sale', till.sale([line(g)], { staff_id: temp.id }));
  assert.ok(task(withdrawn.conflicts, 'till_staff'));
  const nobody = await till.must('sale', till.sale([line(g)], { customer_id: '4711' }));
  assert.ok(task(nobody.conflicts, 'till_customer'));
  assert.equal(nobody.state, 'recorded');
  const online = await aTill(false);
  assert.ok(task((await online.must('sale', online.sale([line(g)]))).conflicts, 'till_limits'));
  const denied = await till.must('sale', till.sale([line(g)], { staff_id: '4711', happened: false }));
  assert.equal(denied.faults[0].code, 'denied');
});

test('what cannot be written down at all is kept whole, its number used, with a task', async () => {
  const till = await aTill();
  const g = await something(false, 2);
  const odd = till.sale([{ ...line(g), variant_id: '4711' }]);
  const parked = await till.must('sale', odd);
  assert.equal(parked.state, 'parked');
  assert.ok(task(parked.conflicts, 'till_parked').owner);
  assert.deepEqual(await till.must('sale', odd), parked);
  const kept = (await owner.get(`/v1/till/${till.id}/sale`)).items.find((s) => s.seq === 1);
  assert.match(kept.told, /"variant_id":"4711"/);
  assert.equal((await till.must('sale', till.sale([line(g)]))).state, 'recorded');
});

test('a till that comes back after three days sold three days ago', async () => {
  const till = await aTill();
  const g = await something(false, 3);
  const day = 86_400_000;
  server.sql(`UPDATE till_till SET last_at = ${Date.now() - 5 * day} WHERE id = ${till.id}`);
  const done = await till.must('sale', till.sale([line(g)], { at: fromNow(-3 * day), offline_ms: 2 * day }));
  assert.ok(Math.abs(Date.parse(done.at) - (Date.now() - 3 * day)) < 60_000);
  assert.deepEqual(done.conflicts, []);
  assert.equal(Date.parse((await owner.get(`/v1/order/${done.order_id}`)).placed_at), Date.parse(done.at));
  const late = await till.must('sale', till.sale([line(g)], { at: fromNow(-day), offline_ms: 4 * day }));
  assert.ok(task(late.conflicts, 'till_limits'), 'longer than it may');
});

test("a till's wrong clock is put right, bounded and marked", async () => {
  const till = await aTill();
  const g = await something(false, 3);
  const year = 365 * 86_400_000;
  server.sql(`UPDATE till_till SET last_at = ${Date.now() - 3_600_000} WHERE id = ${till.id}`);
  const behind = await till.must('sale', till.sale([line(g)], { at: fromNow(-year - 600_000), sent_at: fromNow(-year) }));
  assert.ok(Math.abs(Date.parse(behind.at) - (Date.now() - 600_000)) < 10_000, behind.at);
  assert.ok(Math.abs(behind.clock_ms - year) < 10_000);
  const ahead = await till.must('sale', till.sale([line(g)], { at: fromNow(year) }));
  assert.ok(Date.parse(ahead.at) <= Date.now());
  assert.equal(ahead.bounded, true);
  const before = await till.must('sale', till.sale([line(g)], { at: fromNow(-year) }));
  assert.ok(Date.parse(before.at) >= Date.parse(behind.at), 'never before its sale before');
});

test('a task is taken, given to another, done; strangers do not see it', async () => {
  const made = await owner.post('/v1/task', { body: 'Пересчитать витрину', place_id: place.id, owner_id: me.id });
  assert.ok((await seller.get('/v1/task?mine=true')).items.some((t) => t.id === made.id));
  assert.ok((await seller.get(`/v1/task?place_id=${place.id}`)).items.length > 1);
  assert.equal((await seller.ask('GET', '/v1/task')).status, 403);
  assert.equal((await seller.ask('POST', '/v1/task', { body: 'x', place_id: place.id })).status, 403);
  assert.equal((await seller.post(`/v1/task/${made.id}/take`)).state, 'taken');
  const done = await seller.post(`/v1/task/${made.id}/done`, { note: 'Всё на месте' });
  assert.equal(done.state, 'done');
  assert.equal(done.ended_by, me.id);
  assert.equal((await seller.ask('POST', `/v1/task/${made.id}/cancel`, {})).status, 409);
  const another = await owner.post('/v1/task', { body: 'x', place_id: place.id });
  const given = await owner.post(`/v1/task/${another.id}/owner`, { owner_id: me.id });
  assert.equal(given.owner, me.name);
  assert.equal((await owner.ask('POST', `/v1/task/${another.id}/owner`, { owner_id: '4711' })).status, 422);
});

test('a shelf with less than the book is to be counted', async () => {
  const g = await something(false, 2);
  const order = await new Client(server).post('/v1/order', { kind: 'pickup', place_id: place.id, name: 'Пётр', phone: '+79035556677', lines: [{ variant_id: g.variant_id, qty: 2 }] });
  await seller.post(`/v1/order/${order.id}/pick`, { place_id: place.id });
  await seller.post(`/v1/order/${order.id}/line/1/short`, { qty: 1, why: 'пустая коробка' });
  const count = await eventually(async () => (await seller.get(`/v1/task?place_id=${place.id}`)).items.find((t) => t.code === 'count' && t.subject_id === g.variant_id));
  assert.equal(count.args.qty, 1);
  assert.ok(count.owner);
});

test('the books are in order: sales of the tills, orders, money and goods agree', () => {
  assert.equal(server.check(), 'in order');
  const told = server.sql('SELECT COUNT(*), SUM(total_minor) FROM till_sale WHERE state = 0').trim();
  const written = server.sql('SELECT COUNT(*), SUM(o.paid_minor) FROM order_order o WHERE o.id IN (SELECT order_id FROM till_sale WHERE state = 0)').trim();
  assert.equal(written, told);
  const moved = server.sql('SELECT SUM(-m.qty) FROM stock_move m WHERE m.doc_id IN (SELECT order_id FROM till_sale WHERE state = 0)').trim();
  const sold = server.sql('SELECT SUM(l.qty) FROM order_line l WHERE l.order_id IN (SELECT order_id FROM till_sale WHERE state = 0)').trim();
  assert.equal(moved, sold);
});
