// Events by the published clients of Segment and RudderStack, only their host changed;
// limits, errors and repeats as those clients meet them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Analytics as Segment } from '@segment/analytics-node';
import RudderStack from '@rudderstack/rudder-sdk-node';
import { chromium } from 'playwright-core';
import { binary, postgres } from '../support/server.js';
import { Client, chainOf, eventually, pickup, staff, start } from './people.js';

const require = createRequire(import.meta.url);
let server, owner, key, site;

before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
  key = await source('site');
  site = pages();
  await new Promise((done) => site.listen(0, '127.0.0.1', done));
});
after(async () => {
  site?.close();
  await server?.stop();
});

async function source(channel, more = {}) {
  return (await owner.post('/v1/track/source', { name: `the ${channel}`, channel, ...more })).key;
}

/* Rows beside: in the file of their own, or in the same database. */
function rows(sql) {
  if (postgres) return server.sql(sql).trim();
  return execFileSync('sqlite3', ['-cmd', '.timeout 5000', server.env.PRILAVOK_DB.replace('chain.db', 'chain-track.db'), sql]).toString().trim();
}
const count = (where) => Number(rows(`SELECT COUNT(*) FROM track_event e JOIN track_word n ON n.no = e.name_no WHERE ${where}`));

async function send(path, body, { as = key, headers = {}, raw } = {}) {
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { ...(as && { authorization: `Basic ${Buffer.from(`${as}:`).toString('base64')}` }), 'content-type': 'application/json', ...headers },
    body: raw ?? JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

async function declare(name, more = {}) {
  return owner.put('/v1/track/plan', { kind: 'track', name, open: true, ...more });
}

/* A shop of somebody else: its pages stand on another host and port. */
function pages() {
  const clients = {
    '/segment/': dirname(require.resolve('@segment/analytics-next/package.json')),
    '/rudder/': join(require.resolve('@rudderstack/analytics-js'), '../../../../..'),
  };
  return createServer((request, answer) => {
    const folder = Object.keys(clients).find((k) => request.url.startsWith(k));
    if (folder) {
      answer.setHeader('content-type', 'text/javascript');
      return answer.end(readFileSync(join(clients[folder], request.url.slice(folder.length))));
    }
    answer.setHeader('content-type', 'text/html');
    answer.end('<!doctype html><title>A shop</title><h1>A shop</h1>');
  });
}

test("Segment's Node client: every call arrives, each once, also when it is sent again", async () => {
  await declare('Node Bought');
  const analytics = new Segment({ writeKey: key, host: server.url, flushAt: 6, flushInterval: 100 });
  const failed = [];
  analytics.on('error', (e) => failed.push(e));
  const who = { userId: 'node-1', anonymousId: 'node-anon' };
  analytics.identify({ ...who, traits: { email: 'node@example.com' } });
  analytics.track({ ...who, event: 'Node Bought', properties: { revenue: 3.5 }, messageId: 'node-same' });
  analytics.track({ ...who, event: 'Node Bought', properties: { revenue: 3.5 }, messageId: 'node-same' });
  analytics.page({ ...who, name: 'Node home', properties: { path: '/' } });
  analytics.screen({ ...who, name: 'Node screen' });
  analytics.group({ ...who, groupId: 'node-group', traits: { name: 'Firm' } });
  analytics.alias({ previousId: 'node-0', userId: 'node-1' });
  await analytics.closeAndFlush();
  assert.deepEqual(failed, []);
  assert.equal(count("n.value = 'Node Bought'"), 1);
  assert.equal(count("n.value IN ('Node home', 'Node screen', 'node-group', 'node-0')"), 4);
});

test("a chain's own number alone is a person: the same from two devices, with his telephone and messenger", async () => {
  const known = async (k) => (await owner.ask('GET', `/v1/customer/find?key=${encodeURIComponent(k)}`)).body?.id;
  const people = () => Number(server.sql('SELECT COUNT(*) FROM customer_person WHERE merged_into IS NULL').trim());
  const before = people();
  const analytics = new Segment({ writeKey: key, host: server.url, flushAt: 2, flushInterval: 100 });
  analytics.identify({ userId: 'erp-500', anonymousId: 'erp-site' });
  analytics.identify({
    userId: 'erp-500',
    anonymousId: 'erp-app',
    traits: { firstName: 'Зоя' },
    context: { device: { id: '6D92078A-8246-4BA4-AE5B-76104861E7DC', type: 'ios' }, externalIds: [{ id: '5550001', type: 'telegram_id', collection: 'users', encoding: 'none' }] },
  });
  await analytics.closeAndFlush();
  const zoya = await eventually(() => known('telegram:5550001'));
  assert.equal(await known('erp-500'), zoya);
  assert.equal(people(), before + 1);
  const { keys, facts } = await owner.get(`/v1/customer/${zoya}/identity`);
  assert.deepEqual(keys.map((k) => [k.kind, k.value]).sort(), [['device', '6d92078a-8246-4ba4-ae5b-76104861e7dc'], ['messenger', 'telegram:5550001'], ['user', 'erp-500']]);
  assert.equal(facts.find((f) => f.field === 'name').by, 'events');

  const rudder = new RudderStack(key, { dataPlaneUrl: server.url, flushAt: 1, flushInterval: 100, gzip: true });
  rudder.identify({ userId: 'erp-501', anonymousId: 'erp-kiosk', context: { externalId: [{ type: 'telegram', id: '5550001' }] } });
  await eventually(() => known('erp-501')); // the same messenger: the same person by another number
  assert.equal(await known('erp-501'), zoya);
  assert.equal(people(), before + 1);

  await owner.post(`/v1/customer/${zoya}/key`, { kind: 'user', value: 'crm:77' });
  assert.equal((await owner.ask('POST', `/v1/customer/${zoya}/key`, { kind: 'phone', value: '+79165550000' })).body.field, 'kind');
  const { items } = await owner.post(`/v1/customer/${zoya}/key-drop`, { kind: 'user', value: 'erp-500' });
  assert.ok(!items.some((k) => k.value === 'erp-500') && items.some((k) => k.value === 'crm:77'));
});

test("Segment's Node client hears of a key that is not known, and waits as it is told", async () => {
  const failed = [];
  const wrong = new Segment({ writeKey: 'wk_nobody', host: server.url, flushAt: 1, maxRetries: 0 });
  wrong.on('error', (e) => failed.push(e));
  wrong.track({ userId: 'u', event: 'Node Bought' });
  await wrong.closeAndFlush();
  assert.match(String(failed[0].reason), /401/);

  const slow = await source('app', { per_second: 1 });
  const answers = [];
  const analytics = new Segment({ writeKey: slow, host: server.url, flushAt: 1 });
  analytics.on('http_response', (a) => answers.push(a.status));
  for (let k = 0; k < 3; k++) analytics.track({ userId: 'slow', event: 'Node Bought', messageId: `slow-${k}` });
  await analytics.closeAndFlush({ timeout: 20000 });
  assert.ok(answers.includes(429), `answers: ${answers}`);
  assert.equal(rows("SELECT COUNT(*) FROM track_event WHERE message_id LIKE 'slow-%'"), '3');
});

test("RudderStack's Node client: only the data plane's address is another", async () => {
  await declare('Rudder Node Bought');
  const client = new RudderStack(key, { dataPlaneUrl: server.url, flushAt: 4, flushInterval: 100, gzip: true });
  const who = { userId: 'rudder-1', anonymousId: 'rudder-anon' };
  client.identify({ ...who, traits: { email: 'rudder@rambler.ru' } });
  client.track({ ...who, event: 'Rudder Node Bought', properties: { revenue: 1 } });
  client.page({ ...who, name: 'Rudder node page', properties: {} });
  client.group({ ...who, groupId: 'rudder-group', traits: {} });
  await eventually(() => count("n.value IN ('Rudder Node Bought', 'Rudder node page', 'rudder-group')") === 3);
  await eventually(async () => (await owner.get('/v1/customer?q=rudder%40rambler.ru')).items.length === 1);
  assert.match(rows("SELECT data FROM track_event e JOIN track_word u ON u.no = e.user_no WHERE u.value = 'rudder-1' AND e.kind % 16 = 1"), /sealed:/);
});

test('the browser clients of both, on pages of another site', async () => {
  for (const name of ['Browser Bought', 'Rudder Browser Bought']) await declare(name);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await (await browser.newContext()).newPage();
    const wrong = [];
    page.on('pageerror', (e) => wrong.push(e.message));
    page.on('requestfailed', (r) => wrong.push(`${r.url()} ${r.failure()?.errorText}`));
    page.on('response', (r) => r.status() >= 400 && wrong.push(`${r.status()} ${r.url()}`));
    await page.goto(`http://127.0.0.1:${site.address().port}/?utm_source=vk&utm_medium=cpc&utm_campaign=autumn`);
    await page.route('**/favicon.ico', (r) => r.fulfill({ status: 204 }));

    await page.addScriptTag({ url: '/segment/dist/umd/index.js' });
    await page.evaluate(async ([writeKey, cdnURL]) => {
      const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load({ writeKey, cdnURL }).then((a) => (Array.isArray(a) ? a : [a]));
      await analytics.page('Browser page');
      await analytics.identify('browser-user', { email: 'browser@example.com' });
      await analytics.track('Browser Bought', { revenue: 10 });
    }, [key, server.url]);
    await eventually(() => count("n.value IN ('Browser Bought', 'Browser page')") === 2).catch((late) => assert.fail(`${late.message}: ${wrong}`));

    await page.addScriptTag({ url: '/rudder/dist/npm/modern/bundled/umd/index.js' });
    await page.evaluate(([writeKey, url]) => {
      const rudder = window.rudderanalytics.RudderAnalytics ? new window.rudderanalytics.RudderAnalytics() : window.rudderanalytics;
      rudder.load(writeKey, url, { configUrl: url });
      rudder.page('Rudder browser page');
      rudder.identify('rudder-browser', { email: 'rb@example.com' });
      rudder.track('Rudder Browser Bought', { revenue: 10 });
    }, [key, server.url]);
    await eventually(() => count("n.value IN ('Rudder Browser Bought', 'Rudder browser page')") >= 2);
    assert.deepEqual(wrong, []);
    await eventually(() => Number(rows("SELECT COUNT(*) FROM track_session WHERE campaign = 'vk/cpc/autumn' AND landing = '/'")) > 0);
  } finally {
    await browser.close();
  }
});

