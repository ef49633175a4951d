// The desk and the office: anybody in one field, his story, notes, how the chain is now.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chainOf, Client, eventually, pickup, staff, start } from './people.js';

let server, owner, shop, variant_id, order, customer_id;
const phone = '+79160000077';
const find = async (by, q) => (await by.get(`/v1/find?q=${encodeURIComponent(q)}`)).items;

before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
  const { places, goods } = await chainOf(server);
  shop = places[0];
  variant_id = goods[0].variant_id ?? goods[0].id;
  await owner.post('/v1/stock/receive', { place_id: shop.id, lines: [{ variant_id, qty: 2 }] });
  const guest = new Client(server);
  order = await guest.post('/v1/order', pickup(shop.id, phone, [{ variant_id, qty: 1 }]));
  customer_id = (await owner.get(`/v1/customer/find?key=${encodeURIComponent(phone)}`)).id;
});
after(() => server.stop());

test('one field finds a person by phone in any spelling, an order by its number, goods by article', async () => {
  const [person] = await find(owner, '8 (916) 000-00-77');
  assert.equal(person.kind, 'customer');
  assert.equal(person.id, customer_id);
  assert.ok(!person.detail.includes('0000077'), 'a look is no read: the phone is not shown whole');
  const [hit] = await find(owner, order.number.toLowerCase().replace('-', ''));
  assert.equal(hit.kind, 'order');
  assert.equal(hit.id, order.id);
  assert.deepEqual(await find(owner, 'nobody is called like this'), []);
  assert.ok((await find(owner, 'иванова анна')).some((h) => h.id === customer_id));
});

test('a look is not audited as a read, the story is', async () => {
  const reads = async () => {
    await new Promise((later) => setTimeout(later, 1500)); // reads are written down within a second
    return (await owner.get(`/v1/staff/audit?subject_id=${customer_id}`)).items.map((a) => a.what);
  };
  const before = await reads();
  await find(owner, phone);
  assert.deepEqual(await reads(), before);
  await owner.get(`/v1/customer/${customer_id}/timeline`);
  assert.ok((await reads()).includes('customer.timeline'));
});

test('who sells finds by a whole key, not by a name; a shopper finds nothing', async () => {
  const storekeeper = await owner.post('/v1/staff/account', { login: 'stock.only', name: 'Кладовщик', password: 'correct horse', roles: [{ role: 'storekeeper', place_id: shop.id }] });
  assert.ok(storekeeper.id);
  const client = new Client(server);
  await client.post('/v1/staff/login', { login: 'stock.only', password: 'correct horse' });
  assert.deepEqual((await find(client, 'иванова')).filter((h) => h.kind === 'customer'), []);
  assert.equal((await find(client, phone))[0].id, customer_id);
  assert.equal((await new Client(server).ask('GET', '/v1/find?q=a')).status, 401);
});

test('too many looks in a minute are refused and written down', async () => {
  await owner.put('/v1/setting/insight.finds_per_min', { value: '3' });
  const operator = await staff(server, 'operator');
  const answers = [];
  for (let k = 0; k < 5; k++) answers.push((await operator.ask('GET', '/v1/find?q=a')).status);
  assert.deepEqual(answers, [200, 200, 200, 429, 429]);
  await owner.put('/v1/setting/insight.finds_per_min', {});
  await eventually(async () => (await owner.get('/v1/staff/audit?what=insight.find_too_often')).items.length === 1);
});

test('the story tells orders, steps and notes, newest first, page by page without loss', async () => {
  const note = await owner.post(`/v1/order/${order.id}/note`, { text: 'Заберёт брат' });
  await owner.post(`/v1/customer/${customer_id}/note`, { text: 'Звонить после шести' });
  await eventually(async () => (await owner.get(`/v1/customer/${customer_id}/timeline?kind=message`)).items.length > 0);
  const whole = await owner.get(`/v1/customer/${customer_id}/timeline?limit=200`);
  assert.equal(whole.open[0].id, order.id);
  assert.ok(whole.items.some((i) => i.kind === 'order' && i.amount_minor > 0));
  const told = whole.items.find((i) => i.id === note.id);
  assert.equal(told.order_number, order.number);
  assert.ok(told.who_name);
  const pages = [];
  let next;
  do {
    const page = await owner.get(`/v1/customer/${customer_id}/timeline?limit=1${next ? `&after=${next}` : ''}`);
    pages.push(...page.items);
    next = page.next;
  } while (next);
  assert.deepEqual(pages, whole.items);
  const notes = await owner.get(`/v1/customer/${customer_id}/timeline?kind=note`);
  assert.deepEqual(notes.items.map((i) => i.kind), ['note', 'note']);
  assert.equal((await owner.ask('GET', `/v1/customer/${customer_id}/timeline?kind=weather`)).body.field, 'kind');
});

