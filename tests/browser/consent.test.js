// The page that a message's link opens: what may be sent, without login.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { assert, judge, open, person, ways } from './pages.js';
import { letterToken } from './staff.js';
import { say } from './words.js';

const phone = '+79035554433';
let server, browser, token;
before(async () => {
  server = await start();
  browser = await open();
  token = await letterToken(server, phone);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [width, lang, scheme] of ways([360, 'ru', 'light'], [768, 'en', 'dark'], [1280, 'ru', 'dark']))
  test(`by the link she refuses, takes it back, and reads what she agreed to, at ${width} px in ${lang}`, async () => {
    const t = say(lang);
    const who = await person(browser, server.url, { width, lang, scheme });
    const { page } = who;
    await page.goto(`/preferences#${token}`);
    const sms = page.getByRole('group', { name: t('purpose.offers') }).getByRole('switch', { name: t('consent_channel.sms') });
    await sms.waitFor();
    assert.ok(await sms.isChecked());
    await judge(page, `preferences-${width}-${lang}`, { width });
    await sms.focus();
    await page.keyboard.press('Space');
    await page.getByText(t('consent.is_off')).waitFor();
    assert.ok(!(await sms.isChecked()));
    await page.getByRole('button', { name: t('kit.undo') }).click();
    await page.waitForFunction(() => document.querySelector('fieldset input').checked);
    await page.waitForLoadState('networkidle');
    await page.reload();
    await sms.waitFor();
    assert.ok(await sms.isChecked(), 'the server knows it, too');
    await page.getByText(t('consent.read')).first().click();
    await page.locator('article h2').first().waitFor();
    await judge(page, `preferences-text-${width}-${lang}`, { width });
    who.fine();
    await who.close();
  });

test('an old link says so kindly', async () => {
  const t = say('ru');
  const who = await person(browser, server.url, { width: 360 });
  await who.page.goto('/preferences');
  await who.page.getByRole('heading', { name: t('preferences.old') }).waitFor();
  await judge(who.page, 'preferences-old', { width: 360 });
  await who.close();
});
