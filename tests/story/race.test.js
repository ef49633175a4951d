// Five hundred people want ten pieces.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, chainOf, freeAt, pickup, staff, start } from './people.js';

const wanted = [4, 3, 3];
let server, places, item;

before(async () => {
  server = await start();
  const chain = await chainOf(server);
  places = chain.places.slice(0, 3);
  const owner = await staff(server, 'owner');
  for (item of chain.goods) {
    if (item.unit_tracked) continue;
    const free = await Promise.all(places.map((p) => freeAt(server, p.id, item.variant_id)));
    if (!free.every((n, k) => n >= wanted[k])) continue;
    // The tills sell until four, three and three are left.
    for (const [k, place] of places.entries()) {
      const lines = [{ variant_id: item.variant_id, qty: free[k] - wanted[k] }];
      if (lines[0].qty) await owner.post('/v1/order', { kind: 'sale', place_id: place.id, pay: 'cash', lines });
    }
    return;
  }
});
after(() => server.stop());

test('500 shoppers, 10 pieces, 3 places: exactly the pieces are sold', async () => {
  const shopper = async (n) => {
    // Two thirds order, one third goes through basket and checkout.
    const place = places[n % 3];
    const client = new Client(server);
    const phone = `+7916${String(1000000 + n)}`;
    if (n % 3 !== 2) return client.ask('POST', '/v1/order', pickup(place.id, phone, [{ variant_id: item.variant_id, qty: 1 }]));
    await client.post('/v1/basket', { variant_id: item.variant_id, qty: 1 });
    const held = await client.ask('POST', '/v1/basket/checkout', { place_id: place.id });
    if (held.status !== 200) return held;
    return client.ask('POST', '/v1/order', { kind: 'pickup', place_id: place.id, name: 'Пётр', phone });
  };
  const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => shopper(n)));
  const count = (status) => answers.filter((a) => a.status === status).length;
  assert.equal(count(201), 10);
  assert.equal(count(409), 490);
  assert.ok(answers.filter((a) => a.status === 409).every((a) => a.body.code === 'stock_short'));
  assert.deepEqual(await Promise.all(places.map((p) => freeAt(server, p.id, item.variant_id))), [0, 0, 0]);
});

test('five times the same final call is one order', async () => {
  const owner = await staff(server, 'owner');
  const { goods } = await chainOf(server);
  let other;
  for (other of goods) if ((await freeAt(server, places[0].id, other.variant_id)) >= 5) break;
  const before = await freeAt(server, places[0].id, other.variant_id);
  const client = new Client(server);
  const body = pickup(places[0].id, '+79167654321', [{ variant_id: other.variant_id, qty: 1 }]);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => client.ask('POST', '/v1/order', body, { 'idempotency-key': 'the-same' })),
  );
  assert.deepEqual(answers.map((a) => a.status), [201, 201, 201, 201, 201]);
  assert.equal(new Set(answers.map((a) => a.body.id)).size, 1);
  assert.equal(await freeAt(server, places[0].id, other.variant_id), before - 1);
  const who = await owner.get('/v1/customer/find?key=%2B79167654321');
  assert.equal((await owner.get(`/v1/order?customer_id=${who.id}`)).items.length, 1);
  const changed = await client.ask('POST', '/v1/order', { ...body, comment: 'другое' }, { 'idempotency-key': 'the-same' });
  assert.equal(changed.body.code, 'key_reused');
});

test('one code, two tills: the parcel goes out once', async () => {
  const owner = await staff(server, 'owner');
  const { goods } = await chainOf(server);
  let other;
  for (other of goods) if (!other.unit_tracked && (await freeAt(server, places[1].id, other.variant_id)) >= 2) break;
  const client = new Client(server);
  const placed = await client.post('/v1/order', pickup(places[1].id, '+79160000001', [{ variant_id: other.variant_id, qty: 1 }]));
  await owner.post(`/v1/order/${placed.id}/ready`, { place_id: places[1].id });
  const { code } = (await client.get(`/v1/order/${placed.token}`)).fulfilments[0];
  const hand = () => owner.ask('POST', '/v1/order/handover', {
    code, place_id: places[1].id, payments: [{ kind: 'cash', amount_minor: placed.total_minor }],
  });
  const answers = await Promise.all([hand(), hand(), hand(), hand()]);
  assert.equal(answers.filter((a) => a.status === 200).length, 1);
  const order = await owner.get(`/v1/order/${placed.id}`);
  assert.equal(order.paid_minor, placed.total_minor);
  assert.equal(order.payments.length, 1);
});

/* An IMEI: fourteen digits and their check digit. */
const imei = (n) => {
  const head = `3569380356${String(n).padStart(4, '0')}`;
  const sum = [...head].map(Number).reduce((all, d, k) => all + (k % 2 ? Math.floor((d * 2) / 10) + ((d * 2) % 10) : d), 0);
  return head + ((10 - (sum % 10)) % 10);
};

test('the same phone brought back at eight tills at once comes back once', async () => {
  const owner = await staff(server, 'owner');
  const { goods } = await chainOf(server);
  let phone;
  for (phone of goods) if (phone.unit_tracked && (await freeAt(server, places[2].id, phone.variant_id)) >= 2) break;
  // Two pieces on one line: the line alone would let both returns of one number pass.
  const buyer = new Client(server);
  const sale = await buyer.post('/v1/order', pickup(places[2].id, '+79160000002', [{ variant_id: phone.variant_id, qty: 2 }]));
  await owner.post(`/v1/order/${sale.id}/ready`, { place_id: places[2].id });
  const { code } = (await buyer.get(`/v1/order/${sale.token}`)).fulfilments[0];
  await owner.post('/v1/order/handover', {
    code, place_id: places[2].id, payments: [{ kind: 'cash', amount_minor: sale.total_minor }],
    serials: [{ line_no: 1, serial: imei(1) }, { line_no: 1, serial: imei(2) }],
  });
  const before = await freeAt(server, places[2].id, phone.variant_id);
  for (const condition of ['sellable', 'defective']) {
    const serial = imei(condition === 'sellable' ? 1 : 2);
    const bring = (k) => owner.ask('POST', `/v1/order/${sale.id}/return`, {
      place_id: places[k % 3].id, reason: 'defect', why: 'не включается',
      lines: [{ line_no: 1, qty: 1, condition, serial }],
    });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, k) => bring(k)));
    assert.deepEqual(answers.map((a) => a.status).sort(), [201, 409, 409, 409, 409, 409, 409, 409], JSON.stringify(answers.map((a) => a.body)));
    assert.ok(answers.filter((a) => a.status === 409).every((a) => a.body.code === 'wrong_state'), JSON.stringify(answers.map((a) => a.body)));
  }
  const order = await owner.get(`/v1/order/${sale.id}`);
  assert.equal(order.returned_minor, order.total_minor);
  assert.equal(order.lines[0].returned_qty, 2);
  const free = await Promise.all(places.map((p) => freeAt(server, p.id, phone.variant_id)));
  const aside = await Promise.all(places.map((p) => owner.get(`/v1/stock/aside?place_id=${p.id}`)));
  assert.equal(aside.flatMap((a) => a.items).filter((a) => a.serial === imei(2)).length, 1);
  assert.ok(free[2] >= before, 'the sellable one lies on some shelf again');
});

test('and the books are in order', () => assert.equal(server.check(), 'in order'));
