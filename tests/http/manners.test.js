// The manners of the API, page by page.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { writeFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { start, sleep, until } from './server.js';

let s;
before(async () => { s = await start({ env: { TRUSTED: '127.0.0.1' } }); });
after(async () => { assert.deepEqual(await s.stop(), { code: 0, signal: null }); });

const toy = (o = {}) => JSON.stringify({ name: 'ball', qty: 7, ...o });

test('a thing is made and read', async () => {
  const made = await s.ask('POST', '/v1/toy', { body: toy() });
  assert.equal(made.status, 201);
  assert.match(made.json().id, /^\d+$/);
  assert.equal(made.headers.location, `/v1/toy/${made.json().id}`);
  const read = await s.ask('GET', made.headers.location);
  assert.deepEqual(read.json(), { id: made.json().id, name: 'ball', qty: 7 });
});

test('404 for what is not there, 405 with Allow for what is', async () => {
  assert.equal((await s.ask('GET', '/v1/toy/5')).status, 404);
  assert.equal((await s.ask('GET', '/v1/nothing')).status, 404);
  const r = await s.ask('DELETE', '/v1/toy');
  assert.equal(r.status, 405);
  assert.deepEqual(r.headers.allow.split(', ').sort(), ['GET', 'POST']);
});

test('all bad members of a body are told at once', async () => {
  const r = await s.ask('POST', '/v1/toy', { body: '{"qty":-1,"color":"red","lines":[{"qty":500}]}' });
  assert.equal(r.status, 422);
  assert.deepEqual(r.json().errors.map((e) => e.field).sort(), ['color', 'lines[0].qty', 'name', 'qty']);
  assert.equal(r.json().request_id, r.headers['x-request-id']);
});

test('a request id of the caller goes through to the answer and the log', async () => {
  const r = await s.ask('GET', '/v1/ping', { headers: { 'X-Request-Id': 'page-7.42' } });
  assert.equal(r.headers['x-request-id'], 'page-7.42');
  await until(() => s.log().includes('request=page-7.42'));
  assert.match(s.log(), /request=page-7\.42 route="GET \/v1\/ping" status=200 ms=[\d.]+ statements=0/);
  const odd = await s.ask('GET', '/v1/ping', { headers: { 'X-Request-Id': 'a b' } });
  assert.match(odd.headers['x-request-id'], /^[0-9a-f]{16}$/);
});

// On PostgreSQL a read waits for its answer on a thread of the pool.
test('connections that come at once are shared by the threads', { skip: !!process.env.PRILAVOK_TEST_DB }, async () => {
  const kept = Array.from({ length: 24 }, () => s.connect());
  const of = await Promise.all(kept.map(async (keep) => (await s.ask('GET', '/v1/thread', { keep })).json().thread));
  for (const k of kept) k.destroy();
  const each = [...new Set(of)].map((t) => of.filter((u) => u === t));
  assert.equal(each.length, 2);
  for (const one of each) assert.ok(one.length >= 6, `of 24 connections one thread has ${one.length}`);
});

test('queries and bodies never reach the log', async () => {
  await s.ask('GET', '/v1/toy?after=SECRETQUERY');
  await s.ask('POST', '/v1/toy', { body: toy({ name: 'SECRETBODY' }) });
  // a later line is there: theirs would be too
  await s.ask('GET', '/v1/ping', { headers: { 'X-Request-Id': 'later' } });
  await until(() => s.log().includes('request=later'));
  assert.doesNotMatch(s.log(), /SECRET/);
});

test('a repeat with the same key gets the first answer', async () => {
  const headers = { 'Idempotency-Key': 'order-1' };
  const first = await s.ask('POST', '/v1/toy', { body: toy(), headers });
  const again = await s.ask('POST', '/v1/toy', { body: toy(), headers });
  assert.equal(first.headers['idempotency-replayed'], undefined);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  assert.equal(again.status, 201);
  assert.equal(again.text, first.text);
  assert.equal(again.headers.location, first.headers.location);
  const other = await s.ask('POST', '/v1/toy', { body: toy({ qty: 8 }), headers });
  assert.equal(other.status, 409);
  assert.equal(other.json().code, 'key_reused');
});

