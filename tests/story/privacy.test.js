// What the law lets a person ask: to see everything that is kept, and to be forgotten.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { postgres } from '../support/server.js';
import { chainOf, Client, eventually, logIn, staff, start } from './people.js';

let server, owner, shop, variant_id, order, me, customer_id, segment, snapshot;
const phone = '+79031112277';
/* Words that stand nowhere else in the chain: whoever finds one has found her. */
const traces = ['79031112277', 'erastova@yandex', 'Ерастова', 'ерастова', 'Каравайная', 'домофон-сломан', 'любит-скидки', 'грубила-кассиру', 'перезвонить-ей-завтра', 'не-тот-оттенок', 'browser-of-erastova', 'telephone-of-erastova'];

before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
  const { places, goods } = await chainOf(server);
  shop = places[0];
  variant_id = goods[0].variant_id ?? goods[0].id;
  await owner.post('/v1/stock/receive', { place_id: shop.id, lines: [{ variant_id, qty: 3 }] });
  me = new Client(server);
  await me.post('/v1/order', { kind: 'reserve', place_id: shop.id, name: 'Ерастова Ефросинья', phone, email: 'erastova@yandex.ru', comment: 'домофон-сломан', lines: [{ variant_id, qty: 1 }] }).then((o) => (order = o));
  await logIn(server, me, phone);
  customer_id = (await me.get('/v1/customer/me')).id;
  await owner.post(`/v1/customer/${customer_id}/note`, { text: 'грубила-кассиру' });
  await owner.put(`/v1/customer/${customer_id}/tag`, { tags: ['любит-скидки'] });
  await owner.post('/v1/task', { body: 'перезвонить-ей-завтра', place_id: shop.id, subject_kind: 'customer', subject_id: customer_id });
  const seen = await owner.ask('GET', `/v1/customer/${customer_id}`);
  const { last_name, first_name, keys } = seen.body;
  await owner.ask('PUT', `/v1/customer/${customer_id}`, { last_name, first_name, middle_name: 'Каравайная', keys: keys.map(({ kind, value }) => ({ kind, value })) }, { 'if-match': seen.headers.etag });
  const site = await owner.post('/v1/track/source', { name: 'Сайт', channel: 'site' });
  const told = await fetch(`${server.url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${site.key}:`).toString('base64')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ batch: [
      { type: 'identify', messageId: 'p1', anonymousId: 'browser-of-erastova', traits: { phone, email: 'erastova@yandex.ru', firstName: 'Ефросинья', lastName: 'Ерастова' }, context: { device: { id: 'telephone-of-erastova' }, externalIds: [{ type: 'telegram', id: 'Erastova', collection: 'users' }] } },
      { type: 'track', messageId: 'p2', anonymousId: 'browser-of-erastova', event: 'Products Searched', properties: { query: 'домофон-сломан' } },
    ] }),
  });
  assert.equal(told.status, 200, await told.text());
  segment = await owner.post('/v1/insight/segment', { name: 'Покупали', rule: { kind: 'all', of: [{ kind: 'did', did: { what: 'order', days: 90 }, from: 1 }] } });
  await me.put('/v1/customer/me/consent', { text_version: '1', items: [{ purpose: 'offers', channel: 'sms', given: true }] });
});
after(() => server.stop());

const dump = () => (postgres ? execFileSync('pg_dump', ['-d', server.env.PRILAVOK_DB], { maxBuffer: 1 << 28 }) : Buffer.concat(['', '-wal'].map((end) => readFileSync(server.env.PRILAVOK_DB + end))));
const files = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((f) => (f.isDirectory() ? files(join(folder, f.name)) : [join(folder, f.name)]));
const runErasures = async () => {
  const [job] = (await owner.get('/v1/job?kind=privacy.erase_due')).items;
  await owner.post(`/v1/job/${job.id}/run`, {});
};

