// Other systems are told facts: a strict receiver checks every header and signature.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { chainOf, Client, eventually, pickup, staff, start } from './people.js';

let server, owner, shops, goods, receiver;

/* Takes what is signed as Standard Webhooks say, and remembers what was wrong. */
function listen() {
  const it = { secret: '', heard: [], faults: [], refuse: 0, seen: new Set() };
  const http = createServer((q, r) => {
    let body = '';
    q.setEncoding('utf8').on('data', (part) => (body += part)).on('end', () => {
      const id = q.headers['webhook-id'], at = q.headers['webhook-timestamp'];
      const key = Buffer.from(it.secret.replace('whsec_', ''), 'base64');
      const right = `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`;
      const wrong = [
        q.method === 'POST' || 'no POST',
        /^msg_\d+$/.test(id) || `webhook-id ${id}`,
        Math.abs(Date.now() / 1000 - Number(at)) < 60 || `webhook-timestamp ${at}`,
        q.headers['webhook-signature'] === right || 'the signature is wrong',
        q.headers['content-type'] === 'application/json' || 'no JSON',
        !('cookie' in q.headers) || 'a cookie',
      ].filter((x) => x !== true);
      it.faults.push(...wrong);
      if (it.refuse > 0) {
        it.refuse--;
        r.writeHead(500).end('not now\u0000');
        return;
      }
      it.heard.push({ id, ...JSON.parse(body) });
      r.writeHead(204).end();
    });
  });
  return new Promise((done) => http.listen(0, '127.0.0.1', () => done(Object.assign(it, { url: `http://127.0.0.1:${http.address().port}/hook`, close: () => http.close() }))));
}

const hook = async (events) => {
  const made = await owner.post('/v1/webhook', { name: 'CRM', url: receiver.url, events });
  receiver.secret = made.secret;
  return made;
};

before(async () => {
  server = await start();
  owner = await staff(server, 'owner');
  ({ places: shops, goods } = await chainOf(server));
  receiver = await listen();
});
after(async () => {
  receiver.close();
  await server.stop();
});

test('an address inside a network is refused until the chain allows it', async () => {
  for (const url of ['http://example.com/x', 'https://10.0.0.1/x', 'https://[::1]/x', 'https://169.254.169.254/latest', 'https://me:word@example.com/', 'ftp://example.com/', 'nonsense']) {
    const answer = await owner.ask('POST', '/v1/webhook', { name: 'x', url, events: ['*'] });
    assert.equal(answer.status, 422, url);
    assert.equal(answer.body.field, 'url');
  }
  await owner.put('/v1/setting/webhook.allow_private', { value: 'true' });
  assert.equal((await owner.ask('POST', '/v1/webhook', { name: 'x', url: receiver.url, events: ['no name'] })).body.field, 'events[0]');
});

test('the secret is shown once and the table does not hold it', async () => {
  const made = await hook(['webhook.ping']);
  assert.match(made.secret, /^whsec_/);
  assert.equal((await owner.get(`/v1/webhook/${made.id}`)).secret, undefined);
  assert.ok(!server.sql('SELECT secret FROM webhook_hook').includes(made.secret));
  await owner.post(`/v1/webhook/${made.id}/ping`);
  await eventually(() => receiver.heard.length === 1);
  assert.equal(receiver.heard[0].type, 'webhook.ping');
  const next = await owner.post(`/v1/webhook/${made.id}/secret`);
  assert.notEqual(next.secret, made.secret);
  receiver.secret = next.secret;
  await owner.post(`/v1/webhook/${made.id}/ping`);
  await eventually(() => receiver.heard.length === 2);
  assert.deepEqual(receiver.faults, []);
  await owner.del(`/v1/webhook/${made.id}`);
});

test('an order is told in its order, though the receiver stumbles', async () => {
  const made = await hook(['order.*']);
  receiver.heard.length = 0;
  receiver.refuse = 1;
  const guest = new Client(server);
  const variant_id = goods[0].variant_id ?? goods[0].id;
  await owner.post('/v1/stock/receive', { place_id: shops[0].id, lines: [{ variant_id, qty: 1 }] });
  const order = await guest.post('/v1/order', pickup(shops[0].id, '+79160000001', [{ variant_id, qty: 1 }]));
  await guest.post(`/v1/order/${order.token}/cancel`, {});
  const types = () => receiver.heard.filter((e) => e.subject_id === order.id).map((e) => e.type);
  await eventually(() => types().includes('order.cancelled'), 30000);
  assert.equal(types()[0], 'order.placed');
  assert.equal(new Set(receiver.heard.map((e) => e.id)).size, receiver.heard.length, 'nothing twice');
  assert.deepEqual(receiver.faults, []);
  const log = await owner.get(`/v1/webhook/${made.id}/delivery`);
  const first = log.items.find((d) => d.event === 'order.placed');
  assert.equal(first.state, 'delivered');
  assert.equal(first.status, 204);
  assert.equal(first.tries, 2);
  const before = receiver.heard.length;
  await owner.post(`/v1/webhook/${made.id}/delivery/${first.id}/again`);
  await eventually(() => receiver.heard.length > before);
  assert.equal(receiver.heard.at(-1).id, `msg_${first.id}`, 'the same id, so that it can be told apart from news');
  await owner.del(`/v1/webhook/${made.id}`);
});

test('who fails for days is switched off, and somebody is told', async () => {
  const made = await hook(['webhook.ping']);
  const alert = async () => (await owner.get('/v1/office/now')).alerts.find((a) => a.kind === 'webhook_failing');
  assert.equal(await alert(), undefined);
  server.sql(`UPDATE webhook_hook SET failing_since = 1 WHERE id = ${made.id}`);
  const failing = await alert();
  assert.deepEqual([failing.subject_id, failing.text, failing.severity], [made.id, 'CRM', 2]);
  assert.ok(Array.isArray((await owner.get(failing.link)).items), 'the link is a list');
  receiver.refuse = 1;
  await owner.post(`/v1/webhook/${made.id}/ping`);
  const off = await eventually(async () => {
    const now = await owner.get(`/v1/webhook/${made.id}`);
    return !now.active && now;
  });
  assert.ok(off.disabled_at);
  assert.equal((await alert()).severity, 3, 'what is switched off is urgent');
  const event = await eventually(async () => (await owner.get(`/v1/event?subject_id=${made.id}`)).items[0]);
  assert.equal(event.name, 'webhook.disabled');
  assert.equal((await owner.ask('POST', `/v1/webhook/${made.id}/ping`)).status, 409);
  const on = await owner.put(`/v1/webhook/${made.id}`, { name: 'CRM', url: receiver.url, events: ['webhook.ping'], active: 'true' });
  assert.ok(on.active && !on.failing_since && !on.disabled_at);
  assert.equal(await alert(), undefined);
});