test('twenty at once with one key: one thing is made', async () => {
  const count = async () => (await s.ask('GET', '/v1/toy')).json().n;
  const before = await count();
  const all = await Promise.all(Array.from({ length: 20 }, () =>
    s.ask('POST', '/v1/toy', { body: toy(), headers: { 'Idempotency-Key': 'order-2' } })));
  assert.equal(new Set(all.map((r) => r.json().id)).size, 1);
  assert.equal(all.filter((r) => r.headers['idempotency-replayed']).length, 19);
  assert.equal(await count(), before + 1);
});

test('a refused write keeps no answer: the next try is a new one', async () => {
  const headers = { 'Idempotency-Key': 'order-3' };
  assert.equal((await s.ask('POST', '/v1/toy', { body: '{}', headers })).status, 422);
  assert.equal((await s.ask('POST', '/v1/toy', { body: toy(), headers })).status, 201);
});

test('a session\'s cookie comes again with a repeat, with a token for its page', async () => {
  const headers = { 'Idempotency-Key': 'login-1' };
  const first = await s.ask('POST', '/v1/toy', { body: toy({ name: 'login' }), headers });
  assert.match(first.headers['set-cookie'], /prilavok_visit=abcdef0123456789; Path=\/; HttpOnly; SameSite=Lax\nprilavok_csrf=[0-9a-f]{32}; /);
  const again = await s.ask('POST', '/v1/toy', { body: toy({ name: 'login' }), headers });
  assert.match(again.headers['set-cookie'], /prilavok_visit=abcdef0123456789/);
});

test('cookies are Secure when the proxy says https', async () => {
  const r = await s.ask('POST', '/v1/toy', { body: toy({ name: 'login' }), headers: { 'X-Forwarded-Proto': 'https' } });
  for (const one of r.headers['set-cookie'].split('\n')) assert.match(one, /; Secure$/);
});

test('401 for strangers, 403 for those without the right, before the body is looked at', async () => {
  assert.equal((await s.ask('GET', '/v1/staff')).status, 401);
  assert.equal((await s.ask('POST', '/v1/staff', { body: '{"x":1}' })).status, 401);
  const good = { Authorization: 'Bearer good' };
  assert.equal((await s.ask('GET', '/v1/staff', { headers: good })).json().kind, 2);
  assert.equal((await s.ask('GET', '/v1/admin', { headers: good })).status, 403);
  assert.equal((await s.ask('GET', '/v1/staff', { headers: { Authorization: 'Bearer bad' } })).json().code, 'wrong_secret');
});

test('a session\'s write needs the page\'s token; a key\'s does not', async () => {
  const cookie = 'prilavok_staff=good; prilavok_csrf=0123456789abcdef0123456789abcdef';
  const write = (headers) => s.ask('POST', '/v1/staff', { body: toy(), headers });
  assert.equal((await write({ Cookie: 'prilavok_staff=good' })).json().code, 'csrf');
  assert.equal((await write({ Cookie: cookie })).json().code, 'csrf');
  assert.equal((await write({ Cookie: cookie, 'X-CSRF-Token': '0123456789abcdef0123456789abcdee' })).status, 403);
  assert.equal((await write({ Cookie: cookie, 'X-CSRF-Token': '0123456789abcdef0123456789abcdef' })).status, 201);
  assert.equal((await write({ Authorization: 'Bearer good' })).status, 201);
  assert.equal((await s.ask('GET', '/v1/staff', { headers: { Cookie: 'prilavok_staff=good' } })).status, 200);
});

test('the language and the address of the caller are known', async () => {
  const lang = async (a) => (await s.ask('GET', '/v1/ping', { headers: { 'Accept-Language': a } })).json().lang;
  assert.equal(await lang('en-GB,en;q=0.9,ru;q=0.8'), 'en');
  assert.equal(await lang('ru-RU, en;q=0.5'), 'ru');
  assert.equal(await lang('de, en;q=0.3, ru;q=0.4'), 'ru');
  assert.equal(await lang('de'), 'ru');
  const ip = async (x) => (await s.ask('GET', '/v1/ping', { headers: { 'X-Forwarded-For': x } })).json().ip;
  assert.equal(await ip('6.6.6.6, 203.0.113.9'), '203.0.113.9');
  assert.equal(await ip('nonsense'), '127.0.0.1');
});