test('a person sees everything that is kept about her, to read and for programs', async () => {
  await eventually(async () => Number(server.sql('SELECT COUNT(*) FROM track_owner')) > 0);
  await eventually(async () => (await owner.get(`/v1/customer/${customer_id}/timeline?kind=message`)).items.length > 0);
  const asked = await me.post('/v1/customer/me/privacy', { kind: 'access' });
  assert.equal(asked.state, 'done', 'her file is there at once');
  assert.ok(new Date(asked.due_at) - new Date(asked.asked_at) >= 10 * 86400e3, 'ten working days are more than ten days');
  const told = await me.ask('GET', `/v1/customer/me/privacy/${asked.id}/file?format=json`);
  assert.equal(told.status, 200);
  assert.equal(told.body.person[0].last_name, 'Ерастова');
  assert.deepEqual(told.body.keys.map((k) => k.value).sort(), ['+79031112277', 'erastova@yandex.ru', 'telegram:erastova', 'telephone-of-erastova']);
  assert.equal(told.body.person[0].source, 'desk');
  assert.equal(told.body.orders[0].comment, 'домофон-сломан');
  assert.equal(told.body.order_lines[0].number, order.number);
  assert.equal(told.body.notes[0].text, 'грубила-кассиру');
  assert.equal(told.body.tags[0].tag, 'любит-скидки');
  assert.equal(told.body.consents[0].given, true);
  assert.equal(told.body.terms.find((k) => k.what === 'Сообщения').days, 180, 'the law wants the periods told, too');
  assert.ok(told.body.events.some((e) => e.what === 'Products Searched' && e.text.includes('домофон-сломан')));
  assert.ok(told.body.sessions.length > 0);
  assert.ok(told.body.messages.length > 0 && told.body.visits.length > 0 && told.body.reads.length > 0);
  const page = await me.ask('GET', `/v1/customer/me/privacy/${asked.id}/file`);
  assert.match(page.headers['content-type'], /^text\/html/);
  for (const word of ['Ерастова', 'Что мы вам писали', 'грубила-кассиру', order.number]) assert.ok(page.text.includes(word), word);
});

test('her file on paper: words that can be searched, fonts inside, every section', async () => {
  const [asked] = (await me.get('/v1/customer/me/privacy')).items;
  const cookie = Object.entries(me.cookies).map(([n, v]) => `${n}=${v}`).join('; ');
  const page = await fetch(`${server.url}/v1/customer/me/privacy/${asked.id}/file?format=pdf`, { headers: { cookie } });
  assert.equal(page.headers.get('content-type'), 'application/pdf');
  assert.match(page.headers.get('content-disposition'), /prilavok\.pdf/);
  const file = join(server.dir ?? tmpdir(), `access-${process.pid}.pdf`);
  writeFileSync(file, Buffer.from(await page.arrayBuffer()));
  const text = execFileSync('pdftotext', ['-layout', file, '-']).toString();
  for (const word of ['Что мы о вас храним', 'Ерастова', '+79031112277', 'erastova@yandex.ru', 'грубила-кассиру', 'Что мы вам писали', order.number]) assert.ok(text.includes(word), `${word} in ${text}`);
  const fonts = execFileSync('pdffonts', [file]).toString().split('\n').slice(2).filter(Boolean);
  assert.ok(fonts.length > 0);
  for (const font of fonts) assert.match(font, /DejaVuSans.*\byes\s+yes\s+yes\b/, 'embedded, a part of it, its letters named');
  rmSync(file);
});

test('nobody else gets her file; staff need the right, and are written down', async () => {
  const [asked] = (await me.get('/v1/customer/me/privacy')).items;
  const other = new Client(server);
  await logIn(server, other, '+79160000099');
  assert.equal((await other.ask('GET', `/v1/customer/me/privacy/${asked.id}/file`)).status, 404);
  const seller = await staff(server, 'seller');
  assert.equal((await seller.ask('GET', `/v1/customer/${customer_id}/privacy/${asked.id}/file`)).status, 403);
  const operator = await staff(server, 'operator');
  const letter = await operator.post(`/v1/customer/${customer_id}/privacy`, { kind: 'access' });
  assert.ok((await operator.get('/v1/privacy/request')).items.some((r) => r.id === letter.id));
  assert.equal((await operator.ask('GET', `/v1/customer/${customer_id}/privacy/${letter.id}/file`)).status, 200);
  await operator.post(`/v1/customer/${customer_id}/privacy/${letter.id}/done`, {});
  assert.ok(!(await operator.get('/v1/privacy/request')).items.some((r) => r.id === letter.id));
  assert.equal((await operator.ask('POST', `/v1/customer/${customer_id}/privacy/${letter.id}/done`, {})).body.code, 'wrong_state');
  await eventually(async () => (await owner.get(`/v1/staff/audit?subject_id=${customer_id}`)).items.some((a) => a.what === 'privacy.file'));
});

