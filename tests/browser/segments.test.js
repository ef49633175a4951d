// Segments in the office: conditions with what they find, steps back, members.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { assert, becomes, judge, open, ways } from './pages.js';
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
const found = (page) => page.locator('aside .n').waitFor();

for (const [width, lang, scheme] of ways([360, 'ru', 'dark'], [768, 'en', 'light'], [1280, 'ru', 'light'])) {
  test(`segments and their editor at ${width} px in ${lang}, ${scheme}`, async () => {
    const { page, t, fine, close } = await atOffice({ width, lang, scheme });
    await page.goto('/office/segment');
    await still(page);
    await judge(page, `segments-${width}-${lang}-${scheme}`, { width });
    await page.locator('.body [role="row"] a').first().click();
    await still(page);
    await found(page);
    await judge(page, `segment-${width}-${lang}-${scheme}`, { width });
    await page.getByRole('tab', { name: t('segment.members') }).click();
    await page.getByText(t('segment.members_note').slice(0, 12)).waitFor();
    await still(page);
    await judge(page, `segment-members-${width}-${lang}-${scheme}`, { width });
    fine();
    await close();
  });
}

test('a segment is made by hand: a condition more, a step back, saved, and filled', async () => {
  const { page, t, fine, close } = await atOffice({ width: 1280 });
  await page.goto('/office/segment/new');
  await still(page);
  await found(page);
  const before = await page.locator('aside .n').innerText();
  await page.getByRole('button', { name: t('segment.add_condition'), exact: true }).click();
  await becomes(() => page.locator('.one').count(), 2);
  await page.keyboard.press('Control+z');
  await becomes(() => page.locator('.one').count(), 1);
  await page.getByLabel(t('segment.times'), { exact: true }).fill('2');
  await page.keyboard.press('Tab');
  await page.waitForFunction((was) => document.querySelector('aside .n')?.textContent !== was, before);
  const n = await page.locator('aside .n').innerText();
  await page.getByLabel(t('segment.name')).first().fill('Снова с нами');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('heading', { level: 1, name: 'Снова с нами' }).waitFor();
  await page.getByText(t('segment_state.live')).waitFor();
  assert.match(await page.locator('.size').innerText(), new RegExp(`^${n}\\s`));
  fine();
  await close();
});

test('the desk shows what is known of a buyer, his segments, and a task that is done', async () => {
  const { page, t, fine, close } = await atOffice({ width: 1280 });
  await page.goto('/office/segment');
  await page.locator('.body [role="row"] a').first().click();
  await still(page);
  await page.getByRole('tab', { name: t('segment.members') }).click();
  await page.locator('.body [role="row"] a').first().click();
  await page.getByRole('heading', { name: t('desk.traits') }).waitFor();
  await page.getByLabel(t('desk.task_new')).fill('Позвонить про чехол');
  await page.getByRole('button', { name: t('desk.task_add') }).click();
  await page.getByText('Позвонить про чехол').waitFor();
  await judge(page, 'desk-person-traits', { width: 1280 });
  await page.getByRole('button', { name: t('desk.task_done') }).click();
  await page.getByText(t('desk.no_tasks')).waitFor();
  fine();
  await close();
});
