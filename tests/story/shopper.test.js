// What helps somebody to decide, and what he finds afterwards.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, chainOf, eventually, logIn, pickup, staff, start } from './people.js';

let server, shop, shops, herself, goods, phones, guest, owner, till;
const anna = '+79161234567';
const olga = '+79165550101';

before(async () => {
  server = await start();
  guest = new Client(server);
  owner = await staff(server, 'owner');
  till = await staff(server, 'seller');
  const chain = await chainOf(server);
  goods = chain.goods;
  shops = chain.places;
  shop = chain.places.find((p) => p.id === till.place_id) ?? chain.places[0];
  const tree = (await guest.get('/v1/catalog/category')).items;
  phones = tree.find((c) => c.name === 'Смартфоны');
});
after(() => server.stop());

const product = (tile) => guest.get(`/v1/catalog/product/${tile.product_id}`);

test('what sells best here stands first, and all of it can be bought', async () => {
  const best = await eventually(async () => {
    const found = await guest.get(`/v1/catalog/bestseller?place_id=${shop.id}&limit=6`);
    return found.scope !== 'popular' && found;
  });
  assert.equal(best.items.length, 6);
  assert.ok(best.items.every((t) => t.places > 0 && t.price_minor > 0));
  const sold = server.sql(`SELECT b.product_id FROM catalog_bestseller b WHERE b.region_id = ${shop.region_id} AND b.category_id = 0 ORDER BY b.rank`).trim().split('\n');
  assert.ok(sold.includes(best.items[0].product_id), 'the first is of this region');
  const top = server.sql(`SELECT qty FROM catalog_bestseller WHERE region_id = 0 AND category_id = 0 ORDER BY rank`).trim().split('\n').map(Number);
  assert.deepEqual(top, top.toSorted((a, b) => b - a));
});

test('a category has its own bestsellers', async () => {
  const best = await guest.get(`/v1/catalog/bestseller?category_id=${phones.id}&limit=3`);
  assert.ok(best.items.length && best.items.every((t) => t.category_id === phones.id));
});

test('what was looked at is shown again in that order', async () => {
  const found = (await guest.get('/v1/catalog/search?limit=3')).items.map((t) => t.product_id).reverse();
  const again = await guest.get(`/v1/catalog/tile?${found.map((id) => `product_id=${id}`).join('&')}`);
  assert.deepEqual(again.items.map((t) => t.product_id), found);
});

test('products side by side: what differs comes first, the best is named', async () => {
  const list = (await guest.get(`/v1/catalog/search?category_id=${phones.id}&limit=4`)).items;
  const two = await guest.get(`/v1/catalog/compare?${list.map((t) => `product_id=${t.product_id}`).join('&')}`);
  assert.equal(two.items.length, list.length);
  const first = two.rows.findIndex((r) => !r.differs);
  assert.ok(two.rows.slice(0, first < 0 ? undefined : first).every((r) => r.differs));
  if (first >= 0) assert.ok(two.rows.slice(first).every((r) => !r.differs));
  const ram = two.rows.find((r) => r.code === 'ram');
  const numbers = ram.values.map((v) => parseFloat(v));
  if (ram.differs) assert.deepEqual(ram.best, numbers.flatMap((n, k) => (n === Math.max(...numbers) ? [k] : [])));
});

test('a phone is not compared with a kettle', async () => {
  const phone = (await guest.get(`/v1/catalog/search?category_id=${phones.id}&limit=1`)).items[0];
  const other = (await guest.get('/v1/catalog/search?limit=100')).items.find((t) => t.category_id !== phones.id);
  const answer = await guest.ask('GET', `/v1/catalog/compare?product_id=${phone.product_id}&product_id=${other.product_id}`);
  assert.equal(answer.status, 422);
  assert.equal(answer.body.field, 'product_id');
});

test('a few questions lead to a short list with reasons that are true', async () => {
  const { items } = await guest.get(`/v1/catalog/category/${phones.id}/question`);
  assert.equal(items[0].code, 'price');
  assert.ok(items.length >= 3 && items.length <= 6);
  for (const q of items) assert.ok(q.answers.length && q.answers.every((a) => a.count > 0), q.code);
  const ram = items.find((q) => q.code === 'ram');
  assert.equal(ram.text, 'Сколько всего работает одновременно?', 'words of use come from the catalogue');
  const list = (await guest.get(`/v1/catalog/category/${phones.id}/choice?answer=ram:8..&answer=price:..9000000`)).items;
  assert.ok(list.length > 1 && list.length <= 5);
  const meets = list.map((x) => x.meets);
  assert.deepEqual(meets, meets.toSorted((a, b) => b - a), 'what meets all wishes comes first');
  for (const one of list) {
    const p = await product(one.tile);
    const number = p.specs.find((s) => s.code === 'ram')?.number ?? 0;
    const met = Number(number >= 8) + Number(one.tile.price_minor <= 9000000);
    assert.equal(one.meets, met, one.tile.name);
    assert.equal(one.misses.length, one.of - one.meets);
    for (const r of one.reasons.filter((x) => x.kind === 'more' || x.kind === 'cheaper')) {
      const other = list.find((x) => x.tile.name.startsWith(r.than));
      assert.ok(other, `${r.than} is on the list`);
      if (r.kind === 'cheaper') assert.ok(other.tile.price_minor > one.tile.price_minor);
      else {
        const theirs = (await product(other.tile)).specs.find((s) => s.name === r.name);
        assert.equal(p.specs.find((s) => s.name === r.name).number - theirs.number, r.by);
      }
    }
  }
});

