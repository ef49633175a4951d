// What may be sent: the page that a message's link opens, without login; and said at the
// counter of a shop.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { staff } from '../story/people.js';
import { focused, press, tabTo } from './keys.js';
import { assert, becomes, judge, open, person, ways } from './pages.js';
import { enterTill, letterToken } from './staff.js';
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

for (const [width, lang] of ways([1280, 'ru'], [360, 'en']))
  test(`the assistant reads the words to who stands before him and writes down what he says, by keys alone, at ${width} px in ${lang}`, async () => {
    const t = say(lang);
    const owner = await staff(server, 'owner');
    const mobile = lang === 'ru' ? '+79035554401' : '+79035554402';
    const { id } = await owner.post('/v1/customer', { last_name: 'Верина', first_name: 'Вера', keys: [{ kind: 'phone', value: mobile }] });
    const who = await person(browser, server.url, { width, lang });
    const { page } = who;
    const shop = await enterTill(who, t);
    await page.goto('/till/person');
    await tabTo(page, 'textbox', new RegExp(`^${t('who.label')}`));
    await page.keyboard.type(mobile);
    await press(page, 'Enter');
    const card = page.getByRole('region', { name: t('allowed.title') });
    await card.getByText(t('allowed.nothing')).first().waitFor();
    await judge(page, `till-consent-${width}-${lang}`, { width });

    const write = async (channel, changes) => {
      await press(page, 'Alt+8');
      const form = page.getByRole('dialog', { name: t('allowed.write_title') });
      const box = form.getByRole('group', { name: t('purpose.offers') }).getByRole('checkbox', { name: t(`consent_channel.${channel}`) });
      await box.waitFor();
      await becomes(async () => (await focused(page)).role, 'checkbox');
      await form.getByText(t('allowed.version', { version: '1', at: '' }).trim()).first().waitFor();
      if (changes) await changes(form);
      await tabTo(page, 'checkbox', t(`consent_channel.${channel}`));
      await press(page, 'Space');
      await tabTo(page, 'button', t('allowed.save'));
      await press(page, 'Enter');
      await form.waitFor({ state: 'detached' });
    };
    await write('messenger', async (form) => {
      await tabTo(page, 'DisclosureTriangle', t('allowed.read'));
      await press(page, 'Enter');
      await form.locator('details[open] .text').waitFor();
      await judge(page, `till-consent-form-${width}-${lang}`, { width });
      await press(page, 'Shift+Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab');
    });
    await card.getByText(t('consent_channel.messenger')).waitFor();
    await write('messenger');
    await card.getByText(t('consent_channel.messenger')).waitFor({ state: 'detached' });
    who.fine();
    const { items } = await owner.get(`/v1/customer/${id}/consent/proof`);
    assert.deepEqual(
      items.map((p) => [p.purpose, p.channel, p.given, p.source, p.who_kind, p.place_id, p.lang, p.text_version, p.fits]),
      [true, false].map((given) => ['offers', 'messenger', given, 'shop', 'staff', shop, lang, '1', true]),
    );
    for (const p of items) assert.notEqual(p.device_id, '0', 'the session in which it was written down');
    await who.close();
  });
