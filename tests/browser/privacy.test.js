// What people agree to and how long what is known of them stays, as the staff sees it:
// texts are published, consents are taken down, periods are shortened with open eyes.
import { after, before, test } from 'node:test';
import { staff } from '../story/people.js';
import { start } from '../support/server.js';
import { assert, becomes, exact, judge, open, person, ways } from './pages.js';
import { codeOf, enterAs } from './staff.js';
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

async function enter(path, login, options) {
  const t = say(options.lang);
  const who = await person(browser, server.url, options);
  await who.page.goto(path);
  await enterAs(who.page, t, login);
  return { ...who, t };
}
/* As the page sets it: a short word is bound to the next. */
const loose = (text) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s/g, '\\s'));
const got = (page, path) => page.evaluate(async (at) => (await fetch(at)).json(), path);

for (const [width, lang, scheme] of ways([360, 'ru', 'dark'], [768, 'en', 'light'], [1280, 'ru', 'light']))
  test(`messages are kept for a shorter time once it is seen what goes, at ${width} px in ${lang}, ${scheme}`, async () => {
    const office = await enter('/office/term', 'owner', { width, lang, scheme });
    const { page, t } = office;
    const of = (what) => got(page, '/v1/privacy/term').then((all) => all.items.find((k) => k.what === what));
    await page.getByText(t('term_end.nameless')).first().waitFor();
    await judge(page, `terms-${width}-${lang}`, { width });
    const { title, days } = await of('message.texts');
    const change = page.getByRole('button', { name: loose(title) });
    await change.click();
    const dialog = page.getByRole('dialog', { name: title });
    const field = dialog.getByLabel(loose(t('terms.keep')));
    await field.fill('0');
    await dialog.getByRole('button', { name: loose(t('terms.look')) }).click();
    await dialog.locator('[aria-invalid="true"]').waitFor();
    await field.fill('25');
    await dialog.getByRole('button', { name: loose(t('terms.look')) }).click();
    await dialog.getByRole('status').getByText(/\d/).waitFor();
    await judge(page, `term-${width}-${lang}`, { width });
    assert.equal((await of('message.texts')).days, days, 'looking changes nothing');
    await dialog.getByRole('button', { name: loose(t('terms.shorten')) }).click();
    await dialog.waitFor({ state: 'detached' });
    await becomes(async () => (await of('message.texts')).days, 25);
    await change.click();
    await field.fill(String(days));
    await dialog.getByRole('button', { name: exact(t('house.save')) }).click();
    await dialog.waitFor({ state: 'detached' });
    await becomes(async () => (await of('message.texts')).days, days);
    office.fine();
    await office.close();
  });

test('who answers people sees the periods and does not change them', async () => {
  const operator = await enter('/office/term', 'operator', { width: 1280, lang: 'ru' });
  await operator.page.getByText(operator.t('term_end.nameless')).first().waitFor();
  assert.equal(await operator.page.getByRole('button', { name: loose(operator.t('house.edit')) }).count(), 0);
  operator.fine();
  await operator.close();
});