test('the words of a question are written by the shop, for one category', async () => {
  const words = { category_id: phones.id, code: 'ram', sort: 1, asked: true, text: 'Играете на телефоне?', answers: [{ text: 'Нет', value: '..8' }, { text: 'Да', value: '8..' }] };
  assert.equal((await guest.ask('PUT', '/v1/catalog/guide', words)).status, 401);
  await owner.put('/v1/catalog/guide', words);
  const ram = (await guest.get(`/v1/catalog/category/${phones.id}/question?limit=11`)).items.find((q) => q.code === 'ram');
  assert.equal(ram.text, 'Играете на телефоне?');
  assert.deepEqual(ram.answers.map((a) => a.text), ['Нет', 'Да']);
  await owner.put('/v1/catalog/guide', { category_id: phones.id, code: 'ram', asked: false });
  assert.ok(!(await guest.get(`/v1/catalog/category/${phones.id}/question?limit=12`)).items.some((q) => q.code === 'ram'));
  await owner.del(`/v1/catalog/guide?category_id=${phones.id}&code=ram`);
  assert.equal((await owner.ask('PUT', '/v1/catalog/guide', { code: 'nonsense', asked: true })).body.field, 'code');
});

test('before ordering: when it would be ready, when a courier could come', async () => {
  const p = await guest.get(`/v1/order/promise?place_id=${shop.id}&region_id=${shop.region_id}`);
  assert.ok(new Date(p.places[0].ready_at) > Date.now());
  assert.ok(new Date(p.to_at) > new Date(p.from_at));
  assert.ok(p.fee_minor >= 0);
});

test('an order goes into the calendar, is put off once, and moves to another shop', async () => {
  let thing, free;
  for (thing of goods) {
    const levels = (await guest.get(`/v1/stock/variant/${thing.variant_id}`)).items;
    free = shops.filter((p) => levels.some((s) => s.place_id === p.id && s.free > 1)).map((p) => p.id);
    if (free.length > 1 && !thing.unit_tracked) break;
  }
  const placed = await guest.post('/v1/order', { ...pickup(free[0], anna, [{ variant_id: thing.variant_id, qty: 1 }]), kind: 'reserve' });
  const ics = await guest.ask('GET', `/v1/order/${placed.token}/calendar.ics`);
  assert.match(ics.headers['content-type'], /^text\/calendar/);
  assert.match(ics.text, /^BEGIN:VCALENDAR\r\n/);
  assert.match(ics.text, new RegExp(`SUMMARY:Забрать заказ ${placed.number}\r\n`));
  assert.ok(ics.text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75), 'no line is longer than 75 bytes');
  const start = /DTSTART:(\d{8}T\d{6}Z)/.exec(ics.text)[1];
  assert.equal(start.slice(0, 13), placed.promised_at.replace(/[-:]/g, '').slice(0, 13));

  const before = await guest.get(`/v1/order/${placed.token}`);
  assert.ok(before.extend_days >= 1);
  const put = await guest.post(`/v1/order/${placed.token}/extend`, { days: before.extend_days });
  assert.ok(new Date(put.deadline_at) > new Date(before.deadline_at));
  assert.equal(put.extend_days, undefined, 'once');
  const moved = await guest.post(`/v1/order/${placed.token}/place`, { place_id: free[1] });
  assert.equal(moved.place_id, free[1]);
  await guest.post(`/v1/order/${placed.token}/cancel`, {});
  assert.equal((await guest.ask('GET', `/v1/order/${placed.token}/calendar.ics`)).status, 409);
});

