// What people allow: the words they read, the proof that they did, and how they end it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { chainOf, Client, eventually, logIn, staff, start } from './people.js';

let server, owner, me, customer_id, gateway, shop, variant_id;
const phone = '+79035556677';
const email = 'verina@yandex.ru';
const letters = []; // what the mail gateway was given
let answers = []; // statuses it gives; then 202
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const one = (all, purpose, channel) => all.items.find((k) => k.purpose === purpose && k.channel === channel);
const words = (all, purpose) => all.documents.find((d) => d.purpose === purpose);
const say = (purpose, channel, given, text_version) => ({ items: [{ purpose, channel, given, text_version }] });
const lastLetter = (template) => eventually(() => letters.findLast((l) => l.template === template));

before(async () => {
  gateway = createServer((request, reply) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      const status = answers.shift() ?? 202;
      if (status < 300) letters.push(JSON.parse(text));
      reply.writeHead(status).end();
    });
  });
  await new Promise((done) => gateway.listen(0, '127.0.0.1', done));
  server = await start();
  owner = await staff(server, 'owner');
  for (const [name, value] of Object.entries({ 'message.http_url': `http://127.0.0.1:${gateway.address().port}/`, 'message.http_secret': 'x', 'message.email_sender': 'http', 'catalog.site_url': server.url })) await owner.put(`/v1/setting/${name}`, { value });
  const { places, goods } = await chainOf(server);
  [shop] = places;
  variant_id = goods[0].variant_id ?? goods[0].id;
  await owner.post('/v1/stock/receive', { place_id: shop.id, lines: [{ variant_id, qty: 3 }] });
  me = new Client(server);
  await me.post('/v1/order', { kind: 'reserve', place_id: shop.id, name: 'Верина Вера', phone, email, lines: [{ variant_id, qty: 1 }] });
  await logIn(server, me, phone);
  customer_id = (await me.get('/v1/customer/me')).id;
});
after(async () => {
  await server.stop();
  gateway.close();
});

test('the words are a document of its own, whose hash anybody can take', async () => {
  const all = await me.get('/v1/customer/me/consent');
  assert.deepEqual(all.documents.map((d) => d.purpose), ['offers', 'personal', 'survey', 'analytics']);
  for (const { purpose, version, hash, title, text } of all.documents) {
    const whole = await new Client(server).ask('GET', `/v1/customer/document/${purpose}/${version}/text/ru`);
    assert.match(whole.headers['content-type'], /^text\/plain/);
    assert.equal(sha256(whole.text), hash);
    assert.equal(whole.text, `${title}\n\n${text}`);
  }
  const english = await me.ask('GET', '/v1/customer/me/consent', undefined, { 'accept-language': 'en' });
  assert.match(words(english.body, 'offers').title, /advertising/);
});

test('a proved telephone agrees at once; an e-mail that nobody proved waits for its letter', async () => {
  const { version } = words(await me.get('/v1/customer/me/consent'), 'offers');
  const sms = await me.put('/v1/customer/me/consent', say('offers', 'sms', true, version));
  assert.equal(one(sms, 'offers', 'sms').given, true);
  const said = await me.put('/v1/customer/me/consent', { text_version: version, items: ['offers', 'personal'].map((purpose) => ({ purpose, channel: 'email', given: true })) });
  assert.equal(one(said, 'offers', 'email').given, false);
  assert.ok(new Date(one(said, 'offers', 'email').waits_until) > new Date());
  const letter = await lastLetter('consent_confirm');
  assert.equal(letters.filter((l) => l.template === 'consent_confirm').length, 1, 'two purposes, one letter');
  assert.equal(letter.to, email);
  assert.equal(letter.unsubscribe, undefined, 'this is no advertising');
  const [, token] = /\/preferences#confirm=(\S+)/.exec(letter.text);
  const stranger = new Client(server);
  assert.equal((await stranger.ask('POST', '/v1/customer/preference/confirm', { token: `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}x` })).status, 404);
  const proved = await stranger.post('/v1/customer/preference/confirm', { token });
  assert.equal(proved.who, 'v•••@yandex.ru');
  for (const purpose of ['offers', 'personal']) assert.equal(one(await me.get('/v1/customer/me/consent'), purpose, 'email').given, true);
});

