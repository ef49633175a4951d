// What the shop's pages tell of a visitor, and the office's screen of what was told.
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { postgres, start } from '../support/server.js';
import { assert, becomes, judge, open, person, ways } from './pages.js';
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

/* What has come in, beside: a browser sends it when nobody looks. */
function rows(sql) {
  const { PRILAVOK_DB: db } = server.env;
  const line = postgres ? ['psql', ['-qAtX', '-d', db, '-c', sql]] : ['sqlite3', ['-cmd', '.timeout 5000', db.replace('chain.db', 'chain-track.db'), sql]];
  return execFileSync(...line).toString().trim();
}
const until = (look) => becomes(async () => look(), true, `${look}`);

test('a visitor looks at a product: the page tells it, and it is taken', async () => {
  const guest = await person(browser, server.url, { width: 1280 });
  await guest.page.goto('/?utm_source=vk&utm_campaign=spring');
  await guest.page.locator('main a[href^="/product/"]').first().click();
  await guest.page.locator('main h1').waitFor();
  await until(() => rows("SELECT COUNT(*) FROM track_event e JOIN track_word n ON n.no = e.name_no WHERE n.value = 'Product Viewed'") === '1');
  await until(() => rows("SELECT campaign || ' ' || landing FROM track_session") === 'vk//spring /');
  assert.equal(rows('SELECT COUNT(DISTINCT device_no) FROM track_event'), '1');
  guest.fine();
  await guest.close();
});

test('who asks not to be followed is not', async () => {
  const walk = async (guest) => {
    await guest.page.goto('/');
    await guest.page.locator('main a[href^="/product/"]').first().click();
    await guest.page.locator('main h1').waitFor();
    await guest.page.goto('/basket');
    await guest.page.locator('main h1').waitFor();
    await guest.close();
  };
  const devices = () => Number(rows('SELECT COUNT(DISTINCT device_no) FROM track_event'));
  const before = devices();
  const shy = await person(browser, server.url, { width: 1280 });
  await shy.context.addInitScript(() => Object.defineProperty(navigator, 'doNotTrack', { value: '1' }));
  const told = [];
  shy.page.on('request', (r) => r.url().endsWith('/v1/batch') && told.push(r.postData()));
  await walk(shy);
  // what somebody else told after him has come
  await walk(await person(browser, server.url, { width: 1280 }));
  await until(() => devices() > before);
  assert.equal(devices(), before + 1);
  assert.deepEqual(told, []);
});

/* An event is declared by hand, a member of it is refused and mended, and it is changed. */
async function planByHand({ page, t, wrong }, width, lang, scheme) {
  const name = `Lamp bought ${width}`;
  const plan = async () => (await page.evaluate(async () => (await fetch('/v1/track/plan')).json())).items.find((p) => p.name === name);
  await page.getByRole('button', { name: t('track.declare') }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(t('track.event_name')).fill(name);
  await form.getByRole('button', { name: t('track.add_member') }).click();
  await form.getByRole('button', { name: t('track.save_plan') }).click();
  await form.locator('[aria-invalid="true"]').waitFor(); // a member has a name
  await judge(page, `office-track-form-${width}-${lang}-${scheme}`, { width });
  await form.getByLabel(t('track.member_name')).fill('lumen');
  await form.getByLabel(t('track.member_type')).selectOption('number');
  await form.getByLabel(t('track.member_must')).check();
  await form.getByRole('button', { name: t('track.add_member') }).click();
  await form.getByLabel(t('track.member_name')).last().fill('shade');
  await form.getByRole('button', { name: t('track.save_plan') }).click();
  await form.waitFor({ state: 'detached' });
  assert.deepEqual((await plan()).members.map((m) => [m.name, m.type, !!m.must]).sort(), [['lumen', 'number', true], ['shade', 'text', false]]);

  await page.getByRole('button', { name: t('track.edit_one', { name }) }).click();
  await form.getByLabel(t('track.doc')).fill('when a lamp is paid');
  await form.getByRole('button', { name: t('track.drop_member', { name: 'shade' }) }).click();
  await form.getByLabel(t('track.old'), { exact: true }).check();
  await form.getByRole('button', { name: t('track.save_plan') }).click();
  await form.waitFor({ state: 'detached' });
  const kept = await plan();
  assert.deepEqual([kept.old, kept.doc, kept.members.map((m) => m.name)], [true, 'when a lamp is paid', ['lumen']]);
  await page.getByRole('row', { name: new RegExp(name) }).getByText(t('track.old_mark')).waitFor();

  await page.getByRole('button', { name: t('track.undeclare_one', { name }) }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: t('house.delete'), exact: true }).click();
  await page.getByRole('button', { name: t('track.edit_one', { name }) }).waitFor({ state: 'detached' });
  assert.equal(await plan(), undefined);
  assert.deepEqual(wrong, []);
}

for (const [width, lang, scheme] of ways([360, 'ru', 'dark'], [1280, 'en', 'light'])) {
  test(`the office looks at events at ${width} px in ${lang}, ${scheme}`, async () => {
    const office = await atOffice({ width, lang, scheme });
    const { page, t } = office;
    await page.goto('/office/track');
    await still(page);
    await judge(page, `office-track-waiting-${width}-${lang}-${scheme}`, { width });
    await page.getByRole('tab', { name: t('track.plan') }).click();
    await page.getByText('Product Viewed').first().waitFor();
    await judge(page, `office-track-plan-${width}-${lang}-${scheme}`, { width });
    await planByHand(office, width, lang, scheme);
    await page.getByRole('tab', { name: t('track.sources') }).click();
    await page.getByRole('button', { name: t('track.add_source') }).click();
    await page.getByLabel(t('track.source')).fill(`App ${width}`);
    await page.getByRole('button', { name: t('house.make_key') }).click();
    const key = await page.getByRole('dialog').getByText(/wk_/).textContent();
    await judge(page, `office-track-key-${width}-${lang}-${scheme}`, { width });
    await page.keyboard.press('Escape');
    const answer = await fetch(`${server.url}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey: key.trim(), batch: [{ type: 'track', event: `Lamp lit ${width}`, userId: 'u', properties: { lumen: 5 } }, { type: 'page' }] }) });
    assert.equal((await answer.json()).held, 1);
    await page.goto('/office/track');
    await page.getByText(`Lamp lit ${width}`).first().waitFor();
    await judge(page, `office-track-held-${width}-${lang}-${scheme}`, { width });
    await page.getByRole('button', { name: t('track.accept_one', { name: `Lamp lit ${width}` }) }).click();
    await page.getByRole('button', { name: t('track.accept_one', { name: `Lamp lit ${width}` }) }).waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: t('track.refused') }).click();
    await page.getByText('batch[1].anonymousId').first().waitFor();
    await judge(page, `office-track-refused-${width}-${lang}-${scheme}`, { width });
    office.fine();
    await office.close();
  });
}
