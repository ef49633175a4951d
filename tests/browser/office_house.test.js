// The house itself in the office: who works here, what they may, settings, the journal.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { assert, judge, open, ways } from './pages.js';
import { enterOffice } from './staff.js';

let server, browser;
before(async () => {
  server = await start();
  browser = await open();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const atOffice = (...how) => enterOffice(server, browser, ...how);

const still = (page) => page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('.bone, [aria-busy="true"]'));
/* As the page sets it: a short word is bound to the next. */
const loose = (text) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '\\s'));

for (const [width, lang, scheme] of ways([360, 'ru', 'dark'], [1280, 'en', 'light'])) {
  test(`an account, a role and a new key at ${width} px in ${lang}, ${scheme}`, async () => {
    const office = await atOffice({ width, lang, scheme });
    const { page, t } = office;
    const look = (name) => judge(page, `office-${name}-${width}-${lang}-${scheme}`, { width });
    await page.goto('/office/staff?q=seller');
    await still(page);
    await page.locator('.body').getByRole('link').first().click();
    await page.getByRole('heading', { name: t('house.sessions') }).waitFor();
    await still(page);
    await look('account');
    await page.goto('/office/staff');
    await page.getByRole('button', { name: loose(t('house.add_account')) }).click();
    await page.getByRole('dialog').waitFor();
    await look('account-new');
    await page.goto('/office/role');
    await still(page);
    await page.locator('.body button').nth(3).click();
    await page.getByRole('dialog').getByRole('checkbox').first().waitFor();
    await look('role-edit');
    await page.goto('/office/key');
    await still(page);
    await page.getByRole('button', { name: loose(t('house.new_key')) }).first().click();
    await page.getByRole('dialog').waitFor();
    await look('key-new');
    office.fine();
    await office.close();
  });
}

