// Who is let in by what: a key that somebody only said opens nobody else's account.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Client, chainOf, eventually, logIn, staff, start } from './people.js';

let server, owner, place, variant_id;
before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
  const { places, goods } = await chainOf(server);
  place = places[0];
  variant_id = goods[0].variant_id;
  await owner.post('/v1/stock/receive', { place_id: place.id, lines: [{ variant_id, qty: 40 }] });
});
after(() => server.stop());

const order = (name, phone, email) => new Client(server).post('/v1/order', { kind: 'reserve', place_id: place.id, name, phone, email, lines: [{ variant_id, qty: 1 }] });
const enter = async (key) => {
  const who = new Client(server);
  await logIn(server, who, key);
  return { who, id: (await who.get('/v1/customer/me')).id, orders: (await who.get('/v1/order')).items.length };
};

test("a stranger orders with somebody's telephone and his own address: the address opens nothing of hers", async () => {
  await order('Анна Северова', '+79165550201');
  const anna = await enter('+79165550201');
  await order('Анна', '+79165550201', 'stranger@mail.ru');
  const stranger = await enter('stranger@mail.ru');
  assert.notEqual(stranger.id, anna.id);
  assert.equal(stranger.orders, 0);
  assert.deepEqual((await owner.get(`/v1/customer/${anna.id}`)).keys.map((k) => k.value), ['+79165550201']);
  assert.equal((await enter('+79165550201')).id, anna.id);
});

test('the same when she has never logged in, but was known before', async () => {
  await order('Вера Холодова', '+79165550202');
  await order('Вера', '+79165550202', 'another@mail.ru');
  const stranger = await enter('another@mail.ru');
  const vera = await enter('+79165550202');
  assert.notEqual(stranger.id, vera.id);
  assert.equal(vera.orders, 2);
});

test('what came with the first order opens it, until another is proved', async () => {
  await order('Олег Лесной', '+79165550203', 'oleg.lesnoy@mail.ru');
  const oleg = await enter('oleg.lesnoy@mail.ru');
  assert.equal(oleg.orders, 1);
  assert.notEqual((await enter('+79165550203')).id, oleg.id, 'he has proved his address: the telephone only he himself adds');
});

test('what staff have written down is believed', async () => {
  const { id } = await owner.post('/v1/customer', { last_name: 'Полева', first_name: 'Ирина', keys: [{ kind: 'phone', value: '+79165550204' }] });
  assert.equal((await enter('+79165550204')).id, id);
  const irina = await owner.ask('GET', `/v1/customer/${id}`);
  const { last_name, first_name, middle_name, lang, keys } = irina.body;
  await owner.must('PUT', `/v1/customer/${id}`, { last_name, first_name, middle_name, lang, keys: [...keys.map(({ kind, value }) => ({ kind, value })), { kind: 'email', value: 'irina.poleva@mail.ru' }] });
  assert.equal((await enter('irina.poleva@mail.ru')).id, id);
});

/* Logged in as `who`, he adds a key with the code that came to it. */
const add = async (who, key) => {
  await who.post('/v1/customer/code', { to: key });
  const sent = (await owner.get('/v1/message/outbox')).items.find((m) => m.template === 'login_code' && m.address.endsWith(key.slice(-10)));
  return who.ask('POST', '/v1/customer/me/key', { to: key, code: /\d{6}/.exec(sent.body)[0] });
};
const numbers = async (who) => (await who.get('/v1/order')).items.length;

test('she proves the second key of her guest order inside her account: it was there and is proved now', async () => {
  await order('Нина Озерова', '+79165550210', 'nina.ozerova@mail.ru');
  const nina = await enter('+79165550210');
  const { status, body } = await add(nina.who, 'nina.ozerova@mail.ru');
  assert.equal(status, 200);
  assert.deepEqual(body.keys.map((k) => [k.kind, !!k.confirmed_at]), [['phone', true], ['email', true]]);
  assert.equal((await enter('nina.ozerova@mail.ru')).id, nina.id);
});

