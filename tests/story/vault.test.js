// Contacts stand sealed: a copy of the database, a backup, a dump tells nobody's phone.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { binary, postgres } from '../support/server.js';
import { chainOf, Client, eventually, logIn, staff, start } from './people.js';

let server, owner, shop, variant_id, key;
const phone = '+79031447725';
const her = { phone, email: 'zapovednaya@vedomosti.ru', card: '2200770011223344' };
/* Every form in which a person or a program writes them. */
const forms = ['79031447725', '9031447725', '903 144-77-25', '903) 144', '144-77-25', 'zapovednaya@', 'ZAPOVEDNAYA@', '2200770011223344', '2200 7700', 'Тайный-переулок', 'код-домофона-77'];
const hex = (text) => Buffer.from(text).toString('hex');

before(async () => {
  server = await start();
  key = join(server.folder, 'secret.key');
  owner = await staff(server, 'owner');
  const { places, goods } = await chainOf(server);
  shop = places[0];
  variant_id = goods[0].variant_id ?? goods[0].id;
  await owner.post('/v1/stock/receive', { place_id: shop.id, lines: [{ variant_id, qty: 5000 }] });
});
after(() => server.stop());

const files = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((f) => (f.isDirectory() ? files(join(folder, f.name)) : [join(folder, f.name)]));
const dump = () => execFileSync('pg_dump', ['-d', server.env.PRILAVOK_DB], { maxBuffer: 1 << 28 });

function nothingOf(words, bytes, where) {
  const found = words.filter((word) => bytes.includes(word) || bytes.includes(hex(word)));
  assert.deepEqual(found, [], where);
}

async function reserve(client, contact, more = {}) {
  return client.post('/v1/order', { kind: 'reserve', place_id: shop.id, name: 'Заповедная Вера', ...contact, ...more, lines: [{ variant_id, qty: 1 }] });
}

test('she buys, logs in, is written to, is changed, is told of by the site: she stands nowhere open', async () => {
  const me = new Client(server);
  await reserve(me, her, { comment: 'код-домофона-77' });
  await logIn(server, me, phone);
  const { id } = await me.get('/v1/customer/me');
  const seen = await owner.ask('GET', `/v1/customer/${id}`);
  const { last_name, first_name, keys } = seen.body;
  await owner.ask('PUT', `/v1/customer/${id}`, { last_name, first_name, keys: keys.map(({ kind, value }) => ({ kind, value })) }, { 'if-match': seen.headers.etag });
  const region = shop.region_id ?? (await owner.get('/v1/place/region')).items[0].id;
  await me.ask('POST', '/v1/order', { kind: 'delivery', region_id: region, address: 'Тайный-переулок, 7', lines: [{ variant_id, qty: 1 }] });
  const site = await owner.post('/v1/track/source', { name: 'Сайт', channel: 'site' });
  const told = await fetch(`${server.url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${site.key}:`).toString('base64')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ batch: [
      { type: 'identify', messageId: 'v1', anonymousId: 'vera-browser', userId: her.email, traits: { phone, email: her.email, firstName: 'Вера' } },
      { type: 'track', messageId: 'v2', anonymousId: 'vera-browser', event: 'Checkout Started', properties: { contact_email: her.email, total: 1 } },
      { type: 'track', messageId: 'v3', anonymousId: 'vera-browser', event: 'Never Declared', properties: { phone: '8 (903) 144-77-25' } },
      { type: 'track', messageId: 'v4', anonymousId: 'vera-browser', event: 7, properties: { email: her.email } },
    ] }),
  });
  assert.ok(told.status < 500, await told.text());
  await eventually(async () => Number(server.sql('SELECT COUNT(*) FROM track_owner')) > 0);
  await eventually(async () => (await owner.get(`/v1/customer/${id}/timeline?kind=message`)).items.length > 0);
  const headers = { cookie: Object.entries(owner.cookies).map(([n, v]) => `${n}=${v}`).join('; '), 'x-csrf-token': owner.cookies.prilavok_csrf, 'content-type': 'text/csv' };
  const table = `phone;name\n${phone};Заповедная Вера\n89031447725абв;Заповедная\n`;
  await fetch(`${server.url}/v1/exchange/csv/customers?name=c.csv`, { method: 'POST', headers, body: table });
  await eventually(async () => (await owner.get('/v1/exchange/run?limit=5')).items.every((r) => r.state === 'done'));

  /* She is found and shown as ever. */
  assert.equal((await owner.get(`/v1/find?q=${encodeURIComponent('8 903 144-77-25')}`)).items[0].id, id);
  assert.equal((await owner.get(`/v1/customer?q=${her.card}`)).items[0].id, id);
  const story = (await owner.get(`/v1/customer/${id}/timeline`)).items;
  assert.ok(story.some((s) => s.kind === 'key' && s.text === her.email));
  const { items: orders } = await owner.get('/v1/order?limit=50');
  assert.equal(orders.find((o) => o.customer_id === id).phone, phone);
  const audit = (await owner.get(`/v1/staff/audit?subject_id=${id}`)).items;
  assert.ok(audit.some((a) => JSON.stringify(a.detail ?? '').includes(phone)), 'who may read the audit sees what was changed');
  const out = await fetch(`${server.url}/v1/exchange/csv/customers`, { headers });
  assert.ok((await out.text()).includes(`${phone};${her.email}`), 'an export is open');
  const run = (await owner.get('/v1/exchange/run?limit=1')).items[0];
  assert.match((await owner.get(`/v1/exchange/run/${run.id}/reject`)).items[0].reason, /89031447725абв/);

  /* Other people of the demo chain, as they are shown. */
  const others = orders.map((o) => o.phone).filter((p) => p && p !== phone).map((p) => p.slice(2));
  assert.ok(others.length > 5);

  if (!postgres) server.run('backup', join(server.folder, 'copy.db'));
  await server.end('SIGTERM');
  const words = [...forms, ...others];
  if (postgres) nothingOf(words, dump(), 'in a dump');
  const all = files(server.folder).filter((f) => f !== key);
  assert.ok(postgres || all.some((f) => f.endsWith('copy.db')));
  for (const file of all) nothingOf(words, readFileSync(file), file);
  const log = server.log().split('\n').filter((line) => !/message \d+ by/.test(line)).join('\n');
  nothingOf(forms, log, 'in the log');
  await server.again();
});