test('the proof says when, where, by whose hand and which words; staff see it, and are written down', async () => {
  const { version, hash } = words(await me.get('/v1/customer/me/consent'), 'survey');
  const operator = await staff(server, 'operator');
  await operator.put(`/v1/customer/${customer_id}/consent`, { source: 'phone', ...say('survey', 'call', true, version) });
  const { items, fits } = await operator.get(`/v1/customer/${customer_id}/consent/proof`);
  assert.equal(fits, true);
  assert.deepEqual(items.map((p) => [p.n, p.fits]), [1, 2, 3, 4].map((n) => [n, true]));
  const [byHerself, byLetter, , byPhone] = items;
  assert.deepEqual([byHerself.source, byHerself.who_id, byHerself.who_kind], ['site', customer_id, 'customer']);
  assert.notEqual(byHerself.device_id, '0', 'the visit');
  assert.ok(new Date(byLetter.at) >= new Date(byLetter.asked_at));
  assert.deepEqual([byPhone.source, byPhone.who_kind, byPhone.text_hash, byPhone.text_version], ['phone', 'staff', hash, version]);
  const { account } = await operator.get('/v1/staff/me').catch(() => ({}));
  if (account) assert.equal(byPhone.who_id, account.id);
  assert.equal(byPhone.proof, sha256(['before ' + byPhone.before, `person ${customer_id}`, 'number 4', 'survey call yes', `at ${+new Date(byPhone.at)}`, `asked ${+new Date(byPhone.at)}`, `text ${version} ru ${hash}`, 'source phone', `by staff ${byPhone.who_id} on ${byPhone.device_id}`, ''].join('\n')), 'as the manual says');
  assert.notEqual(byPhone.device_id, '0', 'the session of the operator');
  const seller = await staff(server, 'seller');
  const { place_id } = await seller.get('/v1/staff/me');
  await seller.put(`/v1/customer/${customer_id}/consent`, { source: 'shop', ...say('survey', 'call', false) });
  const said = (await operator.get(`/v1/customer/${customer_id}/consent/proof`)).items.at(-1);
  assert.deepEqual([said.source, said.place_id, said.given, said.fits], ['shop', place_id, false, true]);
  assert.equal(said.proof, sha256(['before ' + byPhone.proof, `person ${customer_id}`, 'number 5', 'survey call no', `at ${+new Date(said.at)}`, `asked ${+new Date(said.at)}`, `text ${version} ru ${hash}`, 'source shop', `by staff ${said.who_id} on ${said.device_id} at ${place_id}`, ''].join('\n')), 'the shop is proved with the rest');
  await eventually(async () => (await owner.get(`/v1/staff/audit?subject_id=${customer_id}`)).items.some((a) => a.what === 'customer.consent_proof'));
  assert.equal((await me.get('/v1/customer/me/consent/proof')).items.length, 5);
});

