// Orders go to 1C and their states come back.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, person } from '../support/server.js';
import { OneC, catalogue, offers, documents, sleep } from './onec.js';

const shared = process.env.PRILAVOK_SHARED ?? new URL('../../../shared', import.meta.url).pathname;
const schema = `${shared}/data/commerceml-open/CML209.XSD.xml`;

let server, office, shop, variant;
before(async () => {
  server = await start();
  office = person(server);
  await office.login('owner');
  // A warehouse of 1C is a shop of ours, and 1C's goods are there.
  shop = (await office.call('GET', '/v1/place?kind=shop')).body.items.find((p) => p.can_pickup);
  assert.equal((await office.call('PUT', '/v1/exchange/key', { source: '1c', kind: 'place', external: 'w-shop', our_id: shop.id })).status, 204);
  await new OneC(server).exchange({ 'import.xml': catalogue(3), 'offers.xml': offers(3, { stores: ['w-shop'], qty: () => 9 }) });
  variant = (await office.call('GET', '/v1/catalog/code/ONEC-1')).body;
});
after(() => server.stop());

let phone = 9160000000;
async function order() {
  const guest = person(server);
  const made = await guest.call('POST', '/v1/order', {
    kind: 'pickup', place_id: shop.id, name: 'Иванова Анна <"Ё">', phone: `+7${++phone}`,
    lines: [{ variant_id: variant.variant_id ?? variant.id, qty: 2 }],
  }, { 'Idempotency-Key': `order-${phone}` });
  assert.equal(made.status, 201, made.text);
  return made.body;
}

// The event log carries an order to the exchange within moments.
async function query(c, wanted) {
  for (let k = 0; k < 60; k++) {
    const answer = await c.ask('query');
    if (!wanted || answer.text.includes(`<Ид>${wanted}</Ид>`)) return answer;
    await sleep(100);
  }
  throw new Error(`order ${wanted} is not offered`);
}

async function sale() {
  const c = new OneC(server, { type: 'sale' });
  assert.equal((await c.checkauth()).lines[0], 'success');
  await c.init();
  return c;
}

function validate(bytes, t) {
  if (!existsSync(schema)) return t.skip('no shared data');
  const file = join(server.folder, 'orders.xml');
  writeFileSync(file, bytes);
  execFileSync('xmllint', ['--noout', '--nonet', '--schema', schema, file], { stdio: 'pipe' });
}

const said = (id, requisites, extra = '') => documents(`<Документ><Ид>${id}</Ид><Номер>${id}</Номер><Дата>2026-01-20</Дата><ХозОперация>Заказ товара</ХозОперация><Роль>Продавец</Роль><Валюта>руб</Валюта><Курс>1</Курс><Сумма>1</Сумма>${extra}<ЗначенияРеквизитов>${Object.entries(requisites).map(([n, v]) => `<ЗначениеРеквизита><Наименование>${n}</Наименование><Значение>${v}</Значение></ЗначениеРеквизита>`).join('')}</ЗначенияРеквизитов></Документ>`);

test('an order is offered whole, by 1C’s own ids, valid by the schema of 2.09', async (t) => {
  const o = await order();
  const c = await sale();
  const answer = await query(c, o.id);
  assert.equal(answer.charset, 'utf-8');
  assert.match(answer.text, /<Ид>good-1<\/Ид>/);
  assert.match(answer.text, /<Артикул>ONEC-1<\/Артикул>/);
  assert.match(answer.text, /<Количество>2<\/Количество>/);
  assert.match(answer.text, new RegExp(`<Номер>${o.number}</Номер>`));
  assert.match(answer.text, /<Склад>\s*<Ид>w-shop<\/Ид>/);
  assert.match(answer.text, /Телефон мобильный<\/Тип><Значение>\+7916/);
  assert.match(answer.text, /Статус заказа<\/Наименование>\s*<Значение>Принят/);
  validate(answer.bytes, t);
});

test('an order that was not confirmed is offered again, a confirmed one is not', async () => {
  const o = await order();
  const c = await sale();
  await query(c, o.id);
  const again = await sale();
  await query(again, o.id);
  assert.equal((await again.ask('success')).lines[0], 'success');
  const third = await sale();
  assert.ok(!(await third.ask('query')).text.includes(`<Ид>${o.id}</Ид>`));
  await office.call('POST', `/v1/order/${o.id}/cancel`, { why: 'передумали' }, { 'Idempotency-Key': `cancel-${o.id}` });
  const changed = await query(third, o.id);
  assert.match(changed.text, /Отменен<\/Наименование>\s*<Значение>true/);
});

