// Lists are taken away as files: what a spreadsheet sees, who may, how much.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { csv, xlsx } from '../support/sheet.js';
import { staff, start } from './people.js';

let server, owner;

before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
});
after(() => server.stop());

const address = (list, format, headings = 'api') => `/v1/export?${new URLSearchParams({ format, list, headings })}`;

async function take(client, list, format, lang = 'ru', headings = 'api') {
  const cookie = Object.entries(client.cookies).map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(server.url + address(list, format, headings), { headers: { cookie, 'accept-language': lang } });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

async function table(client, list, lang, headings) {
  const file = await take(client, list, 'csv', lang, headings);
  assert.equal(file.status, 200, file.bytes.toString());
  const text = file.bytes.toString();
  assert.equal(text.codePointAt(0), 0xfeff);
  const [names, ...rows] = csv(text.slice(1));
  const last = rows.pop();
  return { file, names, last: last[0], rows: rows.map((row) => Object.fromEntries(row.map((cell, k) => [names[k], cell]))) };
}

async function all(list) {
  const items = [];
  for (let after = ''; after !== undefined;) {
    const page = await owner.get(`${list}${list.includes('?') ? '&' : '?'}limit=50${after && `&after=${encodeURIComponent(after)}`}`);
    items.push(...page.items);
    after = page.next;
  }
  return items;
}

test('all pages of a list are the rows of its file, in the same order', async () => {
  const levels = await all('/v1/stock/level');
  assert.ok(levels.length > 400, `${levels.length} levels are more than two pages`);
  const { rows } = await table(owner, '/v1/stock/level?limit=7');
  assert.deepEqual(rows.map((r) => [r.place_id, r.variant_id, r.on_hand]), levels.map((l) => [l.place_id, l.variant_id, String(l.on_hand)]));
});

test('the orders of the screen are taken with their sums in roubles and their times by the chain\'s clock', async () => {
  const orders = await all('/v1/order?state=done');
  assert.ok(orders.length > 3);
  const { rows, names, last, file } = await table(owner, '/v1/order?state=done');
  /* A list of people is mixed by eights: see leak.test.js. */
  const eights = (numbers) => Array.from({ length: Math.ceil(numbers.length / 8) }, (_, k) => numbers.slice(8 * k, 8 * k + 8).sort());
  assert.deepEqual(eights(rows.map((r) => r.number)), eights(orders.map((o) => o.number)));
  const order = orders[3];
  const row = rows.find((r) => r.id === order.id);
  assert.equal(row.id, order.id);
  assert.equal(row.state, 'done');
  assert.equal(row.total_minor, (order.total_minor / 100).toFixed(2).replace('.', ','));
  assert.match(row.placed_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+03:00$/);
  assert.equal(Date.parse(row.placed_at), Math.floor(Date.parse(order.placed_at) / 1000) * 1000);
  assert.ok(!names.includes('lines'), 'a list of objects is no column');
  assert.match(last, /^# Выгружено: .+, \d{4}-.+\+03:00: \/v1\/order\?state=done, № [0-9A-Z]{4}-[0-9A-Z]{4}$/);
  assert.match(file.headers.get('content-disposition'), /^attachment; filename\*=UTF-8''order-\d{4}-\d\d-\d\d-[0-9A-Z]{4}-[0-9A-Z]{4}\.csv$/);
  assert.equal(file.headers.get('content-type'), 'text/csv; charset=utf-8');
  assert.equal(file.headers.get('cache-control'), 'no-store');
});

test('a reader of English gets a decimal point', async () => {
  const { rows } = await table(owner, '/v1/order?state=done', 'en');
  assert.match(rows[0].total_minor, /^\d+\.\d\d$/);
});

test('XLSX has numbers as numbers, ids as texts, and says who took it', async () => {
  const orders = await all('/v1/order?state=done');
  const file = await take(owner, '/v1/order?state=done', 'xlsx');
  assert.equal(file.headers.get('content-type'), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
  const { rows, properties, formulas } = xlsx(file.bytes);
  const column = Object.fromEntries(Object.entries(rows[0]).map(([letter, name]) => [name, letter]));
  const body = rows.slice(1, 1 + orders.length);
  assert.deepEqual(body.map((r) => r[column.id]).sort(), orders.map((o) => o.id).sort());
  const sums = new Map(orders.map((o) => [o.id, o.total_minor / 100]));
  for (const r of body) assert.equal(r[column.total_minor], sums.get(r[column.id]));
  assert.equal(formulas, 0);
  const me = await owner.get('/v1/staff/me');
  assert.ok(properties.includes(`<dc:creator>${me.name}</dc:creator>`), properties);
  assert.match(rows.at(-1).A, new RegExp(`^Выгружено: ${me.name}, `));
});

test('people read headings in their language, ids that a spreadsheet leaves whole, yes and no', async () => {
  const orders = await all('/v1/order?state=done');
  const ru = await table(owner, '/v1/order?state=done', 'ru', 'human');
  assert.deepEqual(ru.names, ['Id заказа', 'Id покупателя', 'Покупатель', 'Телефон', 'Номер заказа', 'Способ получения', 'Канал', 'Состояние', 'Id места', 'Сумма, руб.', 'Оплачено, руб.', 'Возвращено, руб.', 'Оформлен', 'Обещан к', 'Хранится до']);
  const first = ru.rows.find((r) => r['Id заказа'] === `="${orders[0].id}"`);
  assert.equal(first['Id места'], `="${orders[0].place_id}"`);
  const en = await table(owner, '/v1/order?state=done', 'en', 'human');
  assert.deepEqual(en.names.slice(2, 5), ['Customer', 'Phone', 'Order number']);
  const staffed = await table(owner, '/v1/staff/account', 'ru', 'human');
  assert.deepEqual([...new Set(staffed.rows.map((r) => r['Может войти']))], ['да']);
  const sheet = xlsx((await take(owner, '/v1/order?state=done', 'xlsx', 'ru', 'human')).bytes);
  assert.deepEqual([sheet.rows[0].A, sheet.formulas], ['Id заказа', 0]);
  assert.ok(sheet.rows.some((r) => r.A === orders[0].id));
  const unsaid = await fetch(`${server.url}/v1/export?${new URLSearchParams({ format: 'csv', list: '/v1/order' })}`, { headers: { cookie: Object.entries(owner.cookies).map(([name, value]) => `${name}=${value}`).join('; '), 'accept-language': 'ru' } });
  assert.match(await unsaid.text(), /^\ufeff?Id заказа;/);
});

test('the catalogue\'s prices are roubles in a file, as every sum is', async () => {
  const [product] = (await all('/v1/catalog/product?active=true')).filter((p) => p.price_min > 0 && p.price_min % 100 === 0);
  const { rows } = await table(owner, '/v1/catalog/product?active=true', 'ru', 'human');
  const row = rows.find((r) => r.Id === `="${product.id}"`);
  assert.equal(row['Цена от, руб.'], `${product.price_min / 100},00`);
});

test('what somebody wrote never becomes a formula', async () => {
  const written = ['=HYPERLINK("http://evil","x")', '+7 900 000-00-00', '-2+3', '@SUM(A1)', 'просто;"так"\nи дальше', '<b>&amp;'];
  for (const body of written) await owner.post('/v1/task', { body });
  const { rows } = await table(owner, '/v1/task');
  const bodies = rows.map((r) => r.body);
  for (const body of written) assert.ok(bodies.includes(/^[=+@-]/.test(body) ? `'${body}` : body), `${body} in ${bodies}`);
  const sheet = xlsx((await take(owner, '/v1/task', 'xlsx')).bytes);
  const cells = sheet.rows.flatMap((row) => Object.values(row));
  for (const body of written) assert.ok(cells.includes(body), body);
  assert.equal(sheet.formulas, 0);
});

test('a list is taken only by whoever may both export and see it, and the audit knows', async () => {
  const seller = await staff(server, 'seller');
  const refused = await seller.ask('GET', address('/v1/stock/level', 'csv'));
  assert.deepEqual([refused.status, refused.body.code], [403, 'denied']);

  const role = await owner.post('/v1/staff/role', { code: 'taker', name_ru: 'Берёт', name_en: 'Takes', rights: ['export', 'stock_read'] });
  assert.ok(role.id);
  await owner.post('/v1/staff/account', { login: 'taker', name: 'Вера', password: 'correct horse', roles: [{ role: 'taker' }] });
  const taker = await staff(server, 'taker', 'correct horse');
  assert.equal((await take(taker, '/v1/stock/level?limit=1', 'csv')).status, 200);
  const people = await taker.ask('GET', address('/v1/customer?q=a', 'xlsx'));
  assert.deepEqual([people.status, people.body.code], [403, 'denied']);
  assert.equal((await (await fetch(server.url + address('/v1/order', 'csv'))).json()).code, 'login');

  const { items } = await owner.get('/v1/staff/audit');
  const mine = items.filter((a) => a.what === 'exchange.export').map((a) => (typeof a.detail === 'string' ? JSON.parse(a.detail) : a.detail)).filter((d) => d.list === '/v1/stock/level?limit=1');
  assert.equal(mine.length, 1);
  const [detail] = mine;
  assert.deepEqual([detail.format, detail.rows], ['csv', (await all('/v1/stock/level')).length]);
});

test('what is no list, or a filter that is none, is told as a fault', async () => {
  const cases = [['/v1/staff/me', 'no_such', 'list'], ['/v1/nothing', 'no_such', 'list'], ['/v1/export', 'no_such', 'list'], ['/v1/order?state=odd', 'bad_argument', 'state'], ['/v1/order?nonsense=1', 'bad_argument', 'nonsense']];
  for (const [list, code, field] of cases) {
    const { body, status } = await owner.ask('GET', address(list, 'csv'));
    assert.deepEqual([status, body.code, body.field], [422, code, field], list);
  }
  assert.equal((await owner.ask('GET', address('/v1/order', 'pdf'))).body.field, 'format');
});

test('more rows than the chain allows are refused with a word, and no file stays', async () => {
  await owner.put('/v1/setting/exchange.table_rows', { value: '10' });
  for (const format of ['csv', 'xlsx']) {
    const { status, body } = await owner.ask('GET', address('/v1/stock/level', format));
    assert.deepEqual([status, body.code], [413, 'too_big']);
    assert.match(body.message, /over 10 rows/);
  }
  await owner.put('/v1/setting/exchange.table_rows', { value: '100000' });
  assert.equal((await take(owner, '/v1/stock/level', 'xlsx')).status, 200);
  assert.deepEqual(readdirSync(join(server.folder, 'exchange/out')), []);
});

test('every list that says so can be taken', async () => {
  const place = (await owner.get('/v1/place')).items[0].id;
  const lists = ['/v1/order', '/v1/customer?q=Иван', '/v1/stock/level', `/v1/stock/move?place_id=${place}`, '/v1/stock/transfer', '/v1/stock/count', '/v1/stock/source', '/v1/exchange/run', '/v1/job', '/v1/task', '/v1/catalog/product', '/v1/staff/audit', '/v1/staff/account', '/v1/message', '/v1/event', '/v1/till', '/v1/webhook'];
  for (const list of lists)
    for (const format of ['csv', 'xlsx']) {
      const file = await take(owner, list, format);
      assert.equal(file.status, 200, `${list} ${format}: ${file.bytes}`);
      if (format === 'xlsx') assert.ok(xlsx(file.bytes).rows.length >= 2, list);
    }
});