test('a page sends its last words as plain text, with the key inside', async () => {
  const answer = await send('/v1/batch', null, { as: null, headers: { 'content-type': 'text/plain' }, raw: JSON.stringify({ writeKey: key, batch: [{ type: 'page', anonymousId: 'beacon', messageId: 'beacon' }] }) });
  assert.deepEqual([answer.status, answer.body.accepted], [200, 1]);
  assert.equal(answer.headers.get('access-control-allow-origin'), '*');
});

test('limits are said by name, and what is packed is not believed', async () => {
  const page = (n) => ({ type: 'page', anonymousId: 'big', messageId: `big-${n}`, properties: { note: 'x'.repeat(100) } });
  const many = await send('/v1/batch', { batch: Array.from({ length: 2501 }, (_, n) => ({ type: 'page', anonymousId: 'b', messageId: `n${n}` })) });
  assert.deepEqual([many.status, many.body.code, many.headers.get('x-limit-exceeded')], [413, 'too_big', 'batch']);
  const packed = gzipSync(JSON.stringify({ batch: [page(1), page(2)] }));
  assert.equal((await send('/v1/batch', null, { headers: { 'content-encoding': 'gzip' }, raw: packed })).body.accepted, 2);
  const bomb = gzipSync(Buffer.alloc(50 << 20, 32));
  const answer = await send('/v1/batch', null, { headers: { 'content-encoding': 'gzip' }, raw: bomb });
  assert.deepEqual([answer.status, answer.headers.get('x-limit-exceeded')], [413, 'batch_bytes']);
  const broken = await send('/v1/batch', null, { headers: { 'content-encoding': 'gzip' }, raw: packed.subarray(0, 40) });
  assert.equal(broken.status, 400);
  const fat = await send('/v1/batch', { batch: [page(3), { type: 'page', anonymousId: 'fat', properties: { note: 'x'.repeat(33 << 10) } }] });
  assert.deepEqual([fat.status, fat.body.accepted, fat.body.rejected[0].code, fat.body.rejected[0].field], [200, 1, 'too_big', 'batch[1]']);
});

