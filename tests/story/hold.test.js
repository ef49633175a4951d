// A dispute keeps a person: who asks to be forgotten meanwhile hears why and until when.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chainOf, Client, eventually, logIn, staff, start } from './people.js';

let server, owner, operator, me, id;
const phone = '+79031112288';
const day = 86400e3;
const inDays = (n) => new Date(Math.ceil(Date.now() / 1000) * 1000 + n * day).toISOString();
const same = (a, b) => assert.equal(+new Date(a), +new Date(b));
const runErasures = async () => {
  const [job] = (await owner.get('/v1/job?kind=privacy.erase_due')).items;
  await owner.post(`/v1/job/${job.id}/run`, {});
};
const audited = async () => (await owner.get(`/v1/staff/audit?subject_id=${id}`)).items.map((a) => a.what);

before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
  operator = await staff(server, 'operator');
  const { places, goods } = await chainOf(server);
  await owner.post('/v1/stock/receive', { place_id: places[0].id, lines: [{ variant_id: goods[0].variant_id, qty: 3 }] });
  await owner.put('/v1/setting/privacy.erase_wait_days', { value: '0' });
  me = new Client(server);
  await logIn(server, me, phone);
  await me.put('/v1/customer/me', { last_name: 'Спорова', first_name: 'Софья', lang: 'ru' });
  ({ id } = await me.get('/v1/customer/me'));
});
after(() => server.stop());

test('who has the right puts a hold, says what it is about, and is written down', async () => {
  const hold = { kind: 'court', why: 'дело 2-1517/2026', until_at: inDays(40) };
  const seller = await staff(server, 'seller');
  assert.equal((await seller.ask('POST', `/v1/customer/${id}/hold`, hold)).status, 403);
  for (const [bad, field] of [[{ until_at: inDays(-1) }, 'until_at'], [{ until_at: inDays(4000) }, 'until_at'], [{ why: '' }, 'why']]) {
    const { status, body } = await operator.ask('POST', `/v1/customer/${id}/hold`, { ...hold, ...bad });
    assert.deepEqual([status, body.field], [422, field]);
  }
  const put = await operator.post(`/v1/customer/${id}/hold`, hold);
  assert.deepEqual([put.kind, put.why, put.holds, put.customer_id], ['court', hold.why, true, id]);
  assert.equal(server.sql(`SELECT COUNT(*) FROM privacy_hold WHERE why LIKE '%1517%'`).trim(), '0', 'what it is about stands sealed');
  assert.deepEqual((await operator.get('/v1/privacy/hold')).items.map((h) => h.id), [put.id]);
  assert.deepEqual((await seller.get(`/v1/customer/${id}/hold`)).items.map((h) => h.id), [put.id]);
  await eventually(async () => (await audited()).includes('privacy.hold'));
  assert.ok((await audited()).includes('privacy.held'));
});

test('she asks to be forgotten and hears why not yet; when the dispute is over it is done', async () => {
  const [hold] = (await operator.get(`/v1/customer/${id}/hold`)).items;
  const asked = await me.post('/v1/customer/me/privacy', { kind: 'erasure' });
  assert.deepEqual([asked.state, asked.waits, asked.hold], ['waiting', 'hold', 'court']);
  same(asked.run_at, hold.until_at);
  await operator.post(`/v1/customer/${id}/hold`, { kind: 'regulator', why: 'проверка', until_at: inDays(50) });
  const [longer] = (await me.get('/v1/customer/me/privacy')).items;
  assert.equal(longer.hold, 'regulator');
  assert.ok(new Date(longer.run_at) > new Date(asked.run_at), 'the longest counts');
  server.sql(`UPDATE privacy_request SET run_at = 0 WHERE id = ${asked.id}`);
  await runErasures();
  await eventually(async () => (await me.get('/v1/customer/me/privacy')).items.some((r) => new Date(r.run_at) > new Date()));
  assert.equal((await me.get('/v1/customer/me')).last_name, 'Спорова', 'a job that looks too early forgets nobody');
  const told = await operator.post(`/v1/customer/${id}/privacy`, { kind: 'access' });
  const file = await operator.get(`/v1/customer/${id}/privacy/${told.id}/file?format=json`);
  assert.deepEqual(file.holds.map((h) => h.kind), ['court', 'regulator']);
  await operator.post(`/v1/customer/${id}/privacy/${told.id}/done`, {});

  const [second, first] = (await operator.get(`/v1/customer/${id}/hold`)).items;
  await operator.post(`/v1/customer/${id}/hold/${first.id}/lift`, {});
  assert.equal((await operator.ask('POST', `/v1/customer/${id}/hold/${first.id}/lift`, {})).status, 409);
  await operator.post(`/v1/customer/${id}/hold/${first.id}/back`, {});
  await operator.post(`/v1/customer/${id}/hold/${second.id}/lift`, {});
  const [back] = (await me.get('/v1/customer/me/privacy')).items.filter((r) => r.kind === 'erasure');
  assert.equal(back.hold, 'court', 'a lift taken back holds again');
  assert.equal(server.check(), 'in order');
  await operator.post(`/v1/customer/${id}/hold/${first.id}/lift`, {});
  assert.deepEqual((await operator.get('/v1/privacy/hold')).items, []);
  await runErasures();
  await eventually(async () => (await operator.get(`/v1/customer/${id}/privacy`)).items.some((r) => r.kind === 'erasure' && r.state === 'done'));
  const seen = await operator.get(`/v1/customer/${id}/hold`);
  assert.deepEqual(seen.items.map((h) => h.why), ['', ''], 'that there was a dispute stays, not about what');
  assert.equal(server.check(), 'in order');
});
