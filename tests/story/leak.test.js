// A list of customers is sold in a chat: whose file was it?  And who reads about too many
// people is told of before there is a chat.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { csv, unzip, xlsx } from '../support/sheet.js';
import { chainOf, Client, eventually, staff, start } from './people.js';

let server, owner, anna, oleg;
const jar = (client) => Object.entries(client.cookies).map(([name, value]) => `${name}=${value}`).join('; ');

async function worker(login, name, rights) {
  const code = `role_${login}`;
  await owner.post('/v1/staff/role', { code, name_ru: name, name_en: name, rights });
  const { id } = await owner.post('/v1/staff/account', { login, name, password: 'correct horse', roles: [{ role: code }] });
  return Object.assign(await staff(server, login, 'correct horse'), { id, name });
}

before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
  const may = ['export', 'exchange', 'customer_read', 'order_read', 'segments', 'operate'];
  anna = await worker('anna', 'Анна Выгрузкина', may);
  oleg = await worker('oleg', 'Олег Файлов', may);
});
after(() => server.stop());

async function file(client, path) {
  const answer = await fetch(server.url + path, { headers: { cookie: jar(client), 'accept-language': 'ru' } });
  return { status: answer.status, name: decodeURIComponent(answer.headers.get('content-disposition') ?? ''), bytes: Buffer.from(await answer.arrayBuffer()) };
}
const list = (client, path, format = 'csv') => file(client, `/v1/export?${new URLSearchParams({ format, list: path, headings: 'api' })}`);
const whose = (text) => owner.post('/v1/export/whose', { text });
const lines = (taken) => taken.bytes.toString().slice(1).trim().split('\n').slice(1);
const code = /[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}/;

test('two people take the same table; twenty of its rows, retyped, tell which of them', async () => {
  const taken = [await file(anna, '/v1/exchange/csv/customers'), await file(oleg, '/v1/exchange/csv/customers')];
  const [a, b] = taken.map(lines);
  assert.ok(a.length > 60, `${a.length} people`);
  const plain = (rows) => rows.map((r) => r.split(';').slice(0, 3).join(';'));
  assert.deepEqual(plain(a).sort(), plain(b).sort(), 'not a value differs');
  assert.notDeepEqual(plain(a), plain(b), 'only their order');
  for (const [who, rows] of [[anna, a], [oleg, b]]) {
    const phones = rows.map((r) => r.split(';')[1]).filter(Boolean).slice(15, 35);
    const typed = phones.map((p, k) => `${k + 1}. 8 (${p.slice(2, 5)}) ${p.slice(5, 8)}-${p.slice(8, 10)}-${p.slice(10)}`).join('\n');
    const answer = await whose(typed);
    assert.equal(answer.known, 20);
    assert.equal(answer.sure, true);
    assert.equal(answer.items[0].file.who_name, who.name);
    assert.equal(answer.items[0].by, 'order');
    assert.ok(answer.items[0].odds >= 6);
  }
  const five = await whose(a.slice(0, 5).map((r) => r.split(';')[1]).join('\n'));
  assert.equal(five.sure, false, 'five rows accuse nobody');
});

