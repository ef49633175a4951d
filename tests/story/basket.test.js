// The basket follows the person, and checkout keeps the goods.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, chainOf, eventually, freeAt, logIn, staff, start } from './people.js';

let server, shop, goods;
const anna = '+79161234567';

before(async () => {
  server = await start();
  const chain = await chainOf(server);
  shop = chain.places[0];
  goods = [];
  for (const item of chain.goods) {
    if (goods.length === 3) break;
    if (!item.unit_tracked && (await freeAt(server, shop.id, item.variant_id)) >= 4) goods.push(item);
  }
});
after(() => server.stop());

const quantities = (basket) => Object.fromEntries(basket.lines.map((l) => [l.variant_id, l.qty]));

test("a guest's basket joins at login: nothing lost, nothing doubled, on any device", async () => {
  const [a, b, c] = goods.map((g) => g.variant_id);
  const laptop = new Client(server);
  await logIn(server, laptop, anna);
  await laptop.put('/v1/basket', { lines: [{ variant_id: a, qty: 1 }, { variant_id: b, qty: 3 }] });

  const telephone = new Client(server);
  await telephone.post('/v1/basket', { variant_id: a, qty: 2 });
  await telephone.post('/v1/basket', { variant_id: c, qty: 1 });
  await logIn(server, telephone, anna);
  const wanted = { [a]: 2, [b]: 3, [c]: 1 };
  assert.deepEqual(quantities(await telephone.get('/v1/basket')), wanted, 'at once');
  await eventually(async () => (await laptop.get('/v1/basket')).lines.length === 3);
  assert.deepEqual(quantities(await laptop.get('/v1/basket')), wanted);
  await telephone.put(`/v1/basket/line/${c}`, { qty: 0 });
  assert.deepEqual(quantities(await laptop.get('/v1/basket')), { [a]: 2, [b]: 3 });
  await laptop.del('/v1/basket');
  assert.equal((await telephone.get('/v1/basket')).lines.length, 0);
});

test('checkout holds the goods, leaving it frees them, ordering takes them', async () => {
  const variant = goods[0].variant_id;
  const guest = new Client(server);
  const before = await freeAt(server, shop.id, variant);
  await guest.post('/v1/basket', { variant_id: variant, qty: 2 });
  assert.equal(await freeAt(server, shop.id, variant), before, 'a basket alone holds nothing');

  const held = await guest.post('/v1/basket/checkout', { place_id: shop.id, kind: 'pickup' });
  const minutes = (new Date(held.hold_until_at) - Date.now()) / 60000;
  assert.ok(minutes > 14 && minutes <= 15);
  assert.ok(held.all_available && held.ready_at);
  assert.equal(await freeAt(server, shop.id, variant), before - 2);
  await guest.del('/v1/basket/checkout');
  assert.equal(await freeAt(server, shop.id, variant), before);

  await guest.post('/v1/basket/checkout', { place_id: shop.id });
  const placed = await guest.post('/v1/order', { kind: 'pickup', place_id: shop.id, name: 'Анна', phone: anna });
  assert.equal(placed.total_minor, 2 * goods[0].price_minor);
  assert.equal((await guest.get('/v1/basket')).lines.length, 0);
  assert.equal(await freeAt(server, shop.id, variant), before - 2);
  await guest.post(`/v1/order/${placed.token}/cancel`, {});
});

test('what was begun on the site is paid at the till', async () => {
  const variant = goods[1].variant_id;
  const guest = new Client(server);
  const me = await logIn(server, guest, '+79031234567');
  await guest.post('/v1/basket', { variant_id: variant, qty: 1 });
  const till = await staff(server, 'seller');
  const who = me?.id ?? (await till.get(`/v1/customer/find?key=${encodeURIComponent('+79031234567')}`)).id;
  assert.equal((await till.get(`/v1/customer/${who}/basket`)).count, 1);
  const sold = await till.post('/v1/order', { kind: 'sale', place_id: shop.id, customer_id: who, pay: 'card' });
  assert.equal(sold.total_minor, goods[1].price_minor);
  assert.equal((await guest.get('/v1/basket')).lines.length, 0);
  assert.equal((await guest.get('/v1/order')).items[0].id, sold.id);
});

test('and the books are in order', () => assert.equal(server.check(), 'in order'));
