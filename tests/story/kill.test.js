// The plug is pulled on the whole process, again and again, under load: what was
// acknowledged is there, once, and the books balance.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { person, postgres, start } from '../support/server.js';

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 50);
const BUYERS = 24;
let server;
let shops;
let goods;
let clerk; // one session for all the lives of the process

before(async () => {
  server = await start({ env: { PRILAVOK_LOG: 'warn' } });
  clerk = person(server);
  await clerk.login('owner');
  const anybody = person(server);
  shops = (await anybody.call('GET', '/v1/place?limit=20')).body.items.filter((p) => p.can_pickup).map((p) => p.id);
  goods = await sellable(shops[0]);
});
after(() => server?.stop());

async function sellable(shop) {
  const { body } = await clerk.call('GET', `/v1/stock/place/${shop}?limit=200`);
  return body.items.filter((row) => row.free > 0).map((row) => row.variant_id);
}

/* Orders one after another, each with its key, until the line goes dead. */
async function buy(acknowledged, stop) {
  while (!stop.now) {
    const key = randomUUID();
    const phone = `+7999${String(Math.floor(Math.random() * 1e7)).padStart(7, '0')}`;
    const variant_id = goods[Math.floor(Math.random() * goods.length)];
    try {
      const answer = await person(server).call(
        'POST',
        '/v1/order',
        { kind: 'pickup', place_id: shops[0], name: 'Пётр', phone, lines: [{ variant_id, qty: 1 }] },
        { 'Idempotency-Key': key },
      );
      if (answer.status === 201) acknowledged.push({ key, id: answer.body.id, number: answer.body.number, phone, variant_id });
      else if (answer.status === 409) await topUp(variant_id);
      else if (answer.status !== 503) throw new Error(`${answer.status} ${answer.text}`);
    } catch (e) {
      if (!(e instanceof TypeError)) throw e; // fetch failed: the plug
    }
  }
}

/* Sold out: the lorry comes, so that the shelves last for all the rounds. */
async function topUp(variant_id) {
  await clerk.call('POST', '/v1/stock/receive', { place_id: shops[0], lines: [{ variant_id, qty: 50 }] }, { 'Idempotency-Key': randomUUID() });
}

test(`an acknowledged order survives ${ROUNDS} pulled plugs`, { timeout: 600_000 }, async () => {
  const kept = [];
  for (let round = 0; round < ROUNDS; round++) {
    const acknowledged = [];
    const stop = { now: false };
    const buyers = Array.from({ length: BUYERS }, () => buy(acknowledged, stop));
    await new Promise((later) => setTimeout(later, 100 + Math.random() * 300));
    await server.kill();
    stop.now = true;
    await Promise.all(buyers);
    await server.again();
    for (const order of acknowledged) {
      const seen = await clerk.call('GET', `/v1/order/${order.id}`);
      assert.equal(seen.status, 200, `order ${order.number} of round ${round} is gone`);
      assert.equal(seen.body.number, order.number);
    }
    // The client that did not hear the answer asks again with its key: still one order.
    const last = acknowledged.at(-1);
    if (last) {
      const again = await person(server).call(
        'POST',
        '/v1/order',
        { kind: 'pickup', place_id: shops[0], name: 'Пётр', phone: last.phone, lines: [{ variant_id: last.variant_id, qty: 1 }] },
        { 'Idempotency-Key': last.key },
      );
      assert.equal(again.status, 201);
      assert.equal(again.body.id, last.id);
    }
    kept.push(acknowledged.length);
  }
  assert.ok(kept.reduce((a, b) => a + b, 0) > ROUNDS * 5, `too little was sold to prove anything: ${kept}`);
  if (!postgres) await server.end('SIGTERM');
  assert.match(server.run('check'), /the books balance/);
  if (!postgres) await server.again();
});
