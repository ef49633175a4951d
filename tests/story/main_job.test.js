// One stock, one order, one customer: from the sofa to the counter.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, chainOf, eventually, freeAt, logIn, pickup, staff, start, watch } from './people.js';

let server, shop, phone, cover;
const anna = '+79161234567';

before(async () => {
  server = await start();
  const { places, goods } = await chainOf(server);
  shop = places[0];
  for (const item of goods) {
    const free = await freeAt(server, shop.id, item.variant_id);
    if (item.unit_tracked && free >= 3) phone ??= item;
    if (!item.unit_tracked && free >= 6) cover ??= item;
    if (phone && cover) break;
  }
});
after(() => server.stop());

const imei = (n) => {
  const s = `86684604000${String(n).padStart(3, '0')}`;
  const sum = [...s].reduce((a, ch, k) => a + (k % 2 ? [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][ch] : +ch), 0);
  return s + ((10 - (sum % 10)) % 10);
};

test('a guest orders, the shop picks, the code opens the counter', async () => {
  const guest = new Client(server);
  const till = await staff(server, 'seller');
  const before = await freeAt(server, shop.id, phone.variant_id);
  const counter = await watch(till, '/v1/order/live');

  const placed = await guest.post('/v1/order', pickup(shop.id, anna, [
    { variant_id: phone.variant_id, qty: 1, price_minor: phone.price_minor },
    { variant_id: cover.variant_id, qty: 2 },
  ]));
  assert.match(placed.number, /^[0-9A-Z]{3}-[0-9A-Z]{5}$/);
  assert.ok(new Date(placed.promised_at) > new Date());
  assert.equal(await freeAt(server, shop.id, phone.variant_id), before - 1, 'the site shows one less');
  const heard = await eventually(() => counter.events.find((e) => e.order_id === placed.id));
  assert.deepEqual([heard.number, heard.state], [placed.number, 'placed'], 'the shop hears of it');
  const sofa = await watch(guest, `/v1/order/${placed.token}/live`);

  const todo = await till.get('/v1/order/picking');
  const mine = todo.items.find((o) => o.id === placed.id);
  assert.equal(mine.lines.length, 2);
  assert.match(mine.customer_name, /Анна/);
  await till.post(`/v1/order/${placed.id}/pick`, { place_id: shop.id });
  assert.equal((await guest.get(`/v1/order/${placed.token}`)).state, 'picking');
  await till.post(`/v1/order/${placed.id}/ready`, { place_id: shop.id });

  await eventually(() => sofa.events.some((e) => e.state === 'ready'));
  sofa.close();
  counter.close();
  const seen = await guest.get(`/v1/order/${placed.token}`);
  const { code } = seen.fulfilments[0];
  assert.equal(seen.state, 'ready');
  assert.match(code, /^\d{6}$/);
  const picture = await guest.ask('GET', `/v1/order/${placed.token}/qr.svg`);
  assert.match(picture.text, /^<svg /);
  const owner = await staff(server, 'owner');
  await eventually(async () => (await owner.get('/v1/message/outbox')).items.some((m) => m.body.includes(code)));

  const asked = await till.get(`/v1/order/handover?place_id=${shop.id}&code=${code}`);
  assert.equal(asked.id, placed.id);
  assert.equal(asked.fulfilments[0].code, undefined, 'staff are told the code, they do not read it');
  const unpaid = await till.ask('POST', '/v1/order/handover', { code, place_id: shop.id, serials: [{ line_no: 1, serial: imei(1) }] });
  assert.equal(unpaid.status, 422);
  assert.equal(unpaid.body.field, 'payments');
  const done = await till.post('/v1/order/handover', {
    code: `${placed.number}/${code}`,
    place_id: shop.id,
    serials: [{ line_no: 1, serial: imei(1) }],
    payments: [{ kind: 'cash', amount_minor: 100000 }, { kind: 'card', amount_minor: placed.total_minor - 100000 }],
  });
  assert.equal(done.state, 'done');
  assert.deepEqual(done.serials, [imei(1)]);
  assert.equal(done.paid_minor, placed.total_minor);
  assert.equal((await till.ask('POST', '/v1/order/handover', { code, place_id: shop.id })).status, 404, 'a code opens once');
});