test('the wish to be forgotten can be taken back, and waits for an open order', async () => {
  const first = await me.post('/v1/customer/me/privacy', { kind: 'erasure' });
  assert.ok(new Date(first.run_at) > new Date());
  await me.post(`/v1/customer/me/privacy/${first.id}/cancel`, {});
  assert.equal((await me.ask('POST', `/v1/customer/me/privacy/${first.id}/cancel`, {})).body.code, 'wrong_state');
  await owner.put('/v1/setting/privacy.erase_wait_days', { value: '0' });
  const second = await me.post('/v1/customer/me/privacy', { kind: 'erasure' });
  assert.notEqual(second.id, first.id);
  await runErasures();
  const waits = await eventually(async () => (await me.get('/v1/customer/me/privacy')).items.find((r) => r.id === second.id && r.waits));
  assert.equal(waits.waits, 'open_order');
  assert.equal(waits.state, 'waiting');
});

/* Every table where something is concluded about people, and where they are looked for. */
const concluded = ['insight_person', 'insight_in', 'insight_member', 'insight_seen', 'insight_snapshot_row', 'track_owner', 'home_address', 'customer_key', 'customer_tag', 'customer_note'];
const rowsOf = () => Object.fromEntries(concluded.map((table) => [table, Number(server.sql(`SELECT COUNT(*) FROM ${table} WHERE customer_id = ${customer_id}`))]));
const none = Object.fromEntries(concluded.map((table) => [table, 0]));
const isIn = async (path) => {
  for (let after = ''; after !== undefined;) {
    const page = await owner.get(`${path}?limit=200${after && `&after=${encodeURIComponent(after)}`}`);
    if (page.items.some((m) => m.customer_id === customer_id)) return true;
    after = page.next;
  }
  return false;
};
const foundBy = async (q) => (await owner.get(`/v1/find?q=${encodeURIComponent(q)}`)).items.filter((hit) => hit.id === customer_id).length + (await owner.get(`/v1/customer?q=${encodeURIComponent(q)}`)).items.filter((k) => k.id === customer_id).length;

test('before it she stands in a segment, a frozen list, facts and the search', async () => {
  await eventually(() => isIn(`/v1/insight/segment/${segment.id}/member`));
  snapshot = await owner.post(`/v1/insight/segment/${segment.id}/snapshot`, { name: 'К рассылке' });
  await eventually(async () => (await owner.get(`/v1/insight/snapshot/${snapshot.id}`)).done);
  assert.ok(await isIn(`/v1/insight/snapshot/${snapshot.id}/member`));
  for (const q of ['Ерастова', phone, 'erastova@yandex.ru']) assert.equal(await foundBy(q), 2, q);
  const profile = await owner.get(`/v1/customer/${customer_id}/profile`);
  assert.equal(profile.traits.find((x) => x.name === 'orders').number, 1);
  const held = rowsOf();
  for (const table of ['insight_person', 'insight_member', 'insight_snapshot_row', 'track_owner', 'customer_tag', 'customer_note']) assert.ok(held[table] > 0, table);
});

