// Who works here: logging in, rights at a shop, what is written down, what runs behind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, chainOf, eventually, logIn, staff, start } from './people.js';

let server, owner, shops;

before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
  shops = (await chainOf(server)).places;
});
after(() => server.stop());

const newcomer = async (login, roles) => {
  await owner.post('/v1/staff/account', { login, name: 'Новенькая', password: 'correct horse', roles });
  const client = new Client(server);
  const me = await client.post('/v1/staff/login', { login, password: 'correct horse' });
  return { client, me };
};

test('the session is a cookie no script can read, and a write needs the page\'s own token', async () => {
  const anna = new Client(server);
  const answer = await anna.ask('POST', '/v1/staff/login', { login: 'seller', password: 'prilavok' });
  const [session, csrf] = answer.headers['set-cookie'];
  assert.match(session, /^prilavok_staff=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  assert.match(csrf, /^prilavok_csrf=[\w-]{43}; Path=\/; SameSite=Strict$/);
  assert.equal(answer.body.csrf, anna.cookies.prilavok_csrf);
  assert.deepEqual(await anna.get('/v1/staff/me'), answer.body);

  const token = anna.cookies.prilavok_csrf;
  delete anna.cookies.prilavok_csrf;
  assert.equal((await anna.ask('POST', '/v1/staff/logout')).body.code, 'csrf');
  anna.cookies.prilavok_csrf = token;
  assert.equal((await anna.ask('POST', '/v1/staff/logout')).status, 204);
  anna.cookies.prilavok_staff = session.slice('prilavok_staff='.length).split(';')[0];
  assert.equal((await anna.ask('GET', '/v1/staff/me')).status, 401);
});

test('behind TLS the cookies are marked so', async () => {
  const anna = new Client(server);
  const answer = await anna.ask('POST', '/v1/staff/login', { login: 'seller', password: 'prilavok' }, { 'x-forwarded-proto': 'https' });
  for (const line of answer.headers['set-cookie']) assert.match(line, /; Secure$/);
});

test('who works in two shops has the rights of the one he is in', async () => {
  const [here, there] = shops;
  const { client, me } = await newcomer('two.shops', [
    { role: 'seller', place_id: here.id },
    { role: 'shop_manager', place_id: there.id },
  ]);
  assert.equal(me.roles.length, 2);
  const at = async (place) => (await client.put('/v1/staff/me/place', { place_id: place.id })).rights;
  assert.ok(!(await at(here)).includes('stock_approve'));
  assert.ok((await at(there)).includes('stock_approve'));
  assert.ok((await client.get('/v1/staff/me')).rights.includes('stock_approve'));
  assert.equal((await client.ask('PUT', '/v1/staff/me/place', { place_id: '12345' })).status, 403);
});

test('an account that is switched off is out at its next request', async () => {
  const { client, me } = await newcomer('leaver', [{ role: 'seller', place_id: shops[0].id }]);
  const account = await owner.ask('GET', `/v1/staff/account/${me.id}`);
  const change = { name: 'Ушла', active: false, roles: account.body.roles };
  const put = (version) => owner.ask('PUT', `/v1/staff/account/${me.id}`, change, { 'if-match': `"${version}"` });
  assert.equal((await put(99)).status, 412);
  assert.equal((await put(account.body.version)).status, 200);
  assert.equal((await client.ask('GET', '/v1/staff/me')).status, 401);
  assert.equal((await client.ask('POST', '/v1/staff/login', { login: 'leaver', password: 'correct horse' })).body.code, 'wrong_secret');
});

test('five wrong passwords close a login, and the failures outlive their requests', async () => {
  await newcomer('playful', [{ role: 'seller', place_id: shops[0].id }]);
  const guess = (password) => new Client(server).ask('POST', '/v1/staff/login', { login: 'playful', password });
  for (let k = 0; k < 5; k++) assert.equal((await guess(`guess ${k} x`)).status, 401);
  const closed = await guess('correct horse');
  assert.equal(closed.status, 429);
  assert.equal(closed.body.code, 'too_many');
  assert.ok(closed.headers['retry-after']);
});

test('twenty wrong passwords at the same moment are not judged one by one', async () => {
  await newcomer('hurried', [{ role: 'seller', place_id: shops[0].id }]);
  const guess = (k) => new Client(server).ask('POST', '/v1/staff/login', { login: 'hurried', password: `guess ${k} x` });
  const answers = await Promise.all(Array.from({ length: 20 }, (_, k) => guess(k)));
  assert.equal(answers.filter((a) => a.status === 401).length, 5);
  assert.equal(answers.filter((a) => a.status === 429).length, 15);
});

test('a key may what it was given, without cookie or token, until it is deleted', async () => {
  const made = await owner.post('/v1/staff/key', { name: 'Витрина', rights: ['stock_read'] });
  const ask = (path) => new Client(server).ask('GET', path, undefined, { authorization: `Bearer ${made.key}` });
  assert.equal((await ask('/v1/staff/account')).status, 403);
  assert.equal((await ask('/v1/stock/source')).status === 401, false);
  await owner.del(`/v1/staff/key/${made.id}`);
  assert.equal((await ask('/v1/staff/account')).status, 401);
});

test('every read of a profile is written down within a second', async () => {
  const anna = new Client(server);
  await logIn(server, anna, '+79161230099');
  const operator = await staff(server, 'operator');
  const found = (await operator.get('/v1/customer?q=%2B79161230099')).items[0];
  await operator.get(`/v1/customer/${found.id}/profile`);
  const { id } = await operator.get('/v1/staff/me');
  const rows = await eventually(async () => {
    const { items } = await owner.get(`/v1/staff/audit?subject_id=${found.id}&who_id=${id}`);
    return items.length && items;
  });
  assert.match(rows[0].what, /^customer\./);
  assert.equal(rows[0].who_kind, 'staff');
  assert.ok(rows[0].who_name && rows[0].request_id);
});

test('a setting is changed for one shop, seen at once, and written down', async () => {
  const name = '/v1/setting/staff.session_idle_min', place_id = shops[0].id;
  const changed = await owner.ask('PUT', name, { value: '45', place_id });
  assert.equal(changed.body.from, 'place');
  const find = async (query) => (await owner.get(`/v1/setting${query}`)).items.find((s) => s.name === 'staff.session_idle_min');
  assert.equal((await find(`?place_id=${place_id}`)).value, '45');
  assert.equal((await find('')).value, '120');
  assert.equal((await owner.ask('PUT', name, { value: '50', place_id }, { 'if-match': '"0"' })).status, 412);
  const { items } = await owner.get(`/v1/staff/audit?what=setting.change&subject_id=${place_id}`);
  assert.deepEqual(items[0].detail, { name: 'staff.session_idle_min', before: '120', after: '45' });
});

test('operators see who listens and that nobody lags', async () => {
  await eventually(async () => {
    const { items } = await owner.get('/v1/event/subscriber');
    return items.length > 0 && items.every((s) => s.behind === 0 && s.tries === 0);
  });
  const { items } = await owner.get('/v1/event/subscriber');
  const last = (await owner.get('/v1/event?limit=1')).items[0];
  assert.equal(items[0].pos, last.pos);
  await owner.post(`/v1/event/subscriber/${items[0].subscriber}/replay`, { after: last.pos });
  assert.equal((await owner.ask('POST', '/v1/event/subscriber/nobody/replay', { after: 0 })).status, 404);
});

test('schedules run by themselves and fail nowhere', async () => {
  await eventually(async () => {
    const { items } = await owner.get('/v1/job?limit=200');
    const schedules = items.filter((j) => j.every_ms);
    return schedules.length > 5 && schedules.every((j) => j.began_at && !j.error);
  });
  assert.deepEqual((await owner.get('/v1/job?state=parked')).items, []);
});
