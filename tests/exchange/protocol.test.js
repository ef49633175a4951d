// 1C's conversation with a running server, as an unmodified 1C has it.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { start, person } from '../support/server.js';
import { OneC, zip, catalogue, offers, rests, sleep } from './onec.js';

let server, office;
before(async () => {
  server = await start();
  office = person(server);
  await office.login('owner');
});
after(() => server.stop());

const runs = async (query = '') => (await office.call('GET', `/v1/exchange/run?limit=200${query}`)).body.items;
const run = async (id) => (await office.call('GET', `/v1/exchange/run/${id}`)).body;
const counts = (x) => Object.fromEntries(x.counts.map((k) => [k.what, k.taken]));

test('a wrong password is a failure with a reason, and nothing is opened', async () => {
  const c = new OneC(server, { password: 'wrong' });
  const answer = await c.checkauth();
  assert.equal(answer.status, 200);
  assert.equal(answer.lines[0], 'failure');
  assert.match(answer.lines[1], /неверное имя или пароль/);
  assert.equal((await c.ask('init')).lines[0], 'failure');
  assert.equal((await c.ask('file', { filename: 'import.xml', body: Buffer.from('x') })).status, 401);
});

test('an account without the right of exchange stays outside', async () => {
  const answer = await new OneC(server, { login: 'seller' }).checkauth();
  assert.equal(answer.lines[0], 'failure');
});

test('checkauth gives a cookie, init the limits, in all spellings', async () => {
  const c = new OneC(server);
  const answer = await c.checkauth();
  assert.deepEqual(answer.lines.slice(0, 2), ['success', 'prilavok_1c']);
  assert.match(answer.lines[2], /^[0-9a-f]{32}$/);
  assert.match(answer.text, /^sessid=/m);
  const init = await c.init();
  assert.equal(init.lines[0], 'zip=yes');
  assert.match(init.lines[1], /^file_limit=\d+$/);
  assert.match((await c.ask('init', { query: '&version=3.1' })).text, /version=3\.1/);
  assert.equal((await c.ask('dance')).lines[0], 'failure');
  const alias = new OneC(server, { path: '/bitrix/admin/1c_exchange.php' });
  assert.equal((await alias.checkauth()).lines[0], 'success');
});

test('a catalogue comes in parts, is read, and is for sale', async () => {
  const c = new OneC(server);
  await c.checkauth();
  await c.init();
  const bytes = Buffer.from(catalogue(120));
  assert.deepEqual((await c.send('import.xml', bytes, 7001)).lines, ['success']);
  assert.equal((await c.load('import.xml')).lines[0], 'success');
  await c.send('offers.xml', Buffer.from(offers(120)));
  assert.equal((await c.load('offers.xml')).lines[0], 'success');
  assert.ok(c.slowest < 10_000, `every answer comes at once, the slowest took ${c.slowest} ms`);
  const last = await run((await runs('&kind=commerceml'))[0].id);
  assert.deepEqual({ ...counts(last) }, { offers: 120, price_types: 1, prices: 120, rests: 120, stores: 1 });
  assert.equal(last.rejects, 0);
  const found = await office.call('GET', '/v1/catalog/code/ONEC-7');
  assert.equal(found.status, 200);
  assert.match(found.text, /Товар из 1С № 7/);
});

test('a reply that got lost is asked again and answered again', async () => {
  const c = new OneC(server);
  await c.checkauth();
  await c.init();
  await c.send('import.xml', Buffer.from(catalogue(3)));
  assert.equal((await c.load('import.xml')).lines[0], 'success');
  assert.equal((await c.load('import.xml')).lines[0], 'success');
});

test('an archive with folders and a picture', async () => {
  const c = new OneC(server);
  const picture = Buffer.from('89504e470d0a1a0a', 'hex');
  const xml = catalogue(1, { from: 900 }).replace('<Группы><Ид>', '<Картинка>import_files/ab/p.png</Картинка><Группы><Ид>');
  const all = zip({ 'import.xml': xml, 'import_files/ab/p.png': picture, 'offers.xml': offers(1, { from: 900 }) });
  await c.checkauth();
  await c.init();
  await c.send('v8_1.zip', all, 300);
  assert.equal((await c.load('import.xml')).lines[0], 'success');
  assert.equal((await c.load('offers.xml')).lines[0], 'success');
  const { items } = (await office.call('GET', '/v1/exchange/key?source=1c&kind=product&limit=200')).body;
  const good = items.find((k) => k.external === 'good-900');
  const [url] = (await office.call('GET', `/v1/catalog/product/${good.our_id}`)).body.images;
  assert.match(url, /^\/exchange\/media\/[0-9a-f]+\.png$/);
  const seen = await fetch(server.url + url);
  assert.equal(seen.headers.get('content-type'), 'image/png');
  assert.deepEqual(Buffer.from(await seen.arrayBuffer()), picture);
  assert.equal((await fetch(`${server.url}/exchange/media/..%2f..%2fchain.db`)).status, 404);
});