test('a file says itself whose it is: its name, its rows or its end, its properties, the foot of its pages', async () => {
  const table = await file(anna, '/v1/exchange/csv/customers');
  const [name] = code.exec(table.name);
  assert.ok(lines(table).every((row) => row.endsWith(`;${name}`)));
  const orders = await list(anna, '/v1/order');
  assert.match(csv(orders.bytes.toString().slice(1)).at(-1)[0], new RegExp(`^# Выгружено: ${anna.name}, .+: /v1/order, № ${code.exec(orders.name)[0]}$`));
  const sheet = await list(anna, '/v1/order', 'xlsx');
  const [number] = code.exec(sheet.name);
  const { properties, rows } = xlsx(sheet.bytes);
  assert.ok(properties.includes(`<cp:keywords>${number}</cp:keywords>`), properties);
  assert.match(rows.at(-1).A, new RegExp(`№ ${number}$`));
  const page = unzip(sheet.bytes)['xl/worksheets/sheet1.xml'];
  assert.match(page, new RegExp(`<oddFooter>[^<]*${anna.name}[^<]*</oddFooter>`));
  assert.match(page, /<autoFilter ref="A1:/);
  const goods = await list(anna, '/v1/exchange/run');
  assert.ok(!code.test(goods.name), 'a list of no people has no number');
});

test('rows of a spreadsheet of orders tell whose it is', async () => {
  const { places, goods } = await chainOf(server);
  const [shop, variant_id] = [places[0].id, goods[0].variant_id ?? goods[0].id];
  await owner.post('/v1/stock/receive', { place_id: shop, lines: [{ variant_id, qty: 100 }] });
  for (let k = 0; k < 48; k++) await new Client(server).post('/v1/order', { kind: 'reserve', place_id: shop, name: 'Иванова Анна', phone: `+7905${5_550_000 + (k % 40)}`, lines: [{ variant_id, qty: 1 }] });
  const sheets = [await list(anna, '/v1/order', 'xlsx'), await list(oleg, '/v1/order', 'xlsx')];
  const rowsOf = ({ bytes }) => xlsx(bytes).rows.slice(1).filter((r) => Object.keys(r).length > 3).map((r) => Object.values(r).join('\t'));
  const [a, b] = sheets.map(rowsOf);
  assert.ok(a.length >= 40, `${a.length} orders`);
  assert.deepEqual([...a].sort(), [...b].sort());
  const answer = await whose(b.slice(8, 48).join('\n'));
  assert.deepEqual([answer.sure, answer.items[0].file.who_name, answer.items[0].file.format], [true, oleg.name, 'xlsx']);
});

test('the register tells who took what, how many people it was, and is for those who may read it', async () => {
  const { items } = await owner.get('/v1/export/taken');
  const mine = items.filter((f) => f.who_id === anna.id);
  assert.ok(mine.length >= 3);
  const table = mine.find((f) => f.what === '/v1/exchange/csv/customers');
  assert.ok(table.people === table.rows && table.people > 60);
  const orders = mine.find((f) => f.what === '/v1/order');
  assert.ok(orders.people > 0 && orders.people < orders.rows, 'some bought twice');
  assert.deepEqual((await owner.get(`/v1/export/taken?who_id=${oleg.id}`)).items.map((f) => f.who_name).filter((n) => n !== oleg.name), []);
  for (const path of ['/v1/export/taken', '/v1/export/whose']) assert.equal((await anna.ask(path.endsWith('whose') ? 'POST' : 'GET', path, path.endsWith('whose') ? { text: 'x' } : undefined)).status, 403);
  const audit = (await owner.get('/v1/staff/audit?what=exchange.export')).items;
  assert.ok(audit.some((a) => JSON.stringify(a.detail).includes(table.code)));
  await eventually(async () => (await owner.get('/v1/staff/audit?what=exchange.whose')).items.length > 0);
  assert.equal(server.check(), 'in order');
});

test('a made-up person stands in each file: a letter to him names it, and he never becomes a customer', async () => {
  await owner.put('/v1/setting/exchange.canary_domain', { value: 'list.example.org' });
  const [mine, other] = [await file(anna, '/v1/exchange/csv/customers'), await file(oleg, '/v1/exchange/csv/customers')];
  const address = (f) => /[^;\n]+@list\.example\.org/.exec(f.bytes.toString())[0];
  assert.notEqual(address(mine), address(other));
  const answer = await whose(`To: ${address(mine).toUpperCase()}\nSubject: Выгодное предложение`);
  assert.deepEqual([answer.sure, answer.items[0].by, answer.items[0].file.who_name], [true, 'canary', anna.name]);
  const people = Number(server.sql('SELECT COUNT(*) FROM customer_person'));
  const sent = await fetch(`${server.url}/v1/exchange/csv/customers?name=back.csv`, { method: 'POST', headers: { cookie: jar(owner), 'x-csrf-token': owner.cookies.prilavok_csrf, 'content-type': 'text/csv' }, body: mine.bytes });
  const { id } = await sent.json();
  const run = await eventually(async () => {
    const r = await owner.get(`/v1/exchange/run/${id}`);
    return r.state === 'done' && r;
  });
  assert.equal(run.rejects, 1, 'he alone; the column with the number is known');
  assert.equal(Number(server.sql('SELECT COUNT(*) FROM customer_person')), people);
  await owner.put('/v1/setting/exchange.canary_domain', { value: '' });
});

const alarmsOf = async (who) => (await owner.get(`/v1/staff/audit?what=staff.bulk_read&who_id=${who.id}`)).items;

async function told(who, people) {
  const task = await eventually(async () => (await owner.get('/v1/task?mine=true')).items.find((t) => t.code === 'bulk_read' && t.subject_id === who.id));
  assert.equal(task.subject_kind, 'staff');
  assert.ok(JSON.stringify(task).includes(who.name));
  const letter = await eventually(async () => (await owner.get('/v1/message/outbox')).items.find((m) => m.template === 'bulk_read' && m.body.includes(who.name)));
  assert.equal(letter.address, 'security@example.org');
  assert.match(letter.body, new RegExp(`показано ${people}`));
  const now = await owner.get('/v1/office/now');
  const alert = now.alerts.find((a) => a.kind === 'bulk_read' && a.text === who.name);
  assert.ok(alert && alert.n >= 20, JSON.stringify(now.alerts));
  const [row, ...more] = await alarmsOf(who);
  assert.deepEqual(more, [], 'once a window');
  return typeof row.detail === 'string' ? JSON.parse(row.detail) : row.detail;
}

test('who opens more profiles than his work explains is told of: a task, a letter, a line on the first page', async () => {
  await owner.put('/v1/setting/staff.bulk_people', { value: '20' });
  await owner.put('/v1/setting/privacy.officer_email', { value: 'security@example.org' });
  const curious = await worker('curious', 'Вера Любопытная', ['customer_read']);
  const people = server.sql('SELECT customer_id FROM customer_key WHERE kind = 0 AND customer_id > 0 ORDER BY value LIMIT 30').trim().split('\n');
  assert.equal(new Set(people).size, 30);
  for (const id of people.slice(0, 15)) for (let k = 0; k < 3; k++) await curious.get(`/v1/customer/${id}`);
  await eventually(() => server.sql(`SELECT n FROM staff_look WHERE who_id = ${curious.id}`).trim() === '15');
  assert.deepEqual(await alarmsOf(curious), [], 'one person opened three times is one');
  for (const id of people) await curious.get(`/v1/customer/${id}`);
  const detail = await told(curious, '(2[1-9]|30)');
  assert.equal(detail.what, 'customer.read');
  assert.equal(detail.stopped, false);
  assert.equal((await curious.ask('GET', `/v1/customer/${people[0]}`)).status, 200);
});

test('a file of many people is many people read; with staff.bulk_stop it is not given away at all', async () => {
  const taker = await worker('taker', 'Пётр Уносов', ['exchange', 'customer_read', 'export']);
  const stopped = await worker('stopped', 'Игорь Стоп', ['exchange', 'customer_read', 'export', 'order_read']);
  assert.equal((await file(taker, '/v1/exchange/csv/customers')).status, 200);
  const detail = await told(taker, '\\d\\d+');
  assert.equal(detail.what, 'exchange.csv_customers');

  await owner.put('/v1/setting/staff.bulk_stop', { value: 'true' });
  const refused = await file(stopped, '/v1/exchange/csv/customers');
  assert.equal(refused.status, 429, refused.bytes.toString());
  assert.equal(JSON.parse(refused.bytes).code, 'too_many');
  assert.equal((await list(stopped, '/v1/order')).status, 429, 'nor any other');
  assert.deepEqual(readdirSync(join(server.folder, 'exchange/out')), [], 'no file stays');
  assert.equal((await owner.get(`/v1/export/taken?who_id=${stopped.id}`)).items.length, 0);
  const stop = await told(stopped, '\\d\\d+');
  assert.equal(stop.stopped, true);
  assert.equal((await file(owner, '/v1/exchange/csv/levels')).status, 200, 'others work on');
  await owner.put('/v1/setting/staff.bulk_stop', { value: 'false' });
});

test('a key of a program is counted by its own limit', async () => {
  await owner.put('/v1/setting/staff.bulk_people_key', { value: '30' });
  const { key, id } = await owner.post('/v1/staff/key', { name: 'Ночной обмен', rights: ['exchange', 'customer_read'] });
  const program = new Client(server);
  const answer = await program.ask('GET', '/v1/exchange/csv/customers', undefined, { authorization: `Bearer ${key}` });
  assert.equal(answer.status, 200);
  await told({ id, name: 'Ночной обмен' }, '\\d\\d+');
  const [taken] = (await owner.get(`/v1/export/taken?who_id=${id}`)).items;
  assert.deepEqual([taken.who_kind, taken.who_name], ['key', 'Ночной обмен']);
});