test('the office sees the open order, and today\'s sum by the hour', async () => {
  const now = await eventually(async () => {
    const n = await owner.get(`/v1/office/now?place_id=${shop.id}`);
    return n.states?.find((s) => s.state === 'planned')?.n > 0 && n.sales.orders > 0 && n;
  }, 45000);
  assert.equal(now.places[0].place_id, shop.id);
  assert.equal(now.sales.hours.length, 24);
  assert.equal(now.sales.hours.reduce((sum, h) => sum + h.sum_minor, 0), now.sales.sum_minor);
  const chain = await owner.get('/v1/office/now');
  assert.ok(chain.sales.sum_minor >= now.sales.sum_minor);
});

test('what was to be done by now is an alert, and the list it leads to shows just that', async () => {
  const past = new Date(Date.now() - 3_600_000).toISOString();
  const late = await owner.post('/v1/task', { body: 'Пересчитать витрину', place_id: shop.id, due_at: past });
  const later = await owner.post('/v1/task', { body: 'Помыть окна', place_id: shop.id, due_at: new Date(Date.now() + 86_400_000).toISOString() });
  const whenever = await owner.post('/v1/task', { body: 'Когда-нибудь', place_id: shop.id });
  const alert = async () => (await owner.get(`/v1/office/now?place_id=${shop.id}`)).alerts.find((a) => a.kind === 'task_overdue');
  const first = await alert();
  assert.deepEqual([first.n, first.place_id, first.since_at], [1, shop.id, past]);
  const ids = (await owner.get(first.link)).items.map((t) => t.id);
  assert.deepEqual([ids.includes(late.id), ids.includes(later.id), ids.includes(whenever.id)], [true, false, false]);
  assert.ok((await owner.get('/v1/office/now')).alerts.some((a) => a.kind === 'task_overdue' && a.place_id === shop.id), 'the chain sees it too');
  await owner.post(`/v1/task/${late.id}/done`, { note: 'сделано' });
  assert.equal(await alert(), undefined);
});

test('a manager sees his own shop, not the chain; what he may not see is absent', async () => {
  await owner.post('/v1/staff/account', { login: 'one.shop', name: 'Директор', password: 'correct horse', roles: [{ role: 'shop_manager', place_id: shop.id }] });
  const manager = new Client(server);
  await manager.post('/v1/staff/login', { login: 'one.shop', password: 'correct horse' });
  assert.equal((await manager.ask('GET', '/v1/office/now')).status, 403);
  const now = await manager.get(`/v1/office/now?place_id=${shop.id}`);
  assert.ok(now.sales && !now.jobs && !now.exchange);
});

test('a filter is kept under its name, and one opens the screen', async () => {
  const first = await owner.post('/v1/staff/me/view', { screen: 'office.orders', name: 'Готовы', query: 'state=ready', is_default: true });
  await owner.post('/v1/staff/me/view', { screen: 'office.orders', name: 'Новые', query: 'state=placed', is_default: true });
  const all = (await owner.get('/v1/staff/me/view?screen=office.orders')).items;
  assert.deepEqual(all.map((v) => [v.name, v.is_default]), [['Готовы', false], ['Новые', true]]);
  assert.equal((await owner.ask('POST', '/v1/staff/me/view', { screen: 'office.orders', name: 'Новые' })).status, 409);
  const seller = await staff(server, 'seller');
  assert.equal((await seller.ask('DELETE', `/v1/staff/me/view/${first.id}`)).status, 404);
  await owner.del(`/v1/staff/me/view/${first.id}`);
});

test('accounts are found by a right at a shop', async () => {
  const who = async (query) => (await owner.get(`/v1/staff/account?${query}`)).items.map((a) => a.login);
  assert.ok((await who(`right=stock_approve&place_id=${shop.id}`)).includes('one.shop'));
  assert.ok(!(await who(`right=stock_approve&place_id=${shop.id}`)).includes('stock.only'));
  assert.ok((await who('right=sell')).includes('stock.only'));
  assert.deepEqual(await who('q=one.sh'), ['one.shop']);
});
