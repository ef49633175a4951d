// Segments: who belongs to them at every moment, who may look, what is told to others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { csv } from '../support/sheet.js';
import { chainOf, Client, eventually, freeAt, pickup, staff, start } from './people.js';

let server, owner, shops, variant_id;
const rule = (from, days = 90) => ({ kind: 'all', of: [{ kind: 'did', did: { what: 'order', days }, from }] });
const segment = (id) => owner.get(`/v1/insight/segment/${id}`);
const live = (id) => eventually(async () => (await segment(id)).state === 'live');
const buys = (phone) => new Client(server).post('/v1/order', pickup(shops[0].id, phone, [{ variant_id, qty: 1 }]));
const who = async (phone) => (await owner.get(`/v1/customer?q=${encodeURIComponent(phone)}`)).items[0].id;
const members = async (id) => (await owner.get(`/v1/insight/segment/${id}/member?limit=200`)).items;

before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
  const { places, goods } = await chainOf(server);
  shops = places;
  for (const g of goods) {
    variant_id = g.variant_id ?? g.id;
    if ((await freeAt(server, shops[0].id, variant_id)) >= 3) break;
  }
});
after(() => server.stop());

test('a buyer is in the segment a moment after the order that brings him there', async () => {
  const made = await owner.post('/v1/insight/segment', { name: 'Два заказа', rule: rule(2) });
  await live(made.id);
  const before = (await segment(made.id)).n;
  await buys('+79990001122');
  await buys('+79990001122');
  const one = { customer_id: await who('+79990001122') };
  await eventually(async () => (await members(made.id)).some((m) => m.customer_id === one.customer_id));
  assert.equal((await segment(made.id)).n, before + 1);
  const profile = await owner.get(`/v1/customer/${one.customer_id}/profile`);
  assert.deepEqual(profile.segments.filter((s) => s.id === made.id).map((s) => s.name), ['Два заказа']);
  assert.equal(profile.traits.find((x) => x.name === 'orders').number, 2);
  assert.ok(profile.story.some((s) => s.kind === 'order'));
  assert.deepEqual(profile.sessions, []);
  /* On PostgreSQL an event gets its place in the log a moment after the commit. */
  await eventually(async () => (await owner.get('/v1/event?name=insight.segment_entered')).items.some((e) => e.subject_id === one.customer_id && e.data.segment_id === made.id));
  assert.equal(server.check(), 'in order');
});

test('a segment is changed only by who saw its last version, and keeps what it was', async () => {
  const made = await owner.post('/v1/insight/segment', { name: 'Часто', rule: rule(2) });
  const put = (version, body) => owner.ask('PUT', `/v1/insight/segment/${made.id}`, body, { 'if-match': `"${version}"` });
  assert.equal((await put(1, { name: 'Очень часто', rule: rule(3) })).status, 200);
  assert.equal((await put(1, { name: 'Редко', rule: rule(1) })).status, 412);
  const { items } = await owner.get(`/v1/insight/segment/${made.id}/version`);
  assert.deepEqual(items.map((v) => [v.version, v.name, v.rule.of[0].from]), [[2, 'Очень часто', 3], [1, 'Часто', 2]]);
  const wrong = await owner.ask('POST', '/v1/insight/segment', { name: 'x', rule: { kind: 'all', of: [{ kind: 'trait', trait: 'nose' }] } });
  assert.equal(wrong.status, 422);
  assert.equal(wrong.body.errors?.[0].field ?? wrong.body.field, 'rule.of[0].trait');
});

test('what conditions find is seen before they are kept, and is what the segment then has', async () => {
  const found = await owner.post('/v1/insight/preview', { rule: rule(1) });
  assert.equal(found.exact, true);
  assert.ok(found.n > 3 && found.sample.length > 3, JSON.stringify(found));
  const counted = await owner.post('/v1/insight/count', { rule: rule(1) });
  await eventually(async () => (await owner.get(`/v1/insight/count/${counted.id}`)).done_at);
  assert.equal((await owner.get(`/v1/insight/count/${counted.id}`)).n, found.n);
  const made = await owner.post('/v1/insight/segment', { name: 'Все', rule: rule(1) });
  await live(made.id);
  assert.equal((await members(made.id)).length, found.n);
});

test('a snapshot stays as it was and is taken away as a file', async () => {
  const made = await owner.post('/v1/insight/segment', { name: 'Один', rule: rule(1) });
  await live(made.id);
  const shot = await owner.post(`/v1/insight/segment/${made.id}/snapshot`, { name: 'К рассылке' });
  await eventually(async () => (await owner.get(`/v1/insight/snapshot/${shot.id}`)).done);
  const n = (await members(made.id)).length;
  await buys('+79990003344');
  await eventually(async () => (await members(made.id)).length === n + 1);
  const cookie = Object.entries(owner.cookies).map(([name, value]) => `${name}=${value}`).join('; ');
  const file = await fetch(`${server.url}/v1/export?${new URLSearchParams({ format: 'csv', list: `/v1/insight/snapshot/${shot.id}/member` })}`, { headers: { cookie } });
  const rows = csv((await file.text()).slice(1));
  assert.equal(rows.length - 2, n);
});

test('who sees segments does not see their members without the right to customers, and looks are audited', async () => {
  const { items } = await owner.get('/v1/insight/segment');
  const [one] = items;
  const seller = await staff(server, 'seller');
  assert.equal((await seller.ask('GET', '/v1/insight/segment')).status, 403);
  assert.equal((await seller.ask('GET', `/v1/insight/segment/${one.id}/member`)).status, 403);
  await members(one.id);
  await eventually(async () => (await owner.get('/v1/staff/audit?limit=50')).items.some((a) => a.what === 'insight.members_read' && a.subject_id === one.id));
});
