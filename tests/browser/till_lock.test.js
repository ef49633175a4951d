// A till in the wrong hands: PINs that are tried lock it and make it forget, a till that
// was closed forgets at once; and what one seller began another goes on with.
import { after, before, test } from 'node:test';
import { eventually, start } from '../story/people.js';
import { person as caller } from '../support/server.js';
import { assert } from './pages.js';
import { Tablet } from './tablet.js';
import { say } from './words.js';

const t = say('ru');
const pins = { owner: '482915', seller: '739164' };
const names = {};
const locked = new RegExp(t('pin.locked', { at: '[0-9:]+' }).replaceAll(' ', '\\s'));
let server, owner, place, till;

before(async () => {
  server = await start();
  for (const login of ['seller', 'owner']) {
    const who = caller(server);
    const { place_id } = await who.login(login);
    if (login === 'seller') place = (await who.call('GET', `/v1/place/${place_id}`)).body;
    assert.equal((await who.call('PUT', '/v1/till/pin', { password: 'prilavok', pin: pins[login] })).status, 204);
    names[login] = (await who.call('GET', '/v1/staff/me')).body.name;
    owner = who;
  }
  const set = await owner.call('PUT', '/v1/setting/till.pin_tries', { value: '3' });
  assert.equal(set.status, 200, set.text);
  till = new Tablet({ server, place });
  await till.start();
  await till.enter();
  await eventually(async () => (await till.kept('people')).length > 0);
});
after(async () => {
  await till?.end();
  await server?.stop();
});

/* Something in this shop without a serial number. */
async function plain() {
  const { items } = (await owner.call('GET', `/v1/catalog/search?place_id=${place.id}&in_stock=true&limit=100`)).body;
  for (const tile of items) {
    const { name, variants } = (await owner.call('GET', `/v1/catalog/product/${tile.product_id}`)).body;
    const variant = variants.find((v) => v.id === tile.variant_id) ?? variants[0];
    if (!variant.unit_tracked) return { name, sku: variant.sku };
  }
  throw new Error('nothing lies here');
}

/* The tablet is switched on without a line. */
async function alone() {
  till.line.set('down');
  await till.context.close();
  await till.start();
  await till.page.goto('/till');
  await till.page.getByLabel(t('pin.who')).waitFor();
}

test('a receipt that was begun goes on in the hands of another seller, by his PIN', async () => {
  const goods = await plain();
  await till.put(goods);
  await till.page.waitForFunction(() => Object.keys(localStorage).some((k) => k.startsWith('till.sale.') && JSON.parse(localStorage.getItem(k)).lines.length));
  await alone();
  await till.pin(names.seller, pins.seller);
  await till.page.getByRole('cell', { name: goods.name }).first().waitFor();
  await till.close();
  const { body } = (await till.sales()).at(-1);
  const seller = server.sql("SELECT id FROM staff_account WHERE login = 'seller'").trim();
  assert.equal(body.staff_id, seller, 'the sale is his who ended it');
});

test('PINs that are tried lock the login; at the fifth lock the tablet forgets its buyers and opens to nobody', async () => {
  await alone();
  assert.ok((await till.kept('people')).length > 0, 'it knows buyers');
  let now = Date.now();
  for (let locks = 1; locks <= 5; locks++) {
    for (let tries = 1; tries < 3; tries++) {
      await till.tryPin(names.owner, '000000');
      await till.page.getByText(t('pin.wrong')).waitFor();
    }
    await till.tryPin(names.owner, '000000');
    if (locks === 5) break;
    await till.page.getByText(locked).waitFor();
    await till.tryPin(names.owner, pins.owner);
    await till.page.getByText(locked).waitFor();
    now += 16 * 60_000 * 2 ** (locks - 1);
    await till.page.clock.setSystemTime(now);
  }
  await till.page.getByText(t('pin.shut')).waitFor();
  assert.deepEqual(await till.kept('people'), [], 'nobody is known there any more');
  await till.tryPin(names.seller, pins.seller);
  await till.page.getByText(t('pin.shut')).waitFor();
});

test('a till that was closed forgets its goods and its buyers, and keeps what it has sold', async () => {
  till.line.set('up');
  await till.context.close();
  await till.start();
  await till.enter();
  await till.told();
  assert.ok((await till.kept('pages')).length > 0, 'it has goods');
  const sold = (await till.sales()).length;
  assert.ok(sold > 0);
  const [mine] = (await owner.call('GET', `/v1/till?place_id=${place.id}`)).body.items.filter((x) => x.state !== 'closed');
  const answer = await owner.call('POST', `/v1/till/${mine.id}`, { closed: 1 });
  assert.equal(answer.status, 200, answer.text);
  await till.is('closed');
  await eventually(async () => !(await till.kept('pages')).length && !(await till.kept('people')).length);
  assert.equal((await till.sales()).length, sold, "that is somebody's money");
});