test('an editable thing has a tag: 304 when it is the same, 412 when another edits', async () => {
  const made = await s.ask('POST', '/v1/toy', { body: toy() });
  const read = await s.ask('GET', made.headers.location);
  assert.equal(read.headers.etag, '"7"');
  assert.equal((await s.ask('GET', made.headers.location, { headers: { 'If-None-Match': '"5", W/"7"' } })).status, 304);
  assert.equal((await s.ask('GET', made.headers.location, { headers: { 'If-None-Match': '"77"' } })).status, 200);
  const put = (m) => s.ask('PUT', made.headers.location, { body: toy(), headers: { 'If-Match': m } });
  assert.equal((await put('"7"')).status, 200);
  assert.equal((await put('"6"')).status, 412);
  assert.equal((await put('*')).status, 200);
});

test('large answers are compressed for those who take it', async () => {
  const plain = await s.ask('GET', '/v1/big');
  const gz = await s.ask('GET', '/v1/big', { headers: { 'Accept-Encoding': 'br, gzip;q=0.8' } });
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(gz.headers['content-encoding'], 'gzip');
  assert.equal(gz.headers.vary, 'Accept-Encoding');
  assert.ok(gz.length < plain.length / 5);
  assert.deepEqual(gunzipSync(gz.body), plain.body);
  const none = await s.ask('GET', '/v1/big', { headers: { 'Accept-Encoding': 'gzip;q=0' } });
  assert.equal(none.headers['content-encoding'], undefined);
  const small = await s.ask('GET', '/v1/ping', { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(small.headers['content-encoding'], undefined);
});

test('a JSON answer of 7 MB is sent, one of 9 MB is refused, and both may come compressed', async () => {
  for (const headers of [{}, { 'Accept-Encoding': 'gzip' }]) {
    const big = await s.ask('GET', '/v1/huge/7000', { headers });
    assert.equal(big.status, 200);
    const text = headers['Accept-Encoding'] ? gunzipSync(big.body) : big.body;
    assert.equal(JSON.parse(text).name.length, 7_000_000);
    const over = await s.ask('GET', '/v1/huge/9000', { headers });
    assert.equal(over.json().code, 'too_big');
  }
});

test('HEAD is GET without the body', async () => {
  const r = await s.ask('HEAD', '/v1/big');
  assert.equal(r.status, 200);
  assert.ok(r.length > 100000);
  assert.equal(r.body.length, 0);
});

test('a connection serves many requests, written and read', async () => {
  const keep = s.connect();
  for (let k = 0; k < 50; k++) {
    assert.equal((await s.ask('POST', '/v1/toy', { body: toy({ qty: k }), keep })).status, 201);
    assert.equal((await s.ask('GET', '/v1/nothing', { keep })).status, 404);
    assert.equal((await s.ask('POST', '/v1/toy', { body: '{', keep })).status, 400);
  }
  keep.destroy();
});

test('an upload arrives byte by byte, and its file is gone afterwards', async () => {
  const body = Buffer.alloc(3_000_001, (k) => k);
  for (let k = 0; k < body.length; k++) body[k] = (k * 7919) & 255;
  const r = await s.ask('POST', '/v1/upload', { body });
  let sum = 0;
  for (const b of body) sum = (Math.imul(sum, 31) + b) >>> 0;
  assert.deepEqual(r.json(), { bytes: body.length, sum });
  await until(() => !readdirSync(path.join(s.dir, 'spool')).length);
  assert.deepEqual(readdirSync(path.join(s.dir, 'spool')), []);
});

test('an empty upload is an empty file', async () => {
  assert.equal((await s.ask('POST', '/v1/upload', { body: '' })).json().bytes, 0);
});

test('a stranger\'s large upload is refused before a byte of it is kept', async () => {
  const c = s.connect();
  let text = '';
  c.on('data', (d) => { text += d; });
  c.on('error', () => {});
  c.write('POST /v1/staff/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n');
  await until(() => text);
  assert.match(text, /^HTTP\/1.1 401 /);
  assert.deepEqual(readdirSync(path.join(s.dir, 'spool')), []);
  c.destroy();
});

test('a member of staff may upload', async () => {
  const body = Buffer.alloc(2_000_000, 1);
  const r = await s.ask('POST', '/v1/staff/upload', { body, headers: { Authorization: 'Bearer good' } });
  assert.equal(r.json().bytes, body.length);
});

test('Expect: 100-continue is continued', async () => {
  const c = s.connect();
  let text = '';
  c.on('data', (d) => { text += d; });
  c.write('POST /v1/toy HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 23\r\n\r\n');
  await until(() => text);
  assert.match(text, /^HTTP\/1.1 100 /);
  c.write('{"name":"ball","qty":7}');
  await until(() => text.includes('201'));
  assert.match(text, /HTTP\/1.1 201 /);
  c.destroy();
});

test('a file is sent with its name and removed', async () => {
  const r = await s.ask('GET', '/v1/file');
  assert.equal(r.text, 'a;b\n1;2\n');
  assert.equal(r.headers['content-disposition'], "attachment; filename*=UTF-8''%D0%9E%D1%82%D1%87%D1%91%D1%82%201.csv");
});

test('pages: each app has its own, files are cached by their name', async () => {
  assert.match((await s.ask('GET', '/')).text, /shop/);
  assert.match((await s.ask('GET', '/product/5')).text, /shop/);
  const till = await s.ask('GET', '/till/sale/7');
  assert.match(till.text, /till/);
  assert.match(till.headers['content-security-policy'], /default-src 'self'.*frame-ancestors 'none'/);
  assert.equal(till.headers['x-content-type-options'], 'nosniff');
  assert.equal(till.headers['cache-control'], 'no-cache');
  assert.equal((await s.ask('GET', '/till/sale/7', { headers: { 'If-None-Match': till.headers.etag } })).status, 304);
  const js = await s.ask('GET', '/assets/app-B3xQ9a1c.js', { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(js.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(js.headers['content-encoding'], 'gzip');
  assert.equal(createHash('sha1').update(gunzipSync(js.body)).digest('hex'),
    createHash('sha1').update('console.log("a page");\n'.repeat(200)).digest('hex'));
  assert.equal((await s.ask('GET', '/assets/gone-00000000.js')).status, 404);
  assert.equal((await s.ask('POST', '/till', { body: '' })).status, 404);
});

test('no path leads out of the pages', async () => {
  for (const p of ['/../secret.txt', '/assets/../../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/%2e%2e%2f%2e%2e%2fsecret.txt', '/%00', '//secret.txt'])
    assert.doesNotMatch((await s.ask('GET', p)).text, /secret/, p);
});

test('a page that was built anew is served within a second', async () => {
  await sleep(1100);
  writeFileSync(path.join(s.pages, 'index.html'), '<html>new shop</html>');
  let text;
  await until(async () => (text = (await s.ask('GET', '/')).text).includes('new shop'));
  assert.match(text, /new shop/);
});

test('health, readiness, numbers', async () => {
  assert.equal((await s.ask('GET', '/healthz')).text, 'ok\n');
  assert.equal((await s.ask('GET', '/readyz')).text, 'ready\n');
  const m = (await s.ask('GET', '/metrics')).text;
  assert.match(m, /prilavok_http_requests_total\{method="POST",route="\/v1\/toy",status="201"\} \d+/);
  assert.match(m, /prilavok_http_seconds_bucket\{method="GET",route="\/v1\/ping",le="\+Inf"\} \d+/);
  assert.match(m, /\nprilavok_db_units_total \d+/);
  assert.match(m, /\nprocess_resident_memory_bytes [1-9]\d+/);
  for (const line of m.trim().split('\n')) assert.match(line, /^(# (HELP|TYPE) .+|[a-z_0-9]+(\{.*\})? -?[\d.]+)$/);
});

test('the API describes itself', async () => {
  const api = (await s.ask('GET', '/openapi.json')).json();
  assert.equal(api.openapi, '3.1.0');
  assert.equal(api.paths['/v1/toy'].post.requestBody.content['application/json'].schema.$ref, '#/components/schemas/ToyInput');
  assert.deepEqual(api.components.schemas.ToyInput.required, ['name', 'qty']);
  assert.equal(api.paths['/healthz'], undefined);
});
