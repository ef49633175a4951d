// Who is let in by what: a key that somebody only said opens nobody else's account.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, chainOf, logIn, staff, start } from './people.js';

let server, owner, place, variant_id;
before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
  const { places, goods } = await chainOf(server);
  place = places[0];
  variant_id = goods[0].variant_id;
  await owner.post('/v1/stock/receive', { place_id: place.id, lines: [{ variant_id, qty: 9 }] });
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