test('an account is made, gets a role at a shop, logs in and sees no more than that', async () => {
  const office = await atOffice();
  const { page, t } = office;
  await page.goto('/office/staff');
  await still(page);
  await page.getByRole('button', { name: loose(t('house.add_account')) }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(loose(t('house.person'))).fill('Анна Новикова');
  await dialog.getByLabel(loose(t('staff.login'))).fill('anna');
  const password = await dialog.getByRole('textbox', { name: t('staff.password') }).inputValue();
  assert.ok(password.length >= 12, 'a password is made up');
  await dialog.getByRole('button', { name: t('house.do_add'), exact: true }).click();
  await dialog.getByRole('alert').getByText(/./).first().waitFor();
  await dialog.getByLabel(t('house.role'), { exact: true }).selectOption('seller');
  const place = dialog.getByRole('combobox', { name: t('office.place') });
  await place.pressSequentially('Москва');
  await page.locator('[role="option"]').first().click();
  await dialog.getByRole('button', { name: t('house.do_add'), exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Анна Новикова' }).waitFor();
  assert.notEqual(await page.getByRole('combobox', { name: t('office.place') }).inputValue(), '');

  const anna = await atOffice({}, 'anna', password);
  const nav = anna.page.getByRole('navigation', { name: t('office.name') });
  await nav.getByRole('link', { name: t('office.levels') }).waitFor();
  assert.equal(await nav.getByRole('link', { name: t('house.staff') }).count(), 0);
  anna.fine();

  // her session is seen, and ended
  await page.reload();
  await page.getByRole('button', { name: loose(t('house.end_session', { from: '127.0.0.1' })) }).click();
  await page.getByText(t('house.no_sessions')).waitFor();
  await anna.page.reload();
  await anna.page.getByLabel(t('staff.login')).waitFor();
  await anna.close();

  // a new password: the old one is worth nothing
  await page.getByRole('button', { name: loose(t('house.new_password')) }).click();
  const fresh = await dialog.getByRole('textbox', { name: t('staff.password') }).inputValue();
  assert.notEqual(fresh, password);
  await dialog.getByRole('button', { name: loose(t('house.set_password')) }).click();
  await dialog.waitFor({ state: 'hidden' });
  const again = await atOffice({}, 'anna', fresh);
  again.fine();
  await again.close();
  office.fine();
  await office.close();
});

test('a role is made from rights in words, changed, and deleted while nobody has it', async () => {
  const office = await atOffice({ width: 768, lang: 'en', scheme: 'dark' });
  const { page, t } = office;
  await page.goto('/office/role');
  await still(page);
  await page.getByRole('button', { name: loose(t('house.new_role')) }).click();
  const dialog = page.getByRole('dialog').first();
  await dialog.getByLabel(loose(t('house.code'))).fill('auditor');
  await dialog.getByLabel(loose(t('house.name_ru'))).fill('Ревизор');
  await dialog.getByLabel(loose(t('house.name_en'))).fill('Auditor');
  await dialog.getByRole('checkbox', { name: loose(t('right.audit_read')) }).check();
  await dialog.getByRole('button', { name: t('house.save') }).click();
  const row = page.locator('.body').getByRole('row').filter({ hasText: 'auditor' });
  await row.getByText(loose(t('right.audit_read'))).waitFor();
  await row.getByRole('button', { name: 'Auditor' }).click();
  await dialog.getByRole('checkbox', { name: loose(t('right.stock_read')) }).check();
  await dialog.getByRole('button', { name: t('house.save') }).click();
  await row.getByText(loose(t('right.stock_read'))).waitFor();
  await row.getByRole('button', { name: 'Auditor' }).click();
  await dialog.getByRole('button', { name: loose(t('house.delete_role')) }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: t('house.delete'), exact: true }).click();
  await row.waitFor({ state: 'detached' });
  office.fine();
  await office.close();
});

test('an API key is shown once, works with its rights alone, and is refused when deleted', async () => {
  const office = await atOffice({ width: 768, lang: 'en' });
  const { page, t } = office;
  const ask = async (path, key) => (await fetch(server.url + path, { headers: { authorization: `Bearer ${key}` } })).status;
  await page.goto('/office/key');
  await still(page);
  await page.getByRole('button', { name: loose(t('house.new_key')) }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(loose(t('house.whose'))).fill('Отчёты бухгалтерии');
  await dialog.getByRole('checkbox', { name: loose(t('right.stock_read')) }).check();
  await dialog.getByRole('button', { name: loose(t('house.make_key')) }).click();
  const key = await page.locator('.secret code').innerText();
  assert.equal(await ask('/v1/stock/transfer', key), 200);
  assert.equal(await ask('/v1/order', key), 403);
  await dialog.getByRole('button', { name: t('house.kept') }).click();
  await page.reload();
  await still(page);
  assert.equal((await page.content()).includes(key), false, 'it is nowhere to be seen any more');
  await page.getByRole('button', { name: loose(t('house.delete_key', { name: 'Отчёты бухгалтерии' })) }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: t('house.delete'), exact: true }).click();
  await page.getByText(t('house.keys_none')).waitFor();
  assert.equal(await ask('/v1/stock/transfer', key), 401);
  office.fine();
  await office.close();
});

test('a setting is found, changed for one shop, and goes back to what the chain has', async () => {
  const office = await atOffice();
  const { page, t } = office;
  await page.goto('/office/setting');
  await still(page);
  await page.getByLabel(loose(t('house.for_whom'))).selectOption('place');
  await page.getByRole('combobox', { name: t('office.place') }).pressSequentially('Москва');
  await page.locator('[role="option"]').first().click();
  await still(page);
  await page.getByRole('searchbox', { name: loose(t('house.find_setting')) }).fill('reserve_hours');
  const row = page.getByRole('listitem').filter({ hasText: 'order.reserve_hours' });
  const usual = await row.locator('b').innerText();
  await row.getByRole('button', { name: loose(t('house.edit_of', { name: 'order.reserve_hours' })) }).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('72');
  await page.keyboard.press('Enter');
  await row.getByText(loose(t('setting_from.place'))).waitFor();
  assert.equal(await row.locator('b').innerText(), '72');
  await row.getByRole('button', { name: loose(t('house.reset_of', { name: 'order.reserve_hours' })) }).click();
  await row.getByText(t('setting_from.place')).waitFor({ state: 'detached' });
  assert.equal(await row.locator('b').innerText(), usual);
  office.fine();

  // two at once: the later one is told, and sees what the first wrote
  await row.getByRole('button', { name: loose(t('house.edit_of', { name: 'order.reserve_hours' })) }).click();
  const place_id = await page.evaluate(async () => (await (await fetch('/v1/place')).json()).items.find((p) => p.city === 'Москва').id);
  await page.evaluate(async (id) => {
    const csrf = document.cookie.match(/prilavok_csrf=([^;]+)/)[1];
    const all = (await (await fetch('/v1/place?limit=200')).json()).items.filter((p) => p.city === 'Москва');
    for (const p of all) await fetch('/v1/setting/order.reserve_hours', { method: 'PUT', headers: { 'content-type': 'application/json', 'x-csrf-token': csrf }, body: JSON.stringify({ value: '36', place_id: p.id }) });
    return id;
  }, place_id);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('80');
  await page.keyboard.press('Enter');
  await row.getByText(loose(t('error.changed'))).waitFor();
  office.wrong.splice(0);
  await page.keyboard.press('Escape');
  assert.equal(await row.locator('b').innerText(), '36');

  // the journal says who did it
  await page.goto('/office/audit?what=setting.');
  await still(page);
  const first = page.locator('.body').getByRole('row').first();
  await first.getByText(loose(t('act.setting_change'))).waitFor();
  await first.getByText('Директор').waitFor();
  await first.getByRole('button').click();
  await page.getByRole('dialog').getByText('order.reserve_hours').waitFor();
  office.fine();
  await office.close();
});

test('a till is added, its key shown once, renamed, and closed for ever', async () => {
  const office = await atOffice();
  const { page, t } = office;
  await page.goto('/office/till');
  await still(page);
  await page.getByRole('button', { name: loose(t('house.add_till')) }).click();
  const dialog = page.getByRole('dialog').first();
  await dialog.getByRole('combobox', { name: t('office.place') }).pressSequentially('Москва');
  await page.locator('[role="option"]').first().click();
  await dialog.getByLabel(loose(t('house.till_name'))).fill('У входа');
  await dialog.getByRole('button', { name: t('house.do_add'), exact: true }).click();
  const key = await page.locator('.secret code').innerText();
  const hello = async () => (await fetch(`${server.url}/v1/till/hello`, { method: 'POST', headers: { 'x-till-key': key } })).status;
  assert.equal(await hello(), 200);
  await page.getByRole('button', { name: t('house.kept') }).click();
  const row = page.locator('.body').getByRole('row').first();
  await row.getByRole('button').click();
  await dialog.getByLabel(loose(t('house.till_name'))).fill('У выхода');
  await dialog.getByRole('button', { name: t('house.save') }).click();
  await row.getByRole('button', { name: /выхода/ }).click();
  await judge(page, 'office-till-sheet-1280-ru-light', { width: 1280 });
  await dialog.getByRole('button', { name: loose(t('house.close_till')) }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: loose(t('house.close_till')) }).click();
  await row.getByText(t('house.closed')).waitFor();
  assert.notEqual(await hello(), 200);
  office.fine();
  await office.close();
});

test('a webhook is added with its secret, tested, switched off and deleted', async () => {
  const office = await atOffice({ width: 360, lang: 'en', scheme: 'dark' });
  const { page, t } = office;
  await page.goto('/office/webhook');
  await still(page);
  await page.getByRole('button', { name: loose(t('house.add_webhook')) }).click();
  const dialog = page.getByRole('dialog').first();
  await dialog.getByLabel(loose(t('house.webhook_name'))).fill('Склад');
  await dialog.getByLabel(loose(t('house.url'))).fill('https://hooks.example.org/prilavok');
  await dialog.getByRole('button', { name: t('house.do_add'), exact: true }).click();
  assert.ok((await page.locator('.secret code').innerText()).length > 20);
  await page.getByRole('button', { name: t('house.kept') }).click();
  await page.locator('.body').getByRole('link', { name: 'Склад' }).click();
  await page.getByRole('button', { name: t('house.ping') }).click();
  await page.locator('.body').getByText('webhook.ping').waitFor();
  await still(page);
  await judge(page, 'office-webhook-one-360-en-dark', { width: 360 });
  const sends = page.getByRole('switch', { name: loose(t('house.send_facts')) });
  await sends.click();
  await page.waitForFunction(async () => !(await (await fetch('/v1/webhook')).json()).items[0].active);
  await page.getByRole('button', { name: t('house.more') }).click();
  await page.getByRole('menuitem', { name: t('house.delete') }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: t('house.delete'), exact: true }).click();
  await page.getByText(loose(t('house.webhooks_none'))).waitFor();
  office.fine();
  await office.close();
});

