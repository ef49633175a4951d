// What somebody in the office does in passing: a task, a customer, a message, a job that
// stands, a warehouse of 1C that is one of our shops.
import { after, before, test } from 'node:test';
import { staff } from '../story/people.js';
import { start } from '../support/server.js';
import { assert, becomes, judge, open, ways } from './pages.js';
import { enterOffice } from './staff.js';

let server, browser, owner, shop;
before(async () => {
  server = await start();
  browser = await open();
  owner = await staff(server, 'owner');
  [shop] = (await owner.get('/v1/place?kind=shop&limit=1')).items;
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const still = (page) => page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('main .bone, main [aria-busy="true"]'));

for (const [width, lang, scheme] of ways([1280, 'ru', 'light'], [360, 'en', 'dark'])) {
  const name = (screen) => `office-${screen}-${width}-${lang}-${scheme}`;
  const at = async (path) => {
    const office = await enterOffice(server, browser, { at: path, width, lang, scheme });
    await still(office.page);
    return { ...office, rows: office.page.locator('.body').getByRole('row') };
  };

  test(`a task at ${width} px in ${lang}, ${scheme}: taken and finished from the list`, async () => {
    const body = `Проверить витрину ${width}`;
    const task = await owner.post('/v1/task', { body, place_id: shop.id });
    const { page, t, rows, fine, close } = await at('/office/task?state=open');
    const row = rows.filter({ hasText: body });
    await row.getByRole('checkbox').check();
    await page.getByRole('button', { name: t('office.take'), exact: true }).click();
    await row.waitFor({ state: 'detached' }); // it is no longer open
    await page.goto('/office/task?state=taken&mine=1');
    await still(page);
    await row.getByText('Директор').waitFor();
    await row.getByRole('checkbox').check();
    await judge(page, name('task-chosen'), { width });
    await page.getByRole('button', { name: t('office.finish'), exact: true }).click();
    await becomes(async () => (await owner.get(`/v1/task?place_id=${shop.id}&state=done`)).items.some((x) => x.id === task.id), true);
    fine();
    await close();
  });

  test(`a customer at ${width} px in ${lang}, ${scheme}: found by telephone, opened at the desk, and the journal says who looked`, async () => {
    const phone = `+7916${String(5500000 + width)}`;
    const { id } = await owner.post('/v1/customer', { last_name: 'Журавлёва', first_name: 'Тамара', keys: [{ kind: 'phone', value: phone }] });
    const { page, t, rows, fine, close } = await at('/office/customer');
    await page.getByText(t('office.customers_none')).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type(`8 ${phone.slice(2, 5)} ${phone.slice(5)}`);
    await rows.filter({ hasText: 'Журавлёва Тамара' }).waitFor();
    assert.equal(await rows.count(), 1);
    await judge(page, name('customer-found'), { width });
    await rows.first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/desk/${id}`);
    await page.getByRole('heading', { name: 'Журавлёва Тамара' }).waitFor();
    await page.goto('/office/audit?what=customer.');
    await still(page);
    await rows.filter({ hasText: 'Директор' }).first().waitFor();
    assert.ok((await owner.get('/v1/staff/audit?what=customer.&limit=20')).items.some((a) => a.subject_id === id), 'whom he looked at');
    fine();
    await close();
  });

  test(`a message at ${width} px in ${lang}, ${scheme}: what was said to whom, and that it went`, async () => {
    const phone = `+7916${String(5600000 + width)}`;
    await owner.post('/v1/customer/code', { to: phone });
    const { page, t, rows, fine, close } = await at('/office/message');
    const row = rows.filter({ hasText: new RegExp(phone.slice(-4, -2) + '.' + phone.slice(-2)) });
    await row.getByText(/\d{6}/).waitFor();
    await becomes(async () => (await owner.get('/v1/message/outbox')).items.find((m) => m.address === phone).state, 'sent');
    await page.goto('/office/message?state=sent');
    await row.getByText(t('message_state.sent')).waitFor();
    await judge(page, name('message-sent'), { width });
    fine();
    await close();
  });

  test(`a job at ${width} px in ${lang}, ${scheme}: a schedule is not given up, and runs before its time`, async () => {
    const job = async () => (await owner.get('/v1/job?limit=200')).items.find((j) => j.kind === 'customer.tidy');
    const office = await at('/office/job');
    const { page, t, rows } = office;
    const choose = async (act) => {
      await page.goto('/office/job?state=waiting');
      await still(page);
      await rows.filter({ hasText: 'customer.tidy' }).getByRole('checkbox').check();
      await page.getByRole('button', { name: act, exact: true }).click();
    };
    await choose(t('office.give_up'));
    await page.getByText(t('error.wrong_state')).waitFor();
    assert.ok(office.wrong.splice(0).every((line) => line.includes('409')), 'the server refuses it');
    await judge(page, name('job-chosen'), { width });
    const { run_at } = await job();
    await choose(t('office.run'));
    await becomes(async () => (await job()).run_at === run_at, false, 'it has run, or will now');
    office.fine();
    await office.close();
  });

  test(`a warehouse of 1C at ${width} px in ${lang}, ${scheme}: it is said which of our shops it is, and said otherwise`, async () => {
    const external = `wh-${width}`;
    const other = (await owner.get('/v1/place?kind=shop')).items.at(-1);
    const { page, t, rows, fine, close } = await at('/office/tie');
    const tied = async () => (await owner.get('/v1/exchange/key?source=1c&kind=place')).items.find((k) => k.external === external)?.our_id;
    const dialog = page.getByRole('dialog');
    const place = dialog.getByRole('combobox', { name: t('office.place') });
    const choose = async (to) => {
      await place.fill(to.name);
      await page.getByRole('option').filter({ hasText: to.name }).first().click();
      await dialog.getByRole('button', { name: t('wares.save') }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await page.getByRole('button', { name: t('wares.add_tie') }).click();
    await dialog.getByLabel(t('wares.their_id')).fill(external);
    await choose(shop);
    const row = rows.filter({ hasText: external });
    await row.getByText(shop.name).waitFor();
    assert.equal(await tied(), shop.id);
    await row.getByRole('button', { name: t('wares.edit', { name: external }) }).click();
    await judge(page, name('tie'), { width });
    await choose(other);
    await row.getByText(other.name).waitFor();
    assert.equal(await tied(), other.id);
    fine();
    await close();
  });
}
