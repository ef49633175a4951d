// The office without a mouse: a list is narrowed, its columns chosen, kept as a view;
// goods are changed in bulk and put back; a page is opened from its row and written.
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { csv } from '../support/sheet.js';
import { focused, press, tabTo } from './keys.js';
import { assert, becomes, exact, open, person, ways } from './pages.js';
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

const ask = (page, path) => page.evaluate(async (p) => (await fetch(p)).json(), path);
const still = (page) => page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('main .bone, main [aria-busy="true"]'));

for (const lang of ways('ru', 'en'))
  test(`the whole job of the catalogue by keys alone, in ${lang}`, async () => {
    const t = say(lang);
    const who = await person(browser, server.url, { width: 1280, lang });
    const { page } = who;
    await page.goto('/office');
    await page.getByLabel(t('staff.login')).waitFor();
    await page.getByLabel(t('staff.login')).focus();
    await page.keyboard.type('owner');
    await tabTo(page, 'textbox', t('staff.password'));
    await page.keyboard.type('prilavok');
    await press(page, 'Enter');
    await page.locator('.office').waitFor();

    await tabTo(page, 'link', t('wares.products'));
    await press(page, 'Enter');
    await page.getByRole('grid').waitFor();
    await still(page);

    // narrowed: by words, then by what is for sale
    const { items } = await ask(page, '/v1/catalog/product?limit=50&active=true');
    const of = items.find((p) => p.price_min > 0 && p.brand);
    await press(page, '/');
    await becomes(async () => (await focused(page)).role, 'searchbox');
    await page.keyboard.type(of.brand);
    await page.waitForFunction((q) => new URLSearchParams(location.search).get('q') === q, of.brand);
    await tabTo(page, 'combobox', t('office.state'));
    await press(page, 'ArrowDown');
    await page.waitForFunction(() => location.search.includes('active=true'));
    await still(page);

    // another column; kept under a name
    await tabTo(page, 'button', t('table.columns'));
    await press(page, 'Enter');
    await tabTo(page, 'checkbox', t('wares.warranty'));
    await press(page, 'Space', 'Escape');
    await becomes(async () => (await focused(page)).name, t('table.columns'), 'the focus is back at its button');
    await page.getByRole('columnheader', { name: t('wares.warranty') }).waitFor();
    await tabTo(page, 'button', t('table.views'), { back: true });
    await press(page, 'Enter');
    await tabTo(page, 'textbox', t('table.view_name'));
    await page.keyboard.type(`Mine ${lang}`);
    await press(page, 'Enter');
    await page.getByRole('button', { name: `Mine ${lang}`, exact: true }).waitFor();
    await press(page, 'Escape');
    const views = await ask(page, '/v1/staff/me/view?screen=office.products');
    assert.match(views.items.find((v) => v.name === `Mine ${lang}`).query, /active=true/);

    // taken away as a table, with what was narrowed
    await tabTo(page, 'button', t('table.export'));
    await press(page, 'Enter');
    await becomes(async () => (await focused(page)).role, 'menuitem');
    for (let k = 0; k < 3 && (await focused(page)).name !== t('table.csv'); k++) await press(page, 'ArrowDown');
    assert.equal((await focused(page)).name, t('table.csv'));
    const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Enter')]);
    const [, ...taken] = csv(readFileSync(await file.path(), 'utf8').slice(1));
    assert.ok(taken.length > 1 && taken.slice(0, -1).every((r) => r.includes(of.brand)), 'of this brand alone');
    await becomes(async () => (await focused(page)).name, t('table.export'), 'the focus is back at its button');

    // two rows are chosen and changed; the look first, then done, then put back
    const first = await ask(page, `/v1/catalog/product?limit=2&active=true&q=${encodeURIComponent(of.brand)}`);
    const [one] = first.items;
    await tabTo(page, 'row', new RegExp(one.name.slice(0, 12).replace(/[.*+?^${}()|[\]\\]/g, '.')));
    await press(page, 'Space', 'ArrowDown', 'Space');
    assert.equal((await focused(page)).selected, true);
    await tabTo(page, 'button', t('wares.change'));
    await press(page, 'Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await tabTo(page, 'combobox', t('wares.what'));
    await press(page, 'End');
    await dialog.getByLabel(t('wares.warranty_days')).waitFor();
    await tabTo(page, 'textbox', t('wares.warranty_days'));
    await page.keyboard.type('1111');
    await press(page, 'Enter');
    await page.locator('.tag', { hasText: exact(t('bulk_state.ready')) }).waitFor();
    await tabTo(page, 'button', /2/);
    await press(page, 'Enter');
    await page.getByRole('alertdialog').waitFor();
    await tabTo(page, 'button', t('wares.do_apply'));
    await press(page, 'Enter');
    await page.locator('.tag', { hasText: exact(t('bulk_state.applied')) }).waitFor();
    const card = async () => (await ask(page, `/v1/catalog/product/${one.id}/card`)).product;
    assert.equal((await card()).warranty_days, 1111);
    await tabTo(page, 'button', t('wares.undo'));
    await press(page, 'Enter');
    await page.getByRole('alertdialog').waitFor();
    await tabTo(page, 'button', t('wares.undo'));
    await press(page, 'Enter');
    await page.locator('.tag', { hasText: exact(t('bulk_state.undone')) }).first().waitFor();
    assert.equal((await card()).warranty_days, one.warranty_days);

    // the kept view brings the rows again; Enter opens one, its page is written
    await tabTo(page, 'link', t('wares.products'));
    await press(page, 'Enter');
    await page.getByRole('grid').waitFor();
    await still(page);
    await tabTo(page, 'button', t('table.views'));
    await press(page, 'Enter');
    await tabTo(page, 'button', `Mine ${lang}`);
    await press(page, 'Enter');
    await page.waitForFunction(() => location.search.includes('active=true'));
    await still(page);
    await tabTo(page, 'row', /./);
    await press(page, 'Enter');
    await page.getByLabel(t('wares.model')).waitFor();
    await tabTo(page, 'textbox', t('wares.model'));
    await press(page, 'Control+A');
    await page.keyboard.type(`KEYS-${lang}`);
    await press(page, 'Enter');
    await page.getByText(t('wares.saved')).waitFor();
    assert.equal((await card()).model, `KEYS-${lang}`);
    who.fine();
    await who.close();
  });