test('an offer goes to who agreed, with a link that needs no login', async () => {
  const offer = { purpose: 'offers', channel: 'email', subject: 'Скидки', text: 'Сегодня всё дешевле' };
  const refused = await owner.ask('POST', `/v1/customer/${customer_id}/offer`, { ...offer, purpose: 'survey' });
  assert.deepEqual([refused.status, refused.body.field], [409, 'purpose']);
  await owner.post(`/v1/customer/${customer_id}/offer`, offer);
  const letter = await lastLetter('offer');
  assert.equal(letter.purpose, 'offers');
  assert.ok(letter.unsubscribe.startsWith(`${server.url}/v1/customer/preference/one-click?token=`));
  const [, token] = /\/preferences#(\S+)/.exec(letter.text);
  const anybody = new Client(server);
  const seen = await anybody.post('/v1/customer/preference', { token });
  assert.equal(seen.who, 'v•••@yandex.ru');
  assert.equal(one(seen, 'offers', 'email').given, true);
  const less = await anybody.put('/v1/customer/preference', { token, ...say('offers', 'email', false) });
  assert.equal(one(less, 'offers', 'email').given, false);
  const back = await anybody.put('/v1/customer/preference', { token, ...say('offers', 'email', true, words(seen, 'offers').version) });
  assert.deepEqual([one(back, 'offers', 'email').given, one(back, 'offers', 'email').source], [true, 'link']);
  assert.equal((await anybody.ask('POST', '/v1/customer/preference', { token: letter.unsubscribe.split('token=')[1] })).status, 404, 'each link is for one thing');
});

test('an offer that waits to be sent is dropped as soon as it is not wanted; news of her order goes', async () => {
  const before = letters.length;
  answers = [503, 503];
  await owner.post(`/v1/customer/${customer_id}/offer`, { purpose: 'offers', channel: 'email', subject: 'Ещё', text: 'И ещё дешевле' });
  await eventually(() => answers.length < 2);
  const all = await me.get('/v1/customer/me/consent');
  await me.put('/v1/customer/me/consent', say('offers', 'email', false));
  const dropped = await eventually(async () => (await owner.get('/v1/message?state=dropped')).items[0], 20000);
  assert.deepEqual([dropped.error, dropped.purpose, dropped.customer_id], ['withdrawn', 'offers', customer_id]);
  answers = [];
  assert.equal(letters.length, before, 'nothing went out');
  await me.put('/v1/customer/me/consent', say('offers', 'email', true, words(all, 'offers').version));
});

test('one press in the mail program ends the list; whoever only opens the address changes nothing', async () => {
  await owner.post(`/v1/customer/${customer_id}/offer`, { purpose: 'offers', channel: 'email', subject: 'Опять', text: 'Опять дешевле' });
  const letter = await eventually(() => letters.findLast((l) => l.subject === 'Опять'));
  const opened = await fetch(letter.unsubscribe, { redirect: 'manual' });
  assert.equal(opened.status, 303);
  assert.match(opened.headers.get('location'), /\/preferences#/);
  assert.equal(one(await me.get('/v1/customer/me/consent'), 'offers', 'email').given, true);
  const press = () => fetch(letter.unsubscribe, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'List-Unsubscribe=One-Click' });
  assert.equal((await press()).status, 204);
  assert.equal((await press()).status, 204, 'twice is once');
  const now = await me.get('/v1/customer/me/consent');
  assert.deepEqual(['offers', 'personal'].map((p) => one(now, p, 'email').given), [false, false]);
  assert.deepEqual([one(now, 'offers', 'email').source, one(now, 'offers', 'sms').given], ['one_click', true]);
});