test('what was bought at a till is found by its serial number, with receipt and warranty', async () => {
  const phone = goods.find((g) => g.unit_tracked && g.name.includes('Смартфон'));
  const here = (await staff(server, 'seller')).place_id ?? shop.id;
  const stock = (await guest.get(`/v1/stock/variant/${phone.variant_id}`)).items.find((s) => s.free > 0);
  const sold = await owner.post('/v1/order', {
    kind: 'sale', place_id: stock?.place_id ?? here, phone: anna,
    lines: [{ variant_id: phone.variant_id, qty: 1, serial: '356938035643809' }],
    payments: [{ kind: 'card', amount_minor: phone.price_minor }],
  });
  herself = new Client(server);
  await logIn(server, herself, anna);
  const found = await herself.get('/v1/order/bought?q=3569380356');
  assert.deepEqual(found.items.map((b) => [b.variant_id, b.serials]), [[phone.variant_id, ['356938035643809']]]);
  const days = (new Date(found.items[0].warranty_until_at) - new Date(found.items[0].sold_at)) / 86400000;
  assert.equal(days, phone.warranty_days);
  assert.equal((await herself.get(`/v1/order/bought?q=${encodeURIComponent('смартфон')}`)).items[0].order_id, sold.id);
  assert.equal((await herself.get('/v1/order/bought?q=zzzz')).items.length, 0);

  const receipt = await herself.get(`/v1/order/${sold.id}/receipt`);
  assert.equal(receipt.total_minor, phone.price_minor);
  const [rate] = receipt.vat;
  assert.equal(rate.vat_minor, Math.round((phone.price_minor * rate.vat_bp) / (10000 + rate.vat_bp)));
  assert.deepEqual(receipt.lines[0].serials, ['356938035643809']);
  assert.equal(receipt.payments[0].kind, 'card');
  const stranger = new Client(server);
  await logIn(server, stranger, '+79031112233');
  assert.equal((await stranger.ask('GET', `/v1/order/${sold.id}/receipt`)).status, 404);
  assert.equal((await guest.ask('GET', '/v1/order/bought')).status, 401);
});

test('nobody is written to who has not agreed, and what was given can be taken back', async () => {
  const me = await herself.get('/v1/customer/me');
  const all = await herself.get('/v1/customer/me/consent');
  assert.ok(all.items.length >= 6 && all.items.every((k) => k.given === (k.purpose === 'analytics') && !k.at), 'silence is no');
  const { version } = all.documents.find((d) => d.purpose === 'offers');
  const offers = (given, text_version = version) => ({ text_version, items: [{ purpose: 'offers', channel: 'sms', given }] });
  const stale = await herself.ask('PUT', '/v1/customer/me/consent', offers(true, '1999-01'));
  assert.deepEqual([stale.status, stale.body.field], [412, 'text_version']);
  const said = await herself.put('/v1/customer/me/consent', offers(true));
  const sms = said.items.find((k) => k.purpose === 'offers' && k.channel === 'sms');
  assert.deepEqual([sms.given, sms.text_version, sms.source], [true, version, 'site']);
  assert.ok(said.items.filter((k) => k !== sms && k.channel !== 'site').every((k) => !k.given), 'one channel is one channel');
  assert.equal((await owner.get(`/v1/customer/${me.id}/consent`)).items.filter((k) => k.given && k.channel !== 'site').length, 1);
  await herself.put('/v1/customer/me/consent', offers(false));
  const allowed = async () => (await herself.get('/v1/customer/me/consent')).items.filter((k) => k.given && k.channel !== 'site');
  assert.deepEqual(await allowed(), []);
  assert.equal(server.sql(`SELECT count(*) FROM customer_consent WHERE customer_id = ${me.id}`).trim(), '2', 'both stand in the log');
  const now = server.sql(`SELECT max(at) FROM customer_consent WHERE customer_id = ${me.id}`).trim();
  server.sql(`INSERT INTO customer_consent (customer_id, purpose, channel, at, given, text_version, source, who_kind, who_id) SELECT customer_id, purpose, channel, at, 1, text_version, source, who_kind, who_id FROM customer_consent WHERE customer_id = ${me.id} AND at = ${now}`);
  assert.deepEqual(await allowed(), [], 'of two at once the stricter holds');
  assert.match(server.check(), /customer.check_consent_rows/, 'and what was slipped in is found');
  server.sql(`DELETE FROM customer_consent WHERE customer_id = ${me.id} AND at = ${now} AND given = 1`);
});

test('a lost phone is logged out from the laptop; the last way in stays', async () => {
  const lost = new Client(server);
  const laptop = new Client(server);
  await logIn(server, lost, olga);
  await logIn(server, laptop, olga);
  await laptop.del('/v1/customer/me/visit');
  assert.equal((await lost.ask('GET', '/v1/customer/me')).status, 401);
  assert.equal((await laptop.get('/v1/customer/me/visit')).items.length, 1);
  const last = await laptop.ask('DELETE', `/v1/customer/me/key?key=${encodeURIComponent(olga)}`);
  assert.deepEqual([last.status, last.body.field], [409, 'key']);
});

test('and the books are in order', () => assert.equal(server.check(), 'in order'));
