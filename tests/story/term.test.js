// How long what is kept: one list for people, a daily run, and a period that nobody
// shortens without knowing what it costs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chainOf, Client, eventually, logIn, staff, start } from './people.js';

const DAY = 86400e3;
const phone = '+79031118899';
let server, owner, order, me, customer_id;

before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
  const { places, goods } = await chainOf(server);
  const variant_id = goods[0].variant_id ?? goods[0].id;
  await owner.post('/v1/stock/receive', { place_id: places[0].id, lines: [{ variant_id, qty: 3 }] });
  me = new Client(server);
  order = await me.post('/v1/order', { kind: 'reserve', place_id: places[0].id, name: 'Давнишняя Дарья', phone, comment: 'у-входа', lines: [{ variant_id, qty: 1 }] });
  await logIn(server, me, phone);
  customer_id = (await me.get('/v1/customer/me')).id;
  await owner.post(`/v1/order/${order.id}/cancel`, { why: 'передумала' });
});
after(() => server.stop());

const term = async (what, who = owner) => (await who.get('/v1/privacy/term')).items.find((k) => k.what === what);
const job = async () => (await owner.get('/v1/job?kind=privacy.let_go')).items[0];
const rests = () => eventually(async () => {
  const j = await job();
  return j.state === 'waiting' && j.ended_at && j;
});
/* The daily run, once more; the first was at the server's start. */
async function run() {
  const before = await rests();
  await owner.post(`/v1/job/${before.id}/run`, {});
  await eventually(async () => (await rests()).ended_at !== before.ended_at);
  assert.equal((await job()).error, undefined);
}
/* What is written past the server its readers see after its own next word. */
async function past(text) {
  server.sql(text);
  await owner.put('/v1/setting/home.keep_address_days', { value: '1095' });
}
/* So many days pass for the rows of a table. */
const age = (table, columns, days, where) => past(`UPDATE ${table} SET ${columns.map((name) => `${name} = ${name} - ${days * DAY}`).join(', ')} WHERE ${where}`);

test('each kind of data says what it is for, how long it stays and which law says so', async () => {
  const { items } = await owner.get('/v1/privacy/term');
  assert.ok(items.length > 20);
  for (const k of items) {
    assert.match(k.title, /[а-яё]/i, k.what);
    assert.ok(k.why && /\d+-ФЗ|ЗоЗПП/.test(k.law), k.what);
    assert.equal(k.days === undefined, k.least === undefined, k.what);
    if (k.days !== undefined) assert.ok(k.days >= k.least && k.days <= k.most, k.what);
  }
  const consents = items.find((k) => k.what === 'customer.consents');
  assert.equal(consents.least, 1095);
  const english = await owner.ask('GET', '/v1/privacy/term', undefined, { 'accept-language': 'en' });
  assert.ok(english.body.items.every((k) => /^[A-Z]/.test(k.title)));
});

test('what is past its time goes in the daily run, counted and written down', async () => {
  await me.put(`/v1/basket/line/${(await owner.get(`/v1/order/${order.id}`)).lines[0].variant_id}`, { qty: 1 });
  await run();
  const kept = await term('order.baskets');
  assert.ok(kept.stand >= 1);
  assert.equal(kept.soon, 0);
  await age('order_basket', ['changed_at'], 181, `id = ${customer_id}`);
  await run();
  const gone = await term('order.baskets');
  assert.equal(gone.last_gone, 1);
  assert.equal(gone.stand, kept.stand - 1);
  assert.deepEqual((await me.get('/v1/basket')).lines, []);
  const told = await eventually(async () => (await owner.get('/v1/event?name=privacy.expired')).items.find((e) => e.data.what === 'order.baskets'));
  assert.equal(told.data.rows, 1);
  assert.ok(!JSON.stringify(told).includes(customer_id), 'by number, not by name');
  const written = (await owner.get('/v1/staff/audit?what=privacy.expired')).items.find((a) => a.detail.what === 'order.baskets');
  assert.equal(written.detail.rows, 1);
});

test('a period is shortened by whoever was told what goes, and not below the law', async () => {
  const operator = await staff(server, 'operator');
  assert.ok(await term('order.words', operator));
  assert.equal((await operator.ask('PUT', '/v1/privacy/term/order.words', { days: 400 })).status, 403);
  await age('order_order', ['changed_at'], 200, `id = ${order.id}`);
  const trial = await owner.get('/v1/privacy/term/order.words/trial?days=100');
  assert.ok(trial.n >= 1 && trial.n < 100000 && !trial.about);
  const put = (body) => owner.ask('PUT', '/v1/privacy/term/order.words', body);
  assert.equal((await put({ days: 13 })).body.field, 'days');
  const blind = await put({ days: 100 });
  assert.equal(blind.status, 422);
  assert.equal(blind.body.field, 'counted');
  assert.equal((await put({ days: 100, counted: trial.n - 1 })).body.code, 'changed');
  assert.equal((await owner.get(`/v1/order/${order.id}`)).comment, 'у-входа');
  const byName = await owner.ask('PUT', `/v1/setting/${(await term('order.words')).setting}`, { value: '100' });
  assert.deepEqual([byName.status, byName.body.field], [409, 'value'], 'by the name of its setting nobody shortens it blindly');
  assert.equal((await put({ days: 100, counted: trial.n })).body.days, 100);
  await run();
  assert.equal((await owner.get(`/v1/order/${order.id}`)).comment, undefined);
  assert.equal((await term('order.words')).last_gone, trial.n);
  const [written] = (await owner.get('/v1/staff/audit?what=privacy.term')).items;
  assert.deepEqual([written.detail.before, written.detail.after, written.detail.counted], [1095, 100, trial.n]);
  assert.equal((await put({ days: 1095 })).status, 200, 'longer costs nothing');
});

test('whom nothing needs for five years is forgotten, and his purchases stay without a name', async () => {
  const people = (await term('customer.people')).stand;
  const he = `customer_id = ${customer_id}`;
  assert.equal((await owner.get('/v1/privacy/term/customer.people/trial?days=1826')).n, 0);
  await age('customer_person', ['created_at', 'changed_at'], 2000, `id = ${customer_id}`);
  await age('customer_key', ['added_at', 'used_at'], 2000, he);
  await age('customer_visit', ['seen_at'], 300, he);
  await age('order_order', ['changed_at'], 2000, he);
  assert.equal((await owner.get('/v1/privacy/term/customer.people/trial?days=1826')).n, 0, 'she was here this year');
  await past(`DELETE FROM customer_visit WHERE ${he}`);
  assert.equal((await owner.get('/v1/privacy/term/customer.people/trial?days=1826')).n, 1);
  await run();
  const gone = await term('customer.people');
  assert.equal(gone.last_gone, 1);
  assert.equal(gone.stand, people - 1);
  assert.equal((await owner.get(`/v1/customer/${customer_id}`)).last_name, '');
  assert.equal(server.sql(`SELECT COUNT(*) FROM customer_key WHERE ${he}`).trim(), '0');
  assert.equal((await owner.get(`/v1/order/${order.id}`)).number, order.number);
  assert.equal(server.check(), 'in order');
});