test('the office writes a new version; from its time on the old words are not enough', async () => {
  const draft = { purpose: 'offers', version: '2027-01', text_ru: 'Согласие на скидки\n\nПишите мне о скидках, пока не откажусь.', text_en: 'Consent to discounts\n\nWrite to me about discounts until I refuse.' };
  const seller = await staff(server, 'seller');
  assert.equal((await seller.ask('POST', '/v1/customer/document', draft)).status, 403);
  const made = await owner.ask('POST', '/v1/customer/document', draft);
  assert.equal(made.status, 201);
  assert.equal((await owner.ask('GET', '/v1/customer/document/offers/2027-01/text/ru')).status, 404, 'a draft is nobody\'s');
  const texts = { text_ru: `${draft.text_ru}\nИ только днём.`, text_en: `${draft.text_en}\nBy day only.` };
  assert.equal((await owner.ask('PUT', '/v1/customer/document/offers/2027-01', texts, { 'if-match': made.headers.etag })).status, 200);
  assert.equal((await owner.ask('PUT', '/v1/customer/document/offers/2027-01', texts, { 'if-match': made.headers.etag })).status, 412);
  const out = await owner.post('/v1/customer/document/offers/2027-01/publish', {});
  assert.deepEqual([out.now, out.hash_ru, out.hash_en], [true, sha256(texts.text_ru), sha256(texts.text_en)]);
  assert.equal((await owner.ask('PUT', '/v1/customer/document/offers/2027-01', texts)).body.code, 'wrong_state');
  const old = await me.ask('PUT', '/v1/customer/me/consent', say('offers', 'email', true, '1'));
  assert.deepEqual([old.status, old.body.field], [412, 'text_version']);
  assert.equal(one(await me.put('/v1/customer/me/consent', say('offers', 'email', true, '2027-01')), 'offers', 'email').text_version, '2027-01');
  const { items } = await owner.get('/v1/customer/document/offers/2027-01/agreed');
  assert.deepEqual(items.map((a) => [a.customer_id, a.channel, a.holds, a.name]), [[customer_id, 'email', true, 'Верина Вера']]);
  const first = (await owner.get('/v1/customer/document')).items.find((d) => d.purpose === 'offers' && d.version === '1');
  assert.ok(!first.now && first.agreed >= 2, 'the old ones stand with who agreed to them');
});

test('she gets her proofs and the words themselves with her file', async () => {
  const asked = await me.post('/v1/customer/me/privacy', { kind: 'access' });
  const { body } = await me.ask('GET', `/v1/customer/me/privacy/${asked.id}/file?format=json`);
  assert.ok(body.consents.every((k) => /^[0-9a-f]{64}$/.test(k.proof)));
  const text = body.consent_texts.find((k) => k.purpose === 'offers' && k.text_version === '2027-01');
  assert.equal(sha256(text.text), text.text_hash);
});

test('a segment is taken along for advertising without those who did not agree', async () => {
  const all = await owner.post('/v1/insight/segment', { name: 'Все', rule: { kind: 'trait', trait: 'orders', from: 0 } });
  const members = (more) => owner.get(`/v1/insight/segment/${all.id}/member?limit=200${more}`);
  await eventually(async () => (await owner.get(`/v1/insight/segment/${all.id}`)).state === 'live' && (await members('')).items.some((m) => m.customer_id === customer_id), 20000);
  assert.ok((await members('')).items.length > 1);
  assert.deepEqual((await members('&consent=offers.email')).items.map((m) => m.customer_id), [customer_id]);
  await me.put('/v1/customer/me/consent', say('offers', 'email', false));
  assert.deepEqual((await members('&consent=offers.email')).items, []);
  const file = await owner.ask('GET', `/v1/export?format=csv&headings=api&list=${encodeURIComponent(`/v1/insight/segment/${all.id}/member?consent=offers.sms`)}`);
  assert.deepEqual(file.text.split('\n').filter((line) => /^"?\d/.test(line)).map((line) => /\d+/.exec(line)[0]), [customer_id], 'nobody but her');
  assert.equal((await owner.ask('GET', `/v1/insight/segment/${all.id}/member?consent=offers`)).body.field, 'consent');
});

test('whoever turns a no into a yes behind our back is found by the check, and named', () => {
  assert.equal(server.check(), 'in order');
  const no = `customer_id = ${customer_id} AND source = 4 AND purpose = 1`;
  server.sql(`UPDATE customer_consent SET given = 1 WHERE ${no}`);
  assert.match(server.check(), new RegExp(`violated: customer.check_consent_proof: person ${customer_id}, number \\d+, personal email`));
  server.sql(`UPDATE customer_consent SET given = 0 WHERE ${no}`);
  assert.equal(server.check(), 'in order');
});
