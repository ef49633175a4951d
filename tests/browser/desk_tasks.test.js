// What is promised to a customer at the desk: by whom, until when, done and not done
// after all; and who of the staff looks after him.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { assert, judge, open, person } from './pages.js';
import { enterAs } from './staff.js';
import { say } from './words.js';

let server, browser;
before(async () => {
  server = await start();
  browser = await open();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [width, lang, scheme] of [[360, 'ru', 'light'], [1280, 'en', 'dark']])
  test(`a promise to a customer stands in my day until it is kept, at ${width} px in ${lang}`, async () => {
    const t = say(lang);
    const desk = await person(browser, server.url, { width, lang, scheme });
    const { page } = desk;
    await page.goto('/desk');
    await enterAs(page, t, 'operator');
    await page.getByRole('heading', { name: t('desk.today') }).waitFor();
    /* Each has a customer of his own. */
    const nth = width === 360 ? 0 : 1;
    const id = await page.evaluate(async (n) => (await (await fetch('/v1/customer?limit=2&q=и')).json()).items[n].id, nth);
    await page.goto(`/desk/${id}`);
    const me = await page.evaluate(async () => (await (await fetch('/v1/staff/me')).json()).name);

    await page.getByRole('button', { name: new RegExp(t('desk.keeper_is', { name: '' }).trim() + '|' + t('desk.keeper_none')) }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: t('desk.keeper_me') }).click();
    await page.getByRole('button', { name: t('desk.keeper_is', { name: me }) }).waitFor();

    const what = `Перезвонить, ${width}`;
    await page.getByLabel(t('desk.task_new')).fill(what);
    const today = await page.evaluate(() => new Date().toLocaleDateString('ru-RU'));
    await page.getByRole('textbox', { name: t('desk.task_day') }).fill(today);
    await page.getByRole('textbox', { name: t('desk.task_day') }).press('Tab');
    await page.getByLabel(t('desk.task_time')).fill('23:59');
    await page.getByRole('button', { name: t('desk.task_add') }).click();
    const task = page.locator('[data-task]', { hasText: what });
    await task.waitFor();
    assert.ok((await task.textContent()).includes(me), 'it is his who keeps the customer');
    await judge(page, `desk-task-${width}-${lang}-${scheme}`, { width });

    await page.goto('/desk');
    await task.locator(`a[href="/desk/${id}"]`).waitFor();
    await judge(page, `desk-mine-${width}-${lang}-${scheme}`, { width });
    await task.getByRole('button', { name: t('desk.task_done'), exact: true }).click();
    await task.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: t('kit.undo') }).click();
    await task.waitFor();

    await task.getByRole('button', { name: t('desk.task_change', { what }) }).click();
    await dialog.getByLabel(t('desk.task_what')).fill(`${what}, срочно`);
    await judge(page, `desk-task-form-${width}-${lang}-${scheme}`, { width });
    await dialog.getByRole('button', { name: t('desk.task_save') }).click();
    await page.locator('[data-task]', { hasText: `${what}, срочно` }).waitFor();
    desk.fine();
    await desk.close();
  });