test('a sale at the till is seen on the site at once', async () => {
  const till = await staff(server, 'seller');
  const before = await freeAt(server, shop.id, cover.variant_id);
  const sold = await till.post('/v1/order', {
    kind: 'sale', place_id: shop.id, phone: anna,
    lines: [{ variant_id: cover.variant_id, qty: 1 }],
    payments: [{ kind: 'cash', amount_minor: cover.price_minor }],
  });
  assert.equal(sold.state, 'done');
  assert.equal(await freeAt(server, shop.id, cover.variant_id), before - 1);
});

test('her profile shows site and till, her own list too', async () => {
  const owner = await staff(server, 'owner');
  const who = await owner.get(`/v1/customer/find?key=${encodeURIComponent(anna)}`);
  const profile = await owner.get(`/v1/customer/${who.id}/profile`);
  assert.deepEqual(profile.orders.map((o) => o.kind), ['sale', 'pickup']);
  assert.equal(profile.orders_done, 2);
  assert.equal(profile.holds.length, 0);
  assert.equal(profile.orders[1].lines.length, 2);
  await eventually(async () => {
    const audit = await owner.get('/v1/staff/audit?limit=50');
    return audit.items.some((a) => a.what === 'customer.profile' && a.subject_id === who.id);
  });

  const herself = new Client(server);
  await logIn(server, herself, anna);
  const mine = await herself.get('/v1/order');
  assert.equal(mine.items.length, 2);
  const stranger = new Client(server);
  await logIn(server, stranger, '+79031112233');
  assert.equal((await stranger.ask('GET', `/v1/order/${mine.items[0].id}`)).status, 404);
});

test('a customer cancels a line, then the rest; goods are free again', async () => {
  const guest = new Client(server);
  const before = await freeAt(server, shop.id, cover.variant_id);
  const placed = await guest.post('/v1/order', pickup(shop.id, anna, [{ variant_id: cover.variant_id, qty: 3 }]));
  const less = await guest.post(`/v1/order/${placed.token}/line/1/cancel`, { qty: 1 });
  assert.equal(less.total_minor, 2 * cover.price_minor);
  assert.equal(await freeAt(server, shop.id, cover.variant_id), before - 2);
  const none = await guest.post(`/v1/order/${placed.token}/cancel`, {});
  assert.equal(none.state, 'cancelled');
  assert.equal(await freeAt(server, shop.id, cover.variant_id), before);
  assert.equal((await guest.ask('POST', `/v1/order/${placed.token}/cancel`, {})).status, 409);
});

test('a piece that is not on the shelf leaves order and book', async () => {
  const guest = new Client(server);
  const till = await staff(server, 'seller');
  const before = await freeAt(server, shop.id, cover.variant_id);
  const placed = await guest.post('/v1/order', pickup(shop.id, anna, [{ variant_id: cover.variant_id, qty: 2 }]));
  const ready = await till.post(`/v1/order/${placed.id}/ready`, { place_id: shop.id, lines: [{ line_no: 1, qty: 1 }] });
  assert.equal(ready.state, 'ready');
  assert.equal(ready.total_minor, cover.price_minor);
  assert.equal(await freeAt(server, shop.id, cover.variant_id), before - 2, 'neither sold nor for sale');
  await till.post(`/v1/order/${placed.id}/cancel`, { why: 'покупатель не захотел один' }).catch((fault) => assert.fail(fault));
  assert.equal(await freeAt(server, shop.id, cover.variant_id), before - 1);
});

test('what nobody fetches is released at its deadline, with a word', async () => {
  const guest = new Client(server);
  const before = await freeAt(server, shop.id, cover.variant_id);
  const placed = await guest.post('/v1/order', { ...pickup(shop.id, anna, [{ variant_id: cover.variant_id, qty: 2 }]), kind: 'reserve' });
  const hours = (new Date(placed.deadline_at) - Date.now()) / 3600000;
  assert.ok(hours > 23.9 && hours <= 24);
  server.sql(`UPDATE order_fulfilment SET deadline_at = 1, due_at = 1 WHERE order_id = ${placed.id}`); // a day later
  await eventually(async () => (await guest.get(`/v1/order/${placed.token}`)).state === 'expired', 40000);
  assert.equal(await freeAt(server, shop.id, cover.variant_id), before);
  const owner = await staff(server, 'owner');
  await eventually(async () => (await owner.get('/v1/message/outbox')).items.some((m) => m.template === 'order_expired'));
});

test('and the books are in order', () => assert.equal(server.check(), 'in order'));