test('she is forgotten: not a byte of her is left in the database or beside it', async () => {
  const headers = { cookie: Object.entries(owner.cookies).map(([n, v]) => `${n}=${v}`).join('; '), 'x-csrf-token': owner.cookies.prilavok_csrf, 'content-type': 'text/csv' };
  const table = `phone;name\n${phone};Ерастова Ефросинья\n89031112277x;Ерастова\n`;
  await fetch(`${server.url}/v1/exchange/csv/customers?dry_run=true&name=c.csv`, { method: 'POST', headers, body: table });
  const sealed = server.sql(`SELECT value FROM customer_key WHERE customer_id = ${customer_id}`).trim().split('\n');
  assert.equal(sealed.length, 4);
  traces.push(...sealed); // contacts stand sealed, and always alike
  for (const trace of ['Ерастова', ...sealed]) assert.ok(dump().includes(trace), `${trace} is there before`);
  await owner.post(`/v1/order/${order.id}/cancel`, { why: 'не-тот-оттенок' });
  server.sql('UPDATE privacy_request SET run_at = 0 WHERE state = 0');
  await runErasures();
  const done = await eventually(async () => (await owner.get(`/v1/customer/${customer_id}/privacy`)).items.find((r) => r.kind === 'erasure' && r.state === 'done'), 20000);
  assert.ok(done.result.rows > 8);
  assert.ok(done.result.forgotten.every((line) => line.left === 0));
  assert.ok(done.result.kept.some((line) => line.what === 'order.sales'));
  await eventually(async () => (await me.ask('GET', '/v1/customer/me')).status === 401);
  await eventually(async () => (await owner.get('/v1/exchange/run?limit=5')).items.every((r) => r.state !== 'running' && r.state !== 'waiting'));
  await server.end('SIGTERM');
  const all = postgres ? dump() : readFileSync(server.env.PRILAVOK_DB);
  const left = traces.filter((trace) => all.includes(trace));
  assert.deepEqual(left, [], 'in the database');
  for (const file of files(server.folder)) for (const trace of traces) assert.ok(!readFileSync(file).includes(trace), `${trace} in ${file}`);
  /* In development a message's text is the log's; in a shop it is not. */
  const log = server.log().split('\n').filter((line) => !/message \d+ by/.test(line));
  for (const trace of traces) assert.ok(!log.some((line) => line.includes(trace)), `${trace} in the log`);
  await server.again();
  assert.equal(server.check(), 'in order');
});

test('no segment, trait or search tells of her, not even when her sales are heard of again', async () => {
  assert.deepEqual(rowsOf(), none);
  const n = (await owner.get(`/v1/insight/segment/${segment.id}`)).n;
  /* All that was ever told of orders and customers, once more, and a whole computation. */
  for (const name of ['insight.on_order', 'insight.on_customer', 'home.on_order']) await owner.post(`/v1/event/subscriber/${name}/replay`, { after: 0 });
  const made = await owner.post('/v1/insight/segment', { name: 'Покупали, заново', rule: { kind: 'all', of: [{ kind: 'did', did: { what: 'order', days: 90 }, from: 1 }] } });
  await eventually(async () => (await owner.get(`/v1/insight/segment/${made.id}`)).state === 'live');
  await eventually(async () => (await owner.get('/v1/event/subscriber')).items.filter((x) => /^(insight|home)\./.test(x.name)).every((x) => x.behind === 0));
  assert.deepEqual(rowsOf(), none);
  assert.equal((await owner.get(`/v1/insight/segment/${segment.id}`)).n, n);
  for (const path of [`/v1/insight/segment/${segment.id}/member`, `/v1/insight/segment/${made.id}/member`, `/v1/insight/snapshot/${snapshot.id}/member`]) assert.equal(await isIn(path), false, path);
  for (const q of ['Ерастова', phone, 'erastova@yandex.ru']) assert.equal(await foundBy(q), 0, q);
  const profile = await owner.ask('GET', `/v1/customer/${customer_id}/profile`);
  assert.ok(profile.status === 404 || !(profile.body.segments.length || profile.body.traits.some((x) => x.number)), profile.text);
  assert.equal(server.check(), 'in order');
});

test('her number is anybody\'s again: who comes with it is somebody new', async () => {
  const anew = new Client(server);
  await logIn(server, anew, phone);
  const k = await anew.get('/v1/customer/me');
  assert.notEqual(k.id, customer_id);
  assert.deepEqual((await anew.get('/v1/order')).items ?? [], []);
});