test('names that lead elsewhere are refused, in the call and in the archive', async () => {
  const c = new OneC(server);
  await c.checkauth();
  await c.init();
  for (const filename of ['../../evil.xml', '/etc/evil', 'a/../../evil', '..\\evil', '.htaccess']) {
    assert.equal((await c.ask('file', { filename, body: Buffer.from('x') })).lines[0], 'failure', filename);
    assert.equal((await c.ask('import', { filename })).lines[0], 'failure', filename);
  }
  assert.equal((await c.ask('import', { filename: 'nothing.xml' })).lines[0], 'failure');
  const raw = zip({ 'import.xml': catalogue(1), 'xx/evil.xml': 'x' });
  const bad = Buffer.from(raw.toString('latin1').replaceAll('xx/evil.xml', '../evil.xml'), 'latin1');
  await c.send('bad.zip', bad);
  assert.equal((await c.load('import.xml')).lines[0], 'success');
  assert.equal((await runs('&kind=zip')).find((x) => x.file === 'bad.zip').rejects, 1);
});

test('a broken file fails with its line and reason, and the run says so', async () => {
  const c = new OneC(server);
  const [answer] = await c.exchange({ 'import.xml': catalogue(5, { from: 500 }).slice(0, -160) });
  assert.equal(answer.lines[0], 'failure');
  assert.match(answer.lines[1], /line \d+/);
  const failed = (await runs('&state=failed'))[0];
  assert.match(failed.reason, /line \d+/);
  const [bomb] = await c.exchange({ 'import.xml': '<!DOCTYPE k [<!ENTITY a "x">]><k>&a;</k>' });
  assert.match(bomb.lines[1], /declarations of a document type are refused/);
  const [zipped] = await c.exchange({ 'v8.zip': 'no archive' });
  assert.equal(zipped.lines[0], 'failure');
});

test('what was not taken is told by line, id and reason, page by page', async () => {
  const c = new OneC(server);
  const [answer] = await c.exchange({ 'offers.xml': offers(5, { qty: (k) => (k % 2 ? '1.5' : '-2') }) });
  assert.equal(answer.lines[0], 'success');
  assert.match(answer.lines[1], /Не принято элементов: 5/);
  const [last] = await runs('&kind=commerceml');
  const first = (await office.call('GET', `/v1/exchange/run/${last.id}/reject?limit=2`)).body;
  assert.equal(first.items.length, 2);
  const rest = (await office.call('GET', `/v1/exchange/run/${last.id}/reject?limit=100&after=${first.next}`)).body;
  assert.equal(rest.items.length, 3);
  assert.ok([...first.items, ...rest.items].some((x) => x.external === 'good-1' && /not a whole number of pieces/.test(x.reason)));
});

test('too much is refused before it fills the disk', async () => {
  const c = new OneC(server);
  const limit = async (value) => assert.equal((await office.call('PUT', '/v1/setting/exchange.file_bytes', { value })).status, 200);
  await limit('1048576');
  await c.checkauth();
  await c.init();
  const part = Buffer.alloc(700000, ' ');
  assert.equal((await c.ask('file', { filename: 'big.xml', body: part })).lines[0], 'success');
  const second = await c.ask('file', { filename: 'big.xml', body: part });
  await limit('4294967296');
  assert.equal(second.lines[0], 'failure');
  assert.match(second.lines[1], /больше 1048576 байт/);
});

test('a full exchange in parts retires what it did not name when 1C says so', async () => {
  const c = new OneC(server, { path: '/exchange/1c/branch' });
  await c.exchange({ 'import0_1.xml': catalogue(4, { full: true }), 'offers0_1.xml': offers(4, { full: true }) });
  const again = new OneC(server, { path: '/exchange/1c/branch' });
  await again.exchange({ 'import0_1.xml': catalogue(2, { full: true }), 'offers0_1.xml': offers(2, { full: true }) });
  const keys = async () => (await office.call('GET', '/v1/exchange/key?source=1c-branch&kind=variant')).body.items;
  assert.equal((await keys()).filter((k) => k.active).length, 4);
  let answer;
  do answer = await again.ask('deactivate'); while (answer.lines[0] === 'progress');
  assert.equal(answer.lines[0], 'success');
  assert.deepEqual((await keys()).filter((k) => k.active).map((k) => k.external), ['good-0', 'good-1']);
  assert.equal((await again.ask('complete')).lines[0], 'success');
});