test('what is no event is answered with its reason, and nothing is dropped silently', async () => {
  const single = await send('/v1/track', { anonymousId: 'a' });
  assert.deepEqual([single.status, single.body.code, single.body.field], [400, 'bad_argument', 'event']);
  const batch = [{ type: 'page', anonymousId: 'a', messageId: 'strict-1' }, { type: 'page' }];
  const strict = await send('/v1/batch', { batch }, { headers: { 'x-strict-mode': '1' } });
  assert.deepEqual([strict.status, strict.body.field], [400, 'batch[1].anonymousId']);
  assert.equal(rows("SELECT COUNT(*) FROM track_event WHERE message_id = 'strict-1'"), '0');
  const lax = await send('/v1/batch', { batch });
  assert.deepEqual([lax.status, lax.body.accepted, lax.body.rejected.length], [200, 1, 1]);
  const refused = await owner.get('/v1/track/refused');
  assert.ok(refused.items.some((r) => r.field === 'batch[1].anonymousId' && r.sample === '{"type":"page"}'));
  assert.equal((await send('/v1/batch', null, { raw: '{"batch":[' })).status, 400);
  assert.equal((await send('/v1/batch', { batch: [] }, { as: null })).status, 401);
});

test('an event that nobody declared waits, is shown, and is let in when it is accepted', async () => {
  const held = await send('/v1/track', { event: 'Trade-In Asked', userId: 'u', messageId: 'ti-1', properties: { model: 'A52' } });
  assert.equal(held.body.held, 1);
  const unknown = (await owner.get('/v1/track/unknown')).items.find((u) => u.name === 'Trade-In Asked');
  assert.deepEqual([unknown.why, unknown.waiting, unknown.sample], ['event', 1, '{"model":"A52"}']);
  await owner.post(`/v1/track/unknown/${unknown.id}/accept`, {});
  await eventually(() => count("n.value = 'Trade-In Asked'") === 1);
  assert.ok((await owner.get('/v1/track/plan')).items.some((p) => p.name === 'Trade-In Asked'));
  await eventually(async () => !(await owner.get('/v1/track/unknown')).items.some((u) => u.name === 'Trade-In Asked'));
});