for (const [width, lang, scheme] of ways([360, 'ru', 'light'], [1280, 'en', 'dark']))
  test(`a new text of a consent is written, published, and stands for good, at ${width} px in ${lang}, ${scheme}`, async () => {
    const office = await enter('/office/consent', 'owner', { width, lang, scheme });
    const { page, t } = office;
    const version = `2027-${width}`;
    const row = page.getByRole('row').filter({ hasText: version });
    await page.getByRole('button', { name: loose(t('consents.add')) }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(t('consents.purpose')).selectOption('survey');
    await dialog.getByLabel(loose(t('consents.version'))).fill(version);
    await dialog.getByLabel(loose(t('consents.text_ru'))).fill('Согласие на вопросы\n\nСпрашивайте меня о покупках раз в год.');
    await dialog.getByLabel(loose(t('consents.text_en'))).fill('Consent to questions\n\nAsk me about what I bought once a year.');
    await judge(page, `consent-new-${width}-${lang}`, { width });
    await dialog.getByRole('button', { name: loose(t('consents.keep')) }).click();
    await row.getByText(t('consents.draft')).waitFor();
    await row.getByRole('button', { name: loose(t('consents.open')) }).click();
    await dialog.getByRole('button', { name: loose(t('consents.publish')) }).click();
    const asked = page.getByRole('alertdialog');
    await asked.getByRole('button', { name: loose(t('consents.publish')) }).click();
    await row.getByText(exact(t('consents.now'))).waitFor();
    await judge(page, `consents-${width}-${lang}`, { width });
    await row.getByRole('button', { name: loose(t('consents.open')) }).click();
    await dialog.getByText(/SHA-256\s[0-9a-f]{64}/).waitFor();
    assert.equal(await dialog.getByRole('button', { name: loose(t('house.save')) }).count(), 0, 'nothing of it changes');
    const { documents } = await got(page, '/v1/customer/document').then((all) => ({ documents: all.items.filter((d) => d.purpose === 'survey' && d.now) }));
    assert.deepEqual(documents.map((d) => d.version), [version]);
    office.fine();
    await office.close();
  });

for (const [width, lang, scheme] of ways([360, 'ru', 'light'], [1280, 'en', 'dark']))
  test(`what somebody says on the telephone is written down, and a number is proved by a code, at ${width} px in ${lang}, ${scheme}`, async () => {
    const desk = await enter('/desk', 'operator', { width, lang, scheme });
    const { page, t } = desk;
    await page.getByRole('heading', { name: t('desk.today') }).waitFor();
    const phone = `+7903111${1000 + width}`;
    const id = await page.evaluate(async (value) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), 'x-csrf-token': document.cookie.match(/prilavok_csrf=([^;]+)/)[1] };
      const reply = await fetch('/v1/customer', { method: 'POST', headers, body: JSON.stringify({ last_name: 'Звонкова', first_name: 'Зоя', keys: [{ kind: 'phone', value }] }) });
      return (await reply.json()).id;
    }, phone);
    await page.goto(`/desk/${id}`);
    const card = page.getByRole('region', { name: loose(t('allowed.title')) });
    await card.getByRole('button', { name: loose(t('allowed.write')) }).click();
    const dialog = page.getByRole('dialog');
    const offers = dialog.getByRole('group', { name: t('purpose.offers') });
    await offers.getByText(loose(t('allowed.read'))).click();
    await offers.getByText('38').first().waitFor(); // of the law that the words name
    await offers.getByLabel(t('consent_channel.call')).check();
    await offers.getByLabel(t('consent_channel.sms')).check();
    await judge(page, `desk-allowed-${width}-${lang}`, { width });
    await dialog.getByRole('button', { name: exact(t('allowed.save')) }).click();
    await card.getByLabel(loose(t('allowed.code', { to: phone }))).fill(await codeOf(server, phone));
    await judge(page, `desk-waits-${width}-${lang}`, { width });
    await card.getByRole('button', { name: t('allowed.prove') }).click();
    await card.getByLabel(loose(t('allowed.code', { to: phone }))).waitFor({ state: 'detached' });
    const said = await got(page, `/v1/customer/${id}/consent`);
    const given = said.items.filter((k) => k.given && k.purpose === 'offers');
    assert.deepEqual(given.map((k) => [k.channel, k.source]), [['sms', 'phone'], ['call', 'phone']]);
    desk.fine();
    await desk.close();
  });

for (const [width, lang] of ways([1280, 'ru'], [360, 'en']))
  test(`a dispute is put on a person's page, seen in the office, ended and taken back, at ${width} px in ${lang}`, async () => {
    const owner = await staff(server, 'owner');
    const { id } = await owner.post('/v1/customer', { last_name: 'Спорова', first_name: 'Софья', keys: [{ kind: 'phone', value: lang === 'ru' ? '+79035554411' : '+79035554412' }] });
    const desk = await enter(`/desk/${id}`, 'operator', { width, lang });
    const { page, t } = desk;
    const card = page.getByRole('region', { name: t('dispute.title') });
    await card.getByText(loose(t('dispute.none'))).waitFor();
    await card.getByRole('button', { name: loose(t('dispute.add')) }).click();
    const form = page.getByRole('dialog', { name: loose(t('dispute.add_title')) });
    await form.getByLabel(loose(t('dispute.why'))).fill('2-1517/2026');
    await form.getByLabel(loose(t('dispute.last'))).first().fill('31.12.2027');
    await page.keyboard.press('Tab');
    await judge(page, `dispute-form-${width}-${lang}`, { width });
    await form.getByRole('button', { name: exact(t('dispute.do')) }).click();
    await card.getByText('2-1517/2026').waitFor();
    await page.locator('header .tag.warn').waitFor();
    await judge(page, `dispute-${width}-${lang}`, { width });
    const holds = async () => (await owner.get(`/v1/customer/${id}/hold`)).items.map((h) => [h.kind, h.why, h.holds]);
    assert.deepEqual(await holds(), [['claim', '2-1517/2026', true]]);
    await owner.post(`/v1/customer/${id}/privacy`, { kind: 'erasure' });

    const office = await enter('/office/privacy', 'owner', { width, lang });
    await office.page.locator(`a[href="/desk/${id}"]`).nth(1).waitFor();
    await office.page.getByText('2-1517/2026').first().waitFor();
    await judge(office.page, `office-dispute-${width}-${lang}`, { width });
    office.fine();
    await office.close();

    await card.getByRole('button', { name: exact(t('dispute.lift')) }).click();
    await card.getByText(loose(t('dispute.none'))).waitFor();
    assert.deepEqual(await holds(), [['claim', '2-1517/2026', false]]);
    await page.getByRole('button', { name: t('kit.undo') }).last().click();
    await card.getByText('2-1517/2026').waitFor();
    assert.deepEqual(await holds(), [['claim', '2-1517/2026', true]]);
    desk.fine();
    await desk.close();
  });
