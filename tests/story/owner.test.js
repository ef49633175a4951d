// A telephone is bought, given, used by another, taken in payment and sold again; two
// people say that they live together.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, chainOf, eventually, logIn, staff, start } from './people.js';

let server, shop, phone, till, anna, oleg, order;
const imei = '356938035643809';
const unit = `/v1/owner/unit/${imei}`;
const numbers = { anna: '+79161230001', oleg: '+79161230002' };

const devices = async (who) => (await who.get('/v1/owner/device')).items.map((d) => [d.serial, d.role]);
const trait = async (id, name) => (await till.get(`/v1/customer/${id}/profile`)).traits.find((t) => t.name === name)?.number ?? 0;
const sell = (buyer) =>
  till.post('/v1/order', {
    kind: 'sale',
    channel: 'shop',
    place_id: shop.id,
    customer_id: buyer,
    lines: [{ variant_id: phone.variant_id, qty: 1, serial: imei }],
    payments: [{ kind: 'cash', amount_minor: phone.price_minor }],
  });

before(async () => {
  server = await start();
  const chain = await chainOf(server);
  till = await staff(server, 'owner');
  for (const g of chain.goods.filter((x) => x.unit_tracked && x.price_minor)) {
    const here = (await till.get(`/v1/stock/variant/${g.variant_id}`)).items.find((x) => x.free > 0 && chain.places.some((p) => p.id === x.place_id));
    if (!here) continue;
    phone = g;
    shop = chain.places.find((p) => p.id === here.place_id);
    break;
  }
  [anna, oleg] = [new Client(server), new Client(server)];
  anna.id = (await logIn(server, anna, numbers.anna)).id;
  oleg.id = (await logIn(server, oleg, numbers.oleg)).id;
});
after(() => server.stop());

test('who buys a telephone owns it, and is found by it and by the receipt', async () => {
  order = await sell(anna.id);
  await eventually(async () => (await devices(anna)).length === 1);
  assert.deepEqual(await devices(anna), [[imei, 'owner']]);
  await eventually(async () => (await trait(anna.id, 'devices_count')) === 1);
  assert.equal((await till.get(`/v1/customer/find?key=${imei}`)).id, anna.id);
  assert.equal((await till.get(`/v1/customer/find?key=${order.number.toLowerCase()}`)).id, anna.id);
});

test('a gift passes by its code: no price, no giver, once', async () => {
  const receipt = await till.ask('POST', `/v1/owner/order/${order.id}/gift`, {});
  assert.doesNotMatch(receipt.text, /minor|price/);
  const { code } = receipt.body.items[0];
  const guest = await new Client(server).ask('GET', `/v1/owner/gift/${code}`);
  assert.equal(guest.body.serial, imei);
  assert.doesNotMatch(guest.text, /customer|minor/);
  await oleg.post(`/v1/owner/gift/${code.toLowerCase().replace('-', '')}/claim`, {});
  assert.equal((await anna.ask('POST', `/v1/owner/gift/${code}/claim`, {})).status, 410);
  assert.deepEqual(await devices(oleg), [[imei, 'owner']]);
  assert.deepEqual(await devices(anna), [[imei, 'buyer']]);
  await eventually(async () => (await trait(anna.id, 'devices_count')) === 0 && (await trait(oleg.id, 'devices_count')) === 1);
  assert.equal((await till.get(`/v1/customer/find?key=${imei}`)).id, oleg.id);
});

test('who lives together sees what is shown, and says who uses what', async () => {
  assert.deepEqual(await oleg.get('/v1/home'), { members: [], things: [], bought: [] });
  const { code } = await oleg.post('/v1/home/invite', {});
  const home = await anna.post(`/v1/home/invite/${code}/accept`, {});
  assert.deepEqual(home.things, []);
  await oleg.put('/v1/home/shown', { devices: true, purchases: false });
  const shown = await anna.ask('GET', '/v1/home');
  assert.equal(shown.body.things.length, 1);
  assert.doesNotMatch(shown.text, /minor|"serial"/);
  await oleg.put(`/v1/home/device/${imei}/user`, { customer_id: anna.id });
  assert.deepEqual(await devices(anna), [[imei, 'user']]);
  const stranger = new Client(server);
  stranger.id = (await logIn(server, stranger, '+79161230003')).id;
  assert.equal((await oleg.ask('PUT', `/v1/home/device/${imei}/user`, { customer_id: stranger.id })).status, 422);
  await anna.del('/v1/home/me');
  assert.deepEqual(await devices(anna), [[imei, 'buyer']]);
});