test('the plan goes out as JSON and comes in again', async () => {
  const plan = await owner.get('/v1/track/plan');
  const again = await owner.post('/v1/track/plan/import', { items: plan.items });
  assert.deepEqual(again.items.map((p) => [p.kind, p.name, p.members]), plan.items.map((p) => [p.kind, p.name, p.members]));
});

test('what a guest did is his when he is known, with its own times', async () => {
  const [customer] = (await owner.get('/v1/customer?q=%D0%B0')).items;
  const past = new Date(Date.now() - 3600_000).toISOString();
  await send('/v1/page', { anonymousId: 'guest-7', messageId: 'g1', name: 'Before', timestamp: past });
  await send('/v1/page', { anonymousId: 'guest-7', userId: customer.id, messageId: 'g2', name: 'After' });
  const did = await eventually(async () => {
    const list = await owner.get(`/v1/track/customer/${customer.id}/event`);
    return list.items.length === 2 && list.items;
  });
  assert.deepEqual(did.map((e) => e.name), ['After', 'Before']);
  assert.equal(did[1].at, past);
  const sessions = await eventually(async () => (await owner.get(`/v1/track/customer/${customer.id}/session`)).items.length === 2);
  const { items } = await owner.get(`/v1/track/customer/${customer.id}/session`);
  assert.deepEqual((await owner.get(`/v1/customer/${customer.id}/profile`)).sessions, items);
  assert.ok(sessions);
});

