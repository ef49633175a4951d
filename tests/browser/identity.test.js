// One person: two records side by side, merged and parted again, rules rehearsed.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { staff } from '../story/people.js';
import { assert, becomes, judge, open, person, ways } from './pages.js';
import { enterAs } from './staff.js';
import { say } from './words.js';

let server, browser;
before(async () => {
  server = await start();
  await quiet(await staff(server, 'owner'));
  browser = await open();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/* The queue is this test's own: what the first look at the demo chain puts there is decided. */
async function quiet(owner) {
  const looked = async () => (await owner.get('/v1/job?kind=customer.compare')).items.some((j) => j.ended_at);
  await becomes(looked, true);
  await owner.put('/v1/setting/customer.compare', { value: 'false' });
  for (const { a, b } of (await owner.get('/v1/customer/pair?limit=50')).items) await owner.post(`/v1/customer/pair/${a.id}/${b.id}`, { is: 'different' });
  assert.equal((await owner.get('/v1/customer/pair')).open, 0);
}

async function atWork(where, options) {
  const t = say(options.lang ?? 'ru');
  const who = await person(browser, server.url, options);
  await who.page.goto(where);
  await enterAs(who.page, t);
  await who.page.getByLabel(t('staff.password')).waitFor({ state: 'detached' });
  return { ...who, t };
}

/* What the page's own member of staff asks of the API. */
const ask = (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const csrf = document.cookie.match(/prilavok_csrf=([^;]+)/)?.[1] ?? '';
      const reply = await fetch(path, { method, headers: { 'content-type': 'application/json', 'x-csrf-token': csrf, 'idempotency-key': crypto.randomUUID() }, body: body && JSON.stringify(body) });
      if (reply.status >= 300) throw new Error(`${reply.status} ${await reply.text()}`);
      return reply.status === 204 ? undefined : reply.json();
    },
    [method, path, body],
  );

/* Two records, one written down by the chain's staff and one at a till, and an order in
 * which the contacts of both are named. */
async function twoRecords(page, n) {
  const one = await ask(page, 'POST', '/v1/customer', { last_name: 'Соколова', first_name: 'Анна', birth_date: '1990-05-01', keys: [{ kind: 'phone', value: `+7916555${n}1` }] });
  const two = await (await staff(server, 'manager')).post('/v1/customer', { last_name: 'Соколова', first_name: 'Аня', birth_date: '1990-01-05', keys: [{ kind: 'email', value: `anna${n}@mail.ru` }] });
  const shop = (await ask(page, 'GET', '/v1/place?limit=50')).items.find((p) => p.can_reserve);
  const goods = await ask(page, 'GET', `/v1/catalog/search?place_id=${shop.id}&in_stock=true&limit=1`);
  await ask(page, 'POST', '/v1/order', { kind: 'reserve', channel: 'phone', place_id: shop.id, name: 'Аня', phone: `+7916555${n}1`, email: `anna${n}@mail.ru`, lines: [{ variant_id: goods.items[0].variant_id, qty: 1 }] });
  return [one, two];
}

for (const [width, lang, scheme] of ways([360, 'ru', 'dark'], [768, 'en', 'light'], [1280, 'ru', 'light'])) {
  test(`one person at ${width} px in ${lang}, ${scheme}: looked at, merged, taken back`, async () => {
    const office = await atWork('/office', { width, lang, scheme });
    const { page, t } = office;
    const name = (screen) => `${screen}-${width}-${lang}-${scheme}`;
    const [one] = await twoRecords(page, width < 1000 ? `0${width}`.slice(-3) : '128');
    await page.goto('/office/person');
    await page.getByRole('button', { name: t('same.same') }).waitFor();
    for (const by of ['desk', 'till']) await page.getByRole('row', { name: t('same.birth') }).getByText(t(`said_by.${by}`)).waitFor();
    await judge(page, name('office-person'), { width });
    await page.keyboard.press('1');
    const undo = page.getByRole('button', { name: t('kit.undo') });
    await undo.waitFor();
    const members = async () => (await ask(page, 'GET', `/v1/customer/${one.id}/identity`)).members.length;
    await becomes(members, 2);
    await page.getByText(t('same.none')).waitFor(); // the old pair is gone, the next is the one brought back
    await undo.click();
    await page.getByRole('button', { name: t('same.same') }).waitFor();
    await becomes(members, 1);
    await page.keyboard.press('1');
    await page.getByText(t('same.none')).waitFor();
    await becomes(members, 2); // the queue is empty before the answer is here
    await page.getByRole('tab', { name: t('same.merges') }).click();
    await page.getByRole('button', { name: t('same.undo') }).first().waitFor();
    await judge(page, name('office-merges'), { width });

    // whose words are shown: the records side by side, each word with its source
    const { facts } = await ask(page, 'GET', `/v1/customer/${one.id}/identity`);
    const [shown, lost] = facts.filter((f) => f.field === 'birth_date');
    assert.deepEqual([shown.by, lost.by].sort(), ['desk', 'till']);
    await page.getByRole('button', { name: new RegExp(`^${t('same.sides_of', { name: '' })}`) }).first().click();
    const sides = page.getByRole('dialog');
    const row = sides.locator('[data-row="birth_date"]');
    await row.waitFor();
    const text = async (at) => (await at.innerText()).replace(/\s+/g, ' ');
    assert.ok((await text(row.locator('.won'))).includes(t(`said_by.${shown.by}`)), await text(row));
    assert.ok((await text(row.locator('td:not(.won)'))).includes(t(`said_by.${lost.by}`)), await text(row));
    assert.equal(await row.locator('s').count(), 1);
    await judge(page, name('office-sides'), { width });
    await page.keyboard.press('Escape');
    await sides.waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: t('same.blocked') }).click();
    await judge(page, name('office-blocked'), { width });

    const device = `6d92078a-8246-4ba4-ae5b-${String(width).padStart(12, '0')}`;
    for (const [kind, value] of [['messenger', `TG: @Anna_${width}`], ['device', device.toUpperCase()], ['user', `crm-${width}`]]) await ask(page, 'POST', `/v1/customer/${one.id}/key`, { kind, value });
    await page.goto(`/desk/${one.id}`);
    await page.getByRole('heading', { name: t('one.title') }).waitFor();
    await page.getByRole('button', { name: t('one.undo') }).first().waitFor();
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
    for (const value of [`telegram:anna_${width}`, device, `crm-${width}`]) await page.locator('.keys dd').getByText(value, { exact: true }).waitFor();
    const fact = page.locator('[data-fact="birth_date"]');
    assert.ok((await text(fact.locator('b + small'))).startsWith(t(`said_by.${shown.by}`)), await text(fact));
    assert.ok((await text(fact.getByRole('list', { name: t('facts.lost') }))).includes(t(`said_by.${lost.by}`)), await text(fact));
    assert.notEqual(await text(fact.locator('b')), await text(fact.locator('s')));
    await judge(page, name('desk-identity'), { width });
    await page.getByRole('button', { name: t('one.undo') }).first().click();
    await page.getByText(t('one.undone')).first().waitFor();
    office.fine();
    await office.close();
  });
}

test('rules are changed, rehearsed over the whole base, and only then switched on', async () => {
  const office = await atWork('/office/person', { width: 1280 });
  const { page, t } = office;
  await page.getByRole('tab', { name: t('same.rules') }).click();
  await page.getByRole('button', { name: t('same.change') }).click();
  await page.getByLabel(t('same.rule_note')).fill('телефон не доказательство');
  await page.getByRole('button', { name: t('same.keep') }).click();
  const first = page.locator('li.card', { hasText: 'телефон не доказательство' });
  assert.equal(await first.getByRole('button', { name: t('same.switch') }).isDisabled(), true);
  await first.getByRole('button', { name: t('same.rehearse') }).click();
  await first.getByText(t('same.r_looked')).waitFor();
  await judge(page, 'office-rules-1280-ru-light', { width: 1280 });
  await first.getByRole('button', { name: t('same.switch') }).click();
  await first.getByText(t('same.on')).waitFor();
  office.fine();
  await office.close();
});
