// A gateway for text messages that believes nothing, and a shopper who gets his code by it.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { smallChain, start } from '../support/server.js';
import { Client, eventually, staff } from '../story/people.js';

const secret = 'key of the gateway';
const phone = '+79161230055';
let server, owner, gateway;
const asked = []; // { headers, text, body }
let answers = []; // statuses to give; then 202

before(async () => {
  gateway = createServer((request, reply) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      asked.push({ came: Date.now(), method: request.method, url: request.url, headers: request.headers, text, body: JSON.parse(text) });
      reply.writeHead(answers.shift() ?? 202, { location: '/elsewhere' }).end();
    });
  });
  await new Promise((done) => gateway.listen(0, '127.0.0.1', done));
  server = await start({ chain: smallChain, dev: false });
  owner = await staff(server, 'owner');
  await owner.put('/v1/setting/message.http_secret', { value: secret });
  await owner.put('/v1/setting/message.http_url', { value: `http://127.0.0.1:${gateway.address().port}/send` });
  await owner.put('/v1/setting/message.sms_sender', { value: 'http' });
});
after(async () => {
  gateway.close();
  await server.stop();
});

function believe({ came, method, url, headers, text, body }) {
  assert.equal(method, 'POST');
  assert.equal(url, '/send');
  assert.equal(headers['content-type'], 'application/json');
  const at = headers['x-prilavok-timestamp'];
  assert.ok(Math.abs(came / 1000 - Number(at)) < 5, 'sent now');
  const signature = createHmac('sha256', secret).update(`${at}.${text}`).digest('hex');
  assert.equal(headers['x-prilavok-signature'], `sha256=${signature}`);
  assert.equal(headers['idempotency-key'], body.id);
  assert.deepEqual(Object.keys(body), ['id', 'channel', 'to', 'subject', 'text', 'lang', 'template']);
}

test('a code reaches the telephone by the gateway, and lets its owner in', async () => {
  const shopper = new Client(server);
  await shopper.post('/v1/customer/code', { to: phone });
  await eventually(() => asked.length === 1);
  believe(asked[0]);
  assert.equal(asked[0].body.to, phone);
  assert.equal(asked[0].body.template, 'login_code');
  await shopper.post('/v1/customer/login', { to: phone, code: /\d{4,}/.exec(asked[0].body.text)[0] });
});

test('a gateway that stumbles is asked again under the same key, no more than needed', async () => {
  asked.length = 0;
  answers = [503, 500];
  await new Client(server).post('/v1/customer/code', { to: '+79161230056' });
  await eventually(() => asked.length === 3, 15000);
  asked.forEach(believe);
  assert.equal(new Set(asked.map((a) => a.headers['idempotency-key'])).size, 1);
});

test('a secret of the gateway is written, but never given back', async () => {
  const { items } = await owner.get('/v1/setting');
  const shown = items.find((s) => s.name === 'message.http_secret');
  assert.equal(shown.value, undefined);
  assert.equal(shown.secret, true);
  const audit = await owner.get('/v1/staff/audit?what=setting.change');
  assert.ok(!JSON.stringify(audit).includes(secret));
});

test('outside development nobody sees texts or codes', async () => {
  assert.equal((await owner.ask('GET', '/v1/message/outbox')).status, 404);
  assert.ok(!/\d{4,}.*(никому|Do not tell)/i.test(server.log()));
});