test('one who listens is sent back, and hears it all again', async () => {
  const office = await atOffice({ width: 360, lang: 'en' });
  const { page, t } = office;
  await page.goto('/office/event');
  await still(page);
  await page.getByRole('button', { name: loose(t('house.replay_of', { name: t('listener.task_on_short') })) }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(loose(t('house.after'))).fill('0');
  await dialog.getByRole('button', { name: t('house.replay'), exact: true }).click();
  await page.getByText(loose(t('house.replayed'))).waitFor();
  await page.goto('/office/audit?what=event.replay');
  await still(page);
  await page.locator('.body').getByText(loose(t('act.event_replay'))).first().waitFor();
  office.fine();
  await office.close();
});

for (const [width, lang, scheme] of ways([360, 'ru', 'dark'], [768, 'en', 'light'], [1280, 'ru', 'light'])) {
  test(`rows that turned up tell whose file they are from at ${width} px in ${lang}, ${scheme}`, async () => {
    const office = await atOffice({ width, lang, scheme });
    const { page, t } = office;
    const take = (path) => page.evaluate(async (from) => [...new Uint8Array(await (await fetch(from)).arrayBuffer())], path).then((bytes) => Buffer.from(bytes));
    const table = (await take('/v1/exchange/csv/customers')).toString();
    const book = await take(`/v1/export?${new URLSearchParams({ format: 'xlsx', list: '/v1/order' })}`);
    await page.goto('/office/taken');
    await still(page);
    const tool = page.getByRole('region', { name: t('taken.whose') });
    const verdict = tool.getByRole('status');
    const phones = table.split('\n').slice(1).map((line) => line.split(';')[1]).filter(Boolean);
    const [, code] = /;([0-9A-Z]{4}-[0-9A-Z]{4})\n/.exec(table);
    await tool.getByLabel(t('taken.rows')).fill(phones.slice(5, 30).join('\n'));
    await tool.getByRole('button', { name: t('taken.find') }).click();
    await verdict.getByText(loose(t('taken.sure', { code, who: '' }).trim())).waitFor();
    await tool.getByRole('listitem').first().getByText(loose(t('taken_list.exchange_csv_customers'))).waitFor();
    await judge(page, `office-taken-${width}-${lang}-${scheme}`, { width });
    /* A spreadsheet is read here, cell by cell; its properties have its number. */
    await tool.locator('input[type=file]').setInputFiles({ name: 'чат.xlsx', mimeType: 'application/octet-stream', buffer: book });
    await tool.getByText('чат.xlsx').waitFor();
    await tool.getByText(loose(t('taken.named'))).first().waitFor();
    await tool.getByRole('listitem').first().getByText(loose(t('taken_list.order'))).waitFor();
    await tool.getByLabel(t('taken.rows')).fill('+79000000001');
    await tool.getByRole('button', { name: t('taken.find') }).click();
    await verdict.getByText(loose(t('taken.nobodys'))).waitFor();
    office.fine();
    await office.close();
  });
}

test('an alarm on the first page leads to the journal', async () => {
  const office = await atOffice();
  const { page, t } = office;
  /* A program that was shown nobody yet, so that its limit is passed by this. */
  const status = await page.evaluate(async () => {
    const csrf = /prilavok_csrf=([^;]+)/.exec(document.cookie)[1];
    const send = (method, path, body) => fetch(path, { method, headers: { 'x-csrf-token': csrf, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    await send('PUT', '/v1/setting/staff.bulk_people_key', { value: '10' });
    const { key } = await (await send('POST', '/v1/staff/key', { name: 'Ночной обмен', rights: ['exchange', 'customer_read'] })).json();
    return (await fetch('/v1/exchange/csv/customers', { headers: { authorization: `Bearer ${key}` }, credentials: 'omit' })).status;
  });
  assert.equal(status, 200);
  await page.goto('/office');
  const line = page.getByRole('link', { name: loose(t('alert.bulk_read')) });
  await line.waitFor();
  await line.click();
  await page.waitForURL(/\/office\/audit\?what=staff\.bulk_read/);
  await page.locator('.body').getByText(loose(t('act.staff_bulk_read'))).first().waitFor();
  office.fine();
  await office.close();
});