test('what is traded in is nobody\'s, and sold again its next buyer\'s; its life is told', async () => {
  await till.post(`${unit}/trade-in`, { place_id: shop.id, why: 'экран цел' });
  assert.deepEqual(await devices(oleg), []);
  const aside = (await till.get(`/v1/stock/aside?place_id=${shop.id}`)).items.find((a) => a.serial === imei);
  await till.post(`/v1/stock/aside/${aside.id}/end`, { how: 'shelf' });
  await sell(anna.id);
  await eventually(async () => (await devices(anna))[0]?.[1] === 'owner');
  const life = await till.get(unit);
  assert.equal(life.owner.customer_id, anna.id);
  assert.deepEqual(
    life.facts.map((f) => f.what),
    ['bought', 'claimed', 'used_by', 'used_by', 'traded_in', 'bought'],
  );
});

test('each sees his own part of a device\'s life, with his own papers, page by page', async () => {
  const life = async (who) => (await who.get(`/v1/owner/device/${imei}/life`)).items;
  const told = async (who) => (await life(who)).map((d) => [d.what, d.resold, d.order_id !== undefined]);
  assert.deepEqual(await told(anna), [['bought', true, true], ['handed_on', false, false], ['bought', false, true]]);
  assert.deepEqual(await told(oleg), [['traded_in', false, false], ['received', false, false], ['bought', false, false]]);
  assert.doesNotMatch((await oleg.ask('GET', `/v1/owner/device/${imei}/life`)).text, /number|minor|Анна/);
  assert.deepEqual((await oleg.get('/v1/owner/past')).items.map((d) => [d.serial, d.how]), [[imei, 'traded_in']]);
  assert.deepEqual((await anna.get('/v1/owner/past')).items, []);

  const again = (await life(anna))[0];
  await till.post(`/v1/order/${again.order_id}/return`, { place_id: shop.id, reason: 'defect', why: 'не включается', lines: [{ line_no: 1, qty: 1, serial: imei, condition: 'defective' }] });
  await eventually(async () => (await life(anna))[0].what === 'returned');
  const back = (await life(anna))[0];
  assert.deepEqual([back.document, back.reason, back.refund_minor], [`${again.number}/R1`, 'defect', phone.price_minor]);
  const first = await anna.get(`/v1/owner/device/${imei}/life?limit=3`);
  const rest = await anna.get(`/v1/owner/device/${imei}/life?limit=3&after=${first.next}`);
  assert.deepEqual([...first.items, ...rest.items], await life(anna));
  assert.deepEqual([rest.items.length, rest.next], [1, undefined]);
  const nobody = new Client(server);
  await logIn(server, nobody, '+79161230009');
  assert.equal((await nobody.ask('GET', `/v1/owner/device/${imei}/life`)).status, 404);
});

test('what nobody known bought is claimed by its receipt; a slip of the hand is undone, also of a trade-in', async () => {
  const sold = await till.post('/v1/order', { kind: 'sale', channel: 'shop', place_id: shop.id, lines: [{ variant_id: phone.variant_id, qty: 1, serial: 'SNNOBODY01' }], payments: [{ kind: 'cash', amount_minor: phone.price_minor }] });
  const piece = '/v1/owner/unit/SNNOBODY01';
  await eventually(async () => (await till.get(piece)).facts.length === 1);
  const wrong = await till.ask('POST', `${piece}/pass-on`, { customer_id: oleg.id, receipt: order.number });
  assert.deepEqual([wrong.status, wrong.body.field], [422, 'receipt']);
  const his = await till.post(`${piece}/pass-on`, { phone: numbers.oleg, receipt: sold.number.toLowerCase() });
  assert.equal(his.owner.customer_id, oleg.id);
  assert.ok(his.undo_until_at);
  assert.equal((await till.post(`${piece}/undo`, {})).owner, undefined);
  assert.equal((await till.ask('POST', `${piece}/undo`, {})).status, 409);
  await till.post(`${piece}/pass-on`, { customer_id: oleg.id });
  await till.post(`${piece}/trade-in`, { place_id: shop.id });
  const back = await till.post(`${piece}/undo`, {});
  assert.deepEqual([back.owner.customer_id, back.state], [oleg.id, 'sold']);
  await eventually(async () => (await devices(oleg)).some(([s]) => s === 'SNNOBODY01'));
  const operator = await staff(server, 'operator');
  assert.equal((await operator.ask('GET', piece)).status, 200);
  assert.equal((await operator.ask('POST', `${piece}/trade-in`, { place_id: shop.id })).status, 403);
});

test('the books balance', () => {
  assert.equal(server.check(), 'in order');
});