test('an order is an event of its buyer too, once', async () => {
  const { places, goods } = await chainOf(server);
  const guest = new Client(server);
  let placed;
  for (const good of goods) {
    placed = await guest.ask('POST', '/v1/order', pickup(places[0].id, '+79165550101', [{ variant_id: good.variant_id ?? good.id, qty: 1 }]));
    if (placed.body.code !== 'stock_short') break;
  }
  assert.ok(placed.status < 300, placed.text);
  await eventually(() => rows("SELECT COUNT(*) FROM track_event e JOIN track_word n ON n.no = e.name_no WHERE n.value = 'Order Completed'") === '1');
  assert.equal(server.sql('SELECT COUNT(*) FROM track_outbox').trim(), '0');
});

test('after the plug is pulled what was answered is there, and is not taken again', async () => {
  const batch = Array.from({ length: 50 }, (_, n) => ({ type: 'page', anonymousId: `plug-${n % 7}`, messageId: `plug-${n}` }));
  assert.equal((await send('/v1/batch', { batch })).body.accepted, 50);
  server.kill();
  await server.again();
  assert.deepEqual((({ accepted, duplicates }) => [accepted, duplicates])((await send('/v1/batch', { batch })).body), [0, 50]);
  assert.equal(rows("SELECT COUNT(*) FROM track_event WHERE message_id LIKE 'plug-%'"), '50');
  assert.equal(server.check(), 'in order');
});

test('a backup has both files, and what is in them agrees', { skip: postgres && 'PostgreSQL has its own' }, () => {
  server.run('backup', join(server.folder, 'copy.db'));
  const rowsOf = (file) => execFileSync('sqlite3', [join(server.folder, file), 'SELECT COUNT(*) FROM track_event']).toString();
  assert.equal(rowsOf('copy-track.db'), rowsOf('chain-track.db'));
  execFileSync(binary, ['check'], { env: { ...server.env, PRILAVOK_DB: join(server.folder, 'copy.db') } });
});

test('what is deprecated is still taken, and stays so over an edit by hand', async () => {
  const made = await declare('Old Banner Seen', { doc: 'a banner of 2024', members: [{ name: 'banner', type: 'text', must: true }, { name: 'pixel', type: 'text', old: true }] });
  const put = (more, tag) => owner.ask('PUT', '/v1/track/plan', { kind: 'track', name: 'Old Banner Seen', open: false, old: true, members: made.members, ...more }, tag && { 'if-match': tag });
  const old = await put({}, String(made.version));
  assert.equal(old.status, 200, old.text);
  assert.equal(old.body.old, true);
  assert.equal(old.body.members.find((m) => m.name === 'pixel').old, true);
  assert.equal((await put({}, String(made.version))).status, 412, 'somebody else has changed it');
  const came = await send('/v1/track', { messageId: 'old-1', anonymousId: 'old-a', event: 'Old Banner Seen', properties: { banner: 'b', pixel: 'p' } });
  assert.equal(came.body.accepted, 1);
  assert.ok(!came.body.held);
});

test('our own pages tell by their channel, and are not heard when the chain wants no reports', async () => {
  const consulted = (id, as) => send('/v1/track', { writeKey: as, messageId: id, anonymousId: `c-${id}`, event: 'Customer Consulted', properties: { consultation_id: id, place_id: '1' } }, { as: '' });
  assert.equal((await consulted('till-1', 'wk_till')).body.accepted, 1);
  assert.equal((await send('/v1/screen', { writeKey: 'wk_app', messageId: 'app-1', anonymousId: 'app-a', name: '/basket' }, { as: '' })).body.accepted, 1);
  const channel = (id) => Number(rows(`SELECT kind / 16 % 16 FROM track_event WHERE message_id = '${id}'`));
  assert.equal(channel('till-1'), 2, 'till');
  assert.equal(channel('app-1'), 1, 'app');
  await owner.put('/v1/setting/track.pages', { value: 'false' });
  const off = await consulted('till-2', 'wk_till');
  assert.equal(off.body.off, true);
  assert.equal(off.body.accepted, 0);
  assert.equal(rows("SELECT COUNT(*) FROM track_event WHERE message_id = 'till-2'"), '0');
  assert.equal((await send('/v1/track', { messageId: 'theirs-2', anonymousId: 'x', event: 'Product Viewed' })).body.accepted, 1, 'sources of others are heard');
  await owner.put('/v1/setting/track.pages', {});
});