test('what no part of a full exchange named has no stock when 1C says that all are here', async () => {
  const path = '/exchange/1c/parts';
  await new OneC(server, { path }).exchange({ 'import0_1.xml': catalogue(4, { full: true, from: 300 }), 'offers0_1.xml': offers(4, { full: true, from: 300, stores: ['parts'] }) });
  const c = new OneC(server, { path });
  await c.exchange({
    'import0_1.xml': catalogue(4, { full: true, from: 300 }),
    'rests0_1.xml': offers(1, { full: true, from: 300, stores: ['parts'], qty: () => 7 }),
    'rests0_2.xml': offers(1, { full: true, from: 301, stores: ['parts'], qty: () => 8 }),
  });
  const keys = (await office.call('GET', '/v1/exchange/key?source=1c-parts&kind=variant&limit=200')).body.items;
  const pieces = async () => {
    const all = [];
    for (const id of ['good-300', 'good-301', 'good-302', 'good-303']) {
      const { our_id } = keys.find((k) => k.external === id);
      const { items } = (await office.call('GET', `/v1/stock/level?variant_id=${our_id}`)).body;
      all.push(items.reduce((sum, x) => sum + x.on_hand, 0));
    }
    return all;
  };
  assert.deepEqual(await pieces(), [7, 8, 3, 4], 'more parts may come');
  let answer;
  do answer = await c.ask('deactivate'); while (answer.lines[0] === 'progress');
  assert.equal(answer.lines[0], 'success');
  assert.deepEqual(await pieces(), [7, 8, 0, 0]);
});

/* The shop window follows a feed within a second or two, also when the process that had
 * heard the feed was killed. */
async function settled() {
  for (let k = 0; k < 60; k++) {
    try {
      return server.run('check');
    } catch {
      await sleep(250);
    }
  }
  return server.run('check');
}

test('an import that is killed goes on where it was when the server is back', async () => {
  const c = new OneC(server);
  const n = 6000;
  await c.checkauth();
  await c.init();
  await c.send('import_big.xml', Buffer.from(catalogue(n, { from: 10000 })));
  const asked = c.ask('import', { filename: 'import_big.xml' }).catch(() => null);
  let seen;
  for (let k = 0; k < 400; k++) {
    const mine = (await runs('&kind=commerceml')).find((x) => x.file === 'import_big.xml');
    seen = mine && (await run(mine.id));
    if (seen && ((counts(seen).goods ?? 0) > 100 || seen.state === 'done')) break;
    await sleep(2);
  }
  assert.equal(seen.state, 'running', 'the import is still going on when it is killed');
  const done = counts(seen).goods;
  await server.kill();
  await asked;
  await server.again();
  office = person(server);
  await office.login('owner');
  assert.equal((await c.load('import_big.xml')).lines[0], 'success');
  const end = await run(seen.id);
  assert.equal(end.state, 'done');
  assert.equal(counts(end).goods, n);
  assert.ok(done > 0 && done < n);
  const last = (await office.call('GET', `/v1/exchange/key?source=1c&kind=product&limit=1&after=good-${10000 + n - 2}`)).body.items[0];
  assert.equal(last.external, `good-${10000 + n - 1}`);
  assert.equal((await office.call('GET', `/v1/catalog/product/${last.our_id}`)).status, 200);
  await settled();
});

test('rests for many shops go in, and a second time changes nothing', async () => {
  const c = new OneC(server);
  const stores = Array.from({ length: 20 }, (_, k) => `w-${k}`);
  const [first, again] = await c.exchange({ 'rests_1.xml': rests(120, stores), 'rests_2.xml': rests(120, stores) });
  assert.equal(first.lines[0], 'success');
  assert.equal(again.lines[0], 'success');
  const last = await run((await runs('&kind=commerceml'))[0].id);
  assert.equal(counts(last).rests, 2400);
});

const shared = process.env.PRILAVOK_SHARED ?? new URL('../../../shared', import.meta.url).pathname;
test('a real shop’s exchange goes in by the wire', async (t) => {
  const at = (name) => readFileSync(`${shared}/data/commerceml-open/bitrix-module-6/${name}`);
  try {
    at('import.xml');
  } catch {
    return t.skip('no shared data');
  }
  const c = new OneC(server, { path: '/exchange/1c/real' });
  const files = ['import.xml', 'properties/1/import.xml', 'properties/1/offers.xml', 'goods/1/import.xml', 'goods/1/offers.xml', 'goods/1/prices.xml', 'goods/1/rests.xml'];
  const answers = await c.exchange(Object.fromEntries(files.map((name) => [name, at(name)])));
  assert.deepEqual(answers.map((a) => a.lines[0]), files.map(() => 'success'));
  const mine = await Promise.all((await runs('&source=1c-real')).map((x) => run(x.id)));
  const sum = {};
  for (const x of mine) for (const k of x.counts) sum[k.what] = (sum[k.what] ?? 0) + k.seen;
  assert.equal(sum.goods, 21);
  assert.equal(sum.prices, 86);
  assert.equal(sum.rests, 1032);
  assert.equal(sum.price_types, 8);
  assert.equal(sum.stores, 12);
});