test('windows-1251, both ways', async (t) => {
  const set = async (value) => assert.equal((await office.call('PUT', '/v1/setting/exchange.windows_1251', { value })).status, 200);
  await set('true');
  const o = await order();
  const c = await sale();
  const answer = await query(c, o.id);
  assert.equal(answer.charset, 'windows-1251');
  assert.match(answer.bytes.subarray(0, 60).toString('latin1'), /encoding="windows-1251"/);
  assert.match(answer.text, /Иванова/);
  validate(answer.bytes, t);
  const failure = await c.ask('unknown');
  assert.equal(failure.charset, 'windows-1251');
  assert.match(failure.text, /неизвестный режим/);
  await set('false');
  const cp1251 = (text) => Buffer.from([...text].map((ch) => {
    const u = ch.codePointAt(0);
    return u < 128 ? u : u === 0x401 ? 0xa8 : u === 0x451 ? 0xb8 : u === 0x2116 ? 0xb9 : u - 0x410 + 0xc0;
  }));
  const xml = said(o.id, { 'Отменен': 'true' }).replace('UTF-8', 'windows-1251');
  await c.send('orders.xml', cp1251(xml));
  assert.equal((await c.load('orders.xml')).lines[0], 'success');
  assert.equal((await office.call('GET', `/v1/order/${o.id}`)).body.state, 'cancelled');
});

test('1C cancels an order by mode=file alone, as its old versions do', async () => {
  const o = await order();
  const c = await sale();
  const answer = await c.ask('file', { filename: 'documents.xml', body: Buffer.from(said(o.id, { 'Отменен': 'true' })) });
  assert.equal(answer.lines[0], 'success');
  assert.equal((await office.call('GET', `/v1/order/${o.id}`)).body.state, 'cancelled');
});

test('1C’s word for a state is ours by the setting, an impossible one is told', async () => {
  const o = await order();
  const c = await sale();
  await c.send('documents.xml', Buffer.from(said(o.id, { 'Статус заказа': 'Готов к выдаче' })));
  assert.equal((await c.load('documents.xml')).lines[0], 'success');
  assert.equal((await office.call('GET', `/v1/order/${o.id}`)).body.state, 'ready');
  await c.send('documents.xml', Buffer.from(said(o.id, { 'Проведен': 'true', 'Отгружен': 'true' })));
  assert.equal((await c.load('documents.xml')).lines[0], 'success');
  assert.equal((await office.call('GET', `/v1/order/${o.id}`)).body.state, 'done');
  await c.send('documents.xml', Buffer.from(said(o.id, { 'Отменен': 'true' })));
  const answer = await c.load('documents.xml');
  assert.equal(answer.lines[0], 'success');
  assert.match(answer.lines[1], /Не принято элементов: 1/);
  assert.equal((await office.call('GET', `/v1/order/${o.id}`)).body.state, 'done');
});

test('an order born in 1C is kept as a document with its buyer', async () => {
  const c = await sale();
  const party = '<Контрагенты><Контрагент><Ид>7#x#Петров Пётр</Ид><Роль>Покупатель</Роль><Контакты><Контакт><Тип>Телефон рабочий</Тип><Значение>8 926 111-22-33</Значение></Контакт><Контакт><Тип>Почта</Тип><Значение>,</Значение></Контакт></Контакты></Контрагент></Контрагенты>';
  await c.send('documents.xml', Buffer.from(said('1C-77', { 'Проведен': 'true' }, party)));
  assert.equal((await c.load('documents.xml')).lines[0], 'success');
  const { items } = (await office.call('GET', '/v1/exchange/document?source=1c&limit=200')).body;
  const d = items.find((x) => x.external === '1C-77');
  assert.equal(d.party, 'Петров Пётр');
  assert.ok(d.customer_id);
  assert.equal(d.order_id, undefined);
});

test('goods that came back are a document of their own beside the sale they came of', async (t) => {
  const sold = await office.call('POST', '/v1/order', {
    kind: 'sale', place_id: shop.id, pay: 'card', lines: [{ variant_id: variant.variant_id ?? variant.id, qty: 2 }],
  });
  assert.equal(sold.status, 201, sold.text);
  const came = await office.call('POST', `/v1/order/${sold.body.id}/return`, {
    place_id: shop.id, reason: 'wrong', why: 'не тот цвет', lines: [{ line_no: 1, qty: 1, condition: 'sellable' }],
  });
  assert.equal(came.status, 201, came.text);
  const c = await sale();
  const answer = await query(c, came.body.id);
  const [, document] = new RegExp(`(<Документ>\\s*<Ид>${came.body.id}</Ид>.*?</Документ>)`, 's').exec(answer.text);
  assert.match(document, /<ХозОперация>Возврат товара<\/ХозОперация>/);
  assert.match(document, /<Количество>1<\/Количество>/);
  assert.match(document, new RegExp(`Заказ</Наименование>\\s*<Значение>${sold.body.number}`));
  const [, order] = new RegExp(`(<Документ>\\s*<Ид>${sold.body.id}</Ид>.*?</Документ>)`, 's').exec(answer.text);
  assert.match(order, /<Количество>2<\/Количество>/, 'the sale keeps its lines');
  assert.match(order, /Заказ оплачен<\/Наименование>\s*<Значение>true/);
  validate(answer.bytes, t);
});
