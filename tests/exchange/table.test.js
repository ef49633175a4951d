// Tables and feeds by the API: upload, progress, errors by row and column, download.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { start, person } from '../support/server.js';
import { sleep } from './onec.js';

let server, office;
before(async () => {
  server = await start();
  office = person(server);
  await office.login('owner');
});
after(() => server.stop());

async function upload(path, text) {
  const headers = { Cookie: [...office.cookies].map(([n, v]) => `${n}=${v}`).join('; '), 'X-CSRF-Token': office.cookies.get('prilavok_csrf'), 'Content-Type': 'text/csv' };
  const answer = await fetch(server.url + path, { method: 'POST', headers, body: text });
  assert.equal(answer.status, 202, await answer.clone().text());
  const { id } = await answer.json();
  assert.equal(answer.headers.get('location'), `/v1/exchange/run/${id}`);
  for (let k = 0; k < 600; k++) {
    const run = (await office.call('GET', `/v1/exchange/run/${id}`)).body;
    if (run.state === 'done' || run.state === 'failed') return run;
    await sleep(50);
  }
  throw new Error('the run does not end');
}
const rejects = async (run) => (await office.call('GET', `/v1/exchange/run/${run.id}/reject?limit=200`)).body.items;
const count = (run, what) => run.counts.find((k) => k.what === what);

test('a price list: first dry with every bad row, then for good', async () => {
  const { items } = (await office.call('GET', '/v1/catalog/search?q=чехол&limit=1')).body;
  const sku = (await office.call('GET', `/v1/catalog/product/${items[0].product_id ?? items[0].id}`)).body.variants[0].sku;
  const text = `Артикул;Цена\n${sku};123,45\nНЕТ-ТАКОГО;1\n${sku};даром\n`;
  const dry = await upload('/v1/exchange/csv/prices?dry_run=true&name=price.csv', text);
  assert.equal(dry.dry_run, true);
  assert.deepEqual((await rejects(dry)).map((x) => [x.line, x.reason]), [
    [3, 'sku: nothing has the code "НЕТ-ТАКОГО"'],
    [4, 'price: "даром": not an amount of money'],
  ]);
  const price = async () => (await office.call('GET', `/v1/catalog/code/${sku}`)).text;
  assert.doesNotMatch(await price(), /12345/);
  const again = await office.call('POST', `/v1/exchange/run/${dry.id}/again`, {});
  assert.equal(again.status, 202);
  for (let k = 0; k < 100 && !/12345/.test(await price()); k++) await sleep(50);
  assert.match(await price(), /12345/);
});

test('levels go out and come back', async () => {
  const csv = await office.call('GET', '/v1/exchange/csv/levels');
  assert.equal(csv.status, 200);
  const rows = csv.text.replace('\uFEFF', '').trim().split('\n');
  assert.equal(rows[0], 'магазин;артикул;количество');
  assert.ok(rows.length > 300);
  const more = [rows[0], ...rows.slice(1).map((row) => row.replace(/\d+$/, (n) => String(Number(n) + 1)))].join('\n');
  const run = await upload('/v1/exchange/csv/levels', more);
  assert.deepEqual([run.state, run.rejects], ['done', 0]);
  assert.deepEqual(count(run, 'rows'), { what: 'rows', seen: rows.length - 1, taken: rows.length - 1 });
  const after_ = (await office.call('GET', '/v1/exchange/csv/levels')).text.replace('\uFEFF', '').trim();
  assert.equal(after_, more);
});

test('a table that is none fails with a reason', async () => {
  const run = await upload('/v1/exchange/csv/levels', 'когда;сколько\n1;2\n');
  assert.equal(run.state, 'failed');
  assert.match(run.reason, /no column "place"/);
  assert.equal((await office.call('POST', '/v1/exchange/csv/horoscopes')).status, 404);
});

test('a rival’s feed is kept for comparing', async () => {
  const feed = '<yml_catalog date="2026-01-01 10:00"><shop><offers><offer id="x1"><name>Телефон</name><price>100</price><count>2</count></offer></offers></shop></yml_catalog>';
  const run = await upload('/v1/exchange/yml/rival?rival=true', feed);
  assert.equal(run.state, 'done');
  const { items } = (await office.call('GET', '/v1/exchange/offer?source=yml:rival')).body;
  assert.deepEqual(items.map((o) => [o.external, o.price_minor, o.qty, o.active]), [['x1', 10000, 2, true]]);
});

test('the feed for marketplaces is made, cached and revalidated', async () => {
  let answer;
  for (let k = 0; k < 100; k++) {
    answer = await fetch(`${server.url}/exchange/yml/all.xml`);
    if (answer.status === 200) break;
    assert.equal(answer.status, 503);
    assert.ok(answer.headers.get('retry-after'));
    await answer.text();
    await sleep(200);
  }
  assert.equal(answer.status, 200);
  const text = await answer.text();
  assert.match(text, /<yml_catalog date="/);
  assert.ok(text.match(/<offer /g).length > 100);
  const etag = answer.headers.get('etag');
  assert.ok(etag);
  assert.equal((await fetch(`${server.url}/exchange/yml/all.xml`, { headers: { 'If-None-Match': etag } })).status, 304);
  assert.equal((await fetch(`${server.url}/exchange/yml/..%2fchain.xml`)).status, 404);
});

test('without the right nothing of this is open', async () => {
  const seller = person(server);
  await seller.login('seller');
  assert.equal((await seller.call('GET', '/v1/exchange/run')).status, 403);
  assert.equal((await seller.call('GET', '/v1/exchange/csv/levels')).status, 403);
  assert.equal((await person(server).call('GET', '/v1/exchange/run')).status, 401);
});