test('without its key, or with another one, the server does not start, says why, and loses nothing', async () => {
  await server.end('SIGTERM');
  const away = `${key}.away`;
  renameSync(key, away);
  const start = () => server.run('serve');
  assert.throws(start, /sealed with the key [0-9a-f]{8}.*put that file back/s);
  assert.ok(!existsSync(key), 'no new key is made in its place');
  writeFileSync(key, `12345678 ${Buffer.alloc(32, 7).toString('base64url')}\n`, { mode: 0o600 });
  assert.throws(start, /secret\.key does not hold it/);
  renameSync(away, key);
  await server.again();
  owner = await staff(server, 'owner');
  assert.equal((await owner.get(`/v1/find?q=${encodeURIComponent(phone)}`)).items.length, 1);
});

const people = Array.from({ length: 40 }, (_, k) => ({ phone: `+7905${String(5_550_000 + k)}`, email: `rotation${k}@mail.ru` }));
/* Whoever has this phone or e-mail has an order. */
const owns = async (contact) => (await owner.get(`/v1/order?phone=${encodeURIComponent(contact)}&limit=1`)).items.length === 1;
const ended = (child) => new Promise((done) => child.on('exit', done));
const rekey = () => spawn(binary, ['rekey'], { env: server.env, stdio: 'ignore' });
const lines = () => readFileSync(key, 'utf8').trim().split('\n');
const sealedBy = (name) => Number(server.sql(`SELECT COUNT(*) FROM customer_key WHERE value LIKE '~${name}%'`));

test('while a new key comes, everybody is found by his phone, orders with it, and stays one', async () => {
  const buyers = people.map(() => new Client(server));
  for (const [k, p] of people.entries()) await reserve(buyers[k], p);
  const before = Number(server.sql('SELECT COUNT(*) FROM customer_person'));
  const [old] = lines()[0].split(' ');
  const child = rekey();
  let busy = true;
  const done = ended(child).then((code) => {
    busy = false;
    return code;
  });
  let rounds = 0;
  while (busy) {
    for (const p of people) assert.ok(await owns(p.phone), `${p.phone} in round ${rounds}`);
    await reserve(new Client(server), people[rounds % people.length]);
    rounds++;
  }
  assert.equal(await done, 0);
  assert.ok(rounds > 0);
  assert.equal(lines().length, 1);
  assert.equal(sealedBy(old), 0);
  assert.equal(Number(server.sql('SELECT COUNT(*) FROM customer_person')), before, 'nobody became two');
  assert.equal(server.check(), 'in order');
});

test('a change of keys that is killed half way is brought to its end', async () => {
  const [old] = lines()[0].split(' ');
  const child = rekey();
  await eventually(() => lines().length === 2 && !lines()[1].includes('coming'));
  child.kill('SIGKILL');
  await ended(child);
  assert.equal(lines().length, 2, 'both keys are there');
  for (const p of people.slice(0, 10)) assert.ok(await owns(p.email));
  await server.kill();
  await server.again();
  owner = await staff(server, 'owner');
  for (const p of people.slice(0, 10)) assert.ok(await owns(p.email));
  assert.match(server.run('rekey'), /sealed with the newest key/);
  assert.equal(lines().length, 1);
  assert.equal(sealedBy(old), 0);
  for (const p of people) assert.ok(await owns(p.phone));
});