test('who logged in by either key has two records: proving the other one makes them one, and that can be undone', async () => {
  await order('Олег Речной', '+79165550211', 'oleg.rechnoy@mail.ru');
  const byMail = await enter('oleg.rechnoy@mail.ru');
  const byPhone = await enter('+79165550211');
  assert.notEqual(byPhone.id, byMail.id);
  await byPhone.who.put('/v1/customer/me/consent', { text_version: '1', items: [{ purpose: 'offers', channel: 'messenger', given: true }] });
  await byMail.who.put('/v1/customer/me/consent', { text_version: '1', items: [{ purpose: 'offers', channel: 'messenger', given: true }] });
  await byMail.who.put('/v1/customer/me/consent', { items: [{ purpose: 'offers', channel: 'messenger', given: false }] });
  assert.equal((await add(byPhone.who, 'oleg.rechnoy@mail.ru')).status, 200);
  for (const { who } of [byPhone, byMail]) {
    assert.equal(await numbers(who), 1, 'both browsers show him the order');
    const { items } = await who.get('/v1/customer/me/consent');
    assert.equal(items.find((k) => k.purpose === 'offers' && k.channel === 'messenger').given, false, 'the stricter word holds');
  }
  const { id } = await byPhone.who.get('/v1/customer/me');
  const { merges } = await owner.get(`/v1/customer/${id}/identity`);
  assert.equal(merges.length, 1);
  await owner.post(`/v1/customer/merge/${merges[0].id}/undo`, { why: 'he asks for it' });
  assert.deepEqual([(await byPhone.who.get('/v1/customer/me')).id, (await byMail.who.get('/v1/customer/me')).id], [byPhone.id, byMail.id]);
  assert.deepEqual([await numbers(byPhone.who), await numbers(byMail.who)], [0, 1]);
  const again = await add(byPhone.who, 'oleg.rechnoy@mail.ru');
  assert.deepEqual([again.status, again.body.field], [409, 'to'], 'somebody said that they are two');
});

test('a wife and a husband with one mailbox stay two: somebody looks', async () => {
  await order('Мария Горская', '+79165550212', 'gorskie@mail.ru');
  const maria = await enter('gorskie@mail.ru');
  await order('Пётр Равнинный', '+79165550213');
  const pyotr = await enter('+79165550213');
  const { status, body } = await add(pyotr.who, 'gorskie@mail.ru');
  assert.equal(status, 202);
  assert.deepEqual(body.keys.map((k) => k.value), ['+79165550213']);
  assert.deepEqual([await numbers(pyotr.who), await numbers(maria.who)], [1, 1]);
  const waits = (await owner.get('/v1/customer/pair')).items.filter((p) => [p.a.id, p.b.id].includes(pyotr.id));
  assert.deepEqual(waits.map((p) => [p.a.id, p.b.id].sort()), [[pyotr.id, maria.id].sort()]);
});

test('who hung his address on a stranger gets his address, and nothing of hers', async () => {
  await order('Анна Озерова', '+79165550214');
  const anna = await enter('+79165550214');
  await order('Анна', '+79165550214', 'hung@mail.ru');
  await order('Некто Чужой', '+79165550215');
  const stranger = await enter('+79165550215');
  const bad = await stranger.who.ask('POST', '/v1/customer/me/key', { to: '+79165550214', code: '000000' });
  assert.ok(bad.status >= 400, 'without the code nothing');
  const { status, body } = await add(stranger.who, 'hung@mail.ru');
  assert.equal(status, 200);
  assert.deepEqual(body.keys.map((k) => k.value), ['+79165550215', 'hung@mail.ru']);
  assert.deepEqual([await numbers(stranger.who), await numbers(anna.who)], [1, 2]);
  assert.deepEqual((await anna.who.get('/v1/customer/me')).keys.map((k) => k.value), ['+79165550214']);
});

test('the link of a letter lets letters in, and nobody into her account', async (t) => {
  const letters = [];
  const gateway = createServer((request, reply) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => {
      letters.push(JSON.parse(text));
      reply.writeHead(202).end();
    });
  });
  await new Promise((done) => gateway.listen(0, '127.0.0.1', done));
  t.after(() => gateway.close());
  for (const [name, value] of Object.entries({ 'message.http_url': `http://127.0.0.1:${gateway.address().port}/`, 'message.http_secret': 'x', 'message.email_sender': 'http', 'catalog.site_url': server.url })) await owner.put(`/v1/setting/${name}`, { value });
  await order('Ольга Степанова', '+79165550216');
  const olga = await enter('+79165550216');
  await order('Ольга', '+79165550216', 'not.olga@mail.ru');
  await olga.who.put('/v1/customer/me/consent', { text_version: '1', items: [{ purpose: 'offers', channel: 'email', given: true }] });
  const { text } = await eventually(() => letters.find((l) => l.template === 'consent_confirm'));
  const [, token] = /confirm=(\S+)/.exec(text);
  const seen = await new Client(server).post('/v1/customer/preference/confirm', { token });
  assert.equal(seen.items.find((k) => k.purpose === 'offers' && k.channel === 'email').given, true);
  assert.deepEqual((await olga.who.get('/v1/customer/me')).keys.map((k) => [k.value, !!k.confirmed_at]), [['+79165550216', true], ['not.olga@mail.ru', false]]);
  await owner.put('/v1/setting/message.email_sender', { value: 'log' });
  const stranger = await enter('not.olga@mail.ru');
  assert.notEqual(stranger.id, olga.id);
  assert.equal(stranger.orders, 0);
  assert.equal(server.check(), 'in order');
});
