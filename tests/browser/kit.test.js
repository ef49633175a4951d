// The kit by itself: every component in every state looks as it was approved, in each
// theme and width, is accessible, and does its job by keyboard alone.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { postgres, start } from '../support/server.js';
import { assert, becomes, judge, open, person } from './pages.js';
import { same, settled, still } from './picture.js';
import { say } from './words.js';

const sections = ['marks', 'fields', 'choices', 'dates', 'forms', 'tables', 'pictures', 'layers'];
const now = new Date('2026-11-21T12:00:00Z');
const t = say('ru');

/* The gallery asks nothing of the database. */
describe('the kit', { skip: postgres && 'it needs no database' }, () => {
  let server, browser;
  before(async () => {
    server = await start({ chain: null });
    browser = await open();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function gallery(options) {
    const who = await person(browser, server.url, options);
    await who.page.clock.setFixedTime(now);
    return who;
  }

  async function at(who, section) {
    await who.page.goto(`/kit/${section}`);
    await who.page.locator(`#${section}`).waitFor();
    await who.page.waitForFunction(() => !document.querySelector('[role="grid"][aria-busy="true"] [role="row"][tabindex]'));
    await who.page.waitForTimeout(section === 'tables' ? 150 : 0);
    await still(who.page);
  }

  for (const theme of ['light', 'dark', 'contrast'])
    test(`every component looks as approved: ${theme}, at 1280 and 360 px`, async () => {
      const who = await gallery({ width: 1280, theme });
      for (const section of sections) {
        await who.page.setViewportSize({ width: 1280, height: 800 });
        await at(who, section);
        for (const width of [1280, 360]) {
          if (width === 360) {
            await who.page.setViewportSize({ width, height: 800 });
            await settled(who.page);
          }
          // all of it at both widths in one theme, in the others their colours
          if (width === 1280 || theme === 'light') await judge(who.page, `kit-${section}-${theme}-${width}`, { width, colours: theme !== 'light' });
          same(`${section}-${theme}-${width}`, await who.page.locator(`#${section}`).screenshot());
        }
        who.fine();
      }
      await who.close();
    });

  test('in English too, and on a black screen with high contrast', async () => {
    const who = await gallery({ width: 360, lang: 'en', scheme: 'dark', theme: 'contrast' });
    for (const section of sections) {
      await at(who, section);
      await judge(who.page, `kit-${section}-en`, { width: 360, colours: true });
      who.fine();
    }
    assert.deepEqual(await who.page.evaluate(() => ({ ...document.documentElement.dataset })), { scheme: 'dark', contrast: 'more' });
    await who.close();
  });

  /* What is seen only when it is opened. */
  const opened = {
    dialog: ['layers', (page) => page.getByRole('button', { name: 'Dialog', exact: true }).click()],
    sheet: ['layers', (page) => page.getByRole('button', { name: 'Sheet' }).click()],
    alert: ['layers', (page) => page.getByRole('button', { name: 'AlertDialog' }).click()],
    menu: ['layers', (page) => page.getByRole('button', { name: t('gallery.acts') }).click()],
    list: ['fields', async (page) => {
      const field = page.getByRole('combobox', { name: t('gallery.server') });
      await field.evaluate((e) => {
        document.querySelector('main').style.paddingBottom = '50vh'; // room for the list below it
        e.scrollIntoView({ block: 'center' });
      });
      await field.fill('К');
    }],
    calendar: ['dates', (page) => page.getByRole('button', { name: t('kit.calendar', { name: t('gallery.day') }) }).first().click()],
    range: ['dates', (page) => page.getByRole('button', { name: /^Период:/ }).click()],
    columns: ['tables', (page) => page.getByRole('button', { name: t('table.columns') }).first().click()],
    keys: ['tables', (page) => page.keyboard.press('?')],
    toasts: ['marks', async (page) => {
      await page.getByRole('button', { name: t('gallery.undo') }).click();
      await page.getByRole('button', { name: t('gallery.complain') }).click();
    }],
  };
  for (const [theme, width] of [['light', 1280], ['dark', 360]]) {
    test(`what opens looks as approved: ${theme}, ${width} px`, async () => {
      const who = await gallery({ width, theme });
      for (const [name, [section, act]] of Object.entries(opened)) {
        await at(who, section);
        await act(who.page);
        if (['dialog', 'sheet', 'alert', 'keys'].includes(name)) await who.page.getByRole('dialog').or(who.page.getByRole('alertdialog')).first().waitFor();
        if (name === 'list') await who.page.locator('.option').first().waitFor();
        await still(who.page);
        same(`open-${name}-${theme}-${width}`, await who.page.screenshot());
        await judge(who.page, `kit-open-${name}-${theme}-${width}`, { width, colours: theme !== 'light' });
        who.fine();
      }
      await who.close();
    });
  }

  describe('by keyboard alone', () => {
    let who, page;
    before(async () => {
      who = await gallery({ width: 1280 });
      page = who.page;
    });
    after(() => who?.close());

    const keys = async (...all) => {
      for (const key of all) await page.keyboard.press(key);
    };
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.innerText?.trim().replace(/\u00a0/g, ' '));

    test('a dialog takes the focus, keeps it, and gives it back', async () => {
      await at(who, 'layers');
      await page.getByRole('button', { name: 'Dialog', exact: true }).focus();
      await keys('Enter');
      const dialog = page.getByRole('dialog', { name: t('gallery.edit') });
      await dialog.waitFor();
      for (let k = 0; k < 12; k++) {
        await keys('Tab');
        assert.ok(await page.evaluate(() => document.activeElement === document.body || !!document.activeElement?.closest('dialog')), 'the focus stays inside');
      }
      await keys('Escape');
      await dialog.waitFor({ state: 'detached' });
      await becomes(focused, 'Dialog');
      who.fine();
    });

    test('a question that cannot be undone begins at "no"', async () => {
      await page.getByRole('button', { name: 'AlertDialog' }).focus();
      await keys('Enter');
      await page.getByRole('alertdialog', { name: t('gallery.delete_ask') }).waitFor();
      await becomes(focused, t('kit.no'));
      await keys('Tab', 'Enter');
      await page.getByRole('status').getByText(t('gallery.removed')).waitFor();
    });

    test('a menu opens, walks, finds by letter, and closes', async () => {
      await page.getByRole('button', { name: t('gallery.acts') }).focus();
      await keys('Enter');
      await page.waitForFunction(() => document.activeElement?.matches('[role="menuitem"]'));
      await keys('ArrowDown');
      await becomes(focused, t('gallery.other'));
      await page.evaluate(() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'У', bubbles: true, cancelable: true })));
      await page.waitForFunction((text) => document.activeElement?.innerText.trim() === text, t('gallery.delete'));
      await becomes(focused, t('gallery.delete'));
      await keys('Escape');
      await becomes(focused, t('gallery.acts'));
      await keys('Enter');
      await page.waitForFunction(() => document.activeElement?.matches('[role="menuitem"]'));
      await keys('Enter');
      await page.getByRole('status').getByText(t('gallery.edit')).waitFor();
      who.fine();
    });

    test('a list asks the server, is walked by arrows, and forgets what was not chosen', async () => {
      await at(who, 'fields');
      const field = page.getByRole('combobox', { name: t('gallery.server') });
      await field.focus();
      await page.keyboard.type('Кра');
      await page.getByRole('option', { name: /Краснодар/ }).waitFor();
      await keys('ArrowDown', 'Enter');
      assert.match(await field.inputValue(), /^Красно/);
      const chosen = await field.inputValue();
      await page.keyboard.type('ььь');
      await page.getByText(t('kit.nothing_found')).waitFor();
      await keys('Escape', 'Tab');
      await becomes(() => field.inputValue(), chosen);
      who.fine();
    });

    test('a list that got no answer says why', async () => {
      const field = page.getByRole('combobox', { name: t('gallery.server') });
      await field.fill('!');
      await page.getByText(t('error.busy')).first().waitFor();
      await keys('Escape');
    });

    test('a day is typed as people write it, or found in the calendar', async () => {
      await at(who, 'dates');
      const field = page.getByLabel(t('gallery.day'), { exact: true }).first();
      await field.fill('3.12');
      await keys('Tab');
      assert.equal(await field.inputValue(), '03.12.2026');
      await field.fill('31.02.2026');
      await keys('Tab');
      await page.getByText('Такого дня нет').waitFor();
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
      await field.fill('311226');
      await field.press('Enter');
      assert.equal(await field.inputValue(), '31.12.2026');
      await field.focus();
      await keys('Alt+ArrowDown');
      await page.getByRole('dialog', { name: t('gallery.day') }).waitFor();
      await page.waitForFunction(() => document.activeElement?.matches('.cal-day'));
      assert.equal(await page.locator('.cal th').first().innerText(), 'пн');
      await keys('ArrowLeft', 'ArrowUp', 'Enter');
      await page.waitForFunction((f) => f.value === '23.12.2026', await field.elementHandle());
      who.fine();
    });

    test('a day out of the range is refused with the reason', async () => {
      const field = page.getByRole('textbox', { name: t('gallery.day'), exact: true }).nth(1);
      await field.fill('1.11.2026');
      await keys('Tab');
      await page.getByText(/Не.раньше.10\.11\.2026/).waitFor();
    });

    test('rows are walked, chosen, sorted and opened', async () => {
      await at(who, 'tables');
      const rows = page.getByRole('grid', { name: t('gallery.orders') }).locator('[role="row"][tabindex]');
      await rows.first().focus();
      await keys('ArrowDown', 'Space', 'ArrowDown', 'Space');
      await page.getByText('Выбрано 2 строки').waitFor();
      assert.deepEqual(await rows.evaluateAll((all) => all.slice(0, 4).map((r) => r.getAttribute('aria-selected'))), ['false', 'true', 'true', 'false']);
      await keys('Escape');
      assert.equal(await page.getByText('Выбрано').count(), 0);
      await keys('Control+a');
      await page.getByText('Выбрано 20 строк').waitFor();
      await keys('Escape', 'End', 'ArrowDown');
      await page.waitForFunction(() => document.querySelectorAll('[role="row"][tabindex]').length === 40);
      assert.equal(await rows.nth(20).getAttribute('tabindex'), '0');
      const sum = page.getByRole('columnheader', { name: t('checkout.total') }).first();
      await sum.getByRole('button').focus();
      await keys('Enter');
      await page.waitForURL(/sort=total/);
      assert.equal(await sum.getAttribute('aria-sort'), 'ascending');
      await keys('/');
      await page.keyboard.type('Ильина');
      await page.waitForURL(/q=/);
      await page.waitForFunction(() => [...document.querySelectorAll('[role="row"][tabindex]')].every((r) => r.textContent.includes('Ильина')));
      await rows.first().focus();
      await keys('Enter');
      await page.waitForURL(/order=\d+/);
      who.fine();
    });

    test('filters, order and columns are kept under a name and taken again', async () => {
      await page.goto('/kit/tables?state=ready&sort=-total');
      await page.locator('[role="row"][tabindex]').first().waitFor();
      await page.getByRole('button', { name: t('table.columns') }).first().click();
      await page.getByRole('dialog', { name: t('table.columns') }).getByLabel(t('gallery.city'), { exact: true }).uncheck();
      await keys('Escape');
      await page.getByRole('button', { name: t('table.views') }).first().click();
      await page.getByLabel(t('table.view_name')).fill('Готовые');
      await keys('Enter');
      await page.getByRole('button', { name: 'Готовые', exact: true }).waitFor();
      await keys('Escape');
      await page.getByRole('button', { name: t('table.clear') }).click();
      await page.waitForURL((url) => !url.search.includes('state'));
      await page.getByRole('button', { name: t('table.columns') }).first().click();
      await page.getByRole('button', { name: t('table.usual') }).click();
      await keys('Escape');
      await page.getByRole('columnheader', { name: t('gallery.city') }).waitFor();
      await page.getByRole('button', { name: t('table.views') }).first().click();
      await page.getByRole('button', { name: 'Готовые', exact: true }).click();
      await page.waitForURL(/state=ready/);
      await page.getByRole('columnheader', { name: t('gallery.city') }).waitFor({ state: 'detached' });
      const link = await page.getByRole('button', { name: t('table.export') }).first();
      await link.click();
      assert.match(await page.getByRole('menuitem', { name: t('table.xlsx') }).getAttribute('href'), /export\.xlsx\?.*state=ready/);
      await keys('Escape');
      who.fine();
    });

    test('a form names what is missing before it is sent, all at once', async () => {
      await at(who, 'forms');
      const form = page.locator('#refused form');
      await form.locator('[name="code"]').fill('');
      await form.locator('[name="name"]').fill('ё'.repeat(60));
      await form.locator('[name="sort"]').fill('12,5');
      await form.locator('[name="sort"]').press('Enter');
      await form.getByRole('alert').getByText('Исправьте 3 поля').waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'code');
      assert.equal(await form.getByText('Слишком длинно: уберите 10 знаков.').count(), 2);
      await form.getByText('Нужно целое число.').first().waitFor();
      await judge(page, 'kit-form-missing', { width: 1280 });
      who.fine();
    });

    test('what the server refuses stands beside each field, the first has the focus', async () => {
      const form = page.locator('#refused form');
      await form.locator('[name="code"]').fill('ram');
      await form.locator('[name="name"]').fill('Память');
      await form.locator('[name="sort"]').fill('12');
      await form.locator('[name="sort"]').press('Enter');
      await form.getByRole('alert').getByText('Исправьте 2 поля').waitFor();
      const described = (name) => form.locator(`[name="${name}"]`).evaluate((e) => document.getElementById(e.getAttribute('aria-describedby'))?.innerText);
      assert.equal(await described('code'), t('error.exists'));
      assert.equal(await described('unit'), t('error.bad_argument'));
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'code');
      await form.locator('[name="code"]').fill('ram2');
      assert.equal(await form.locator('[name="code"]').getAttribute('aria-invalid'), null);
      assert.equal(await form.locator('[name="unit"]').getAttribute('aria-invalid'), 'true');
    });

    test('when somebody was faster, theirs and yours are shown, and what is chosen is sent', async () => {
      const form = page.locator('#met form');
      await form.locator('[name="name"]').fill('ОЗУ');
      await form.locator('[name="name"]').press('Enter');
      await form.getByRole('alert').getByText(t('form.changed')).waitFor();
      assert.equal(await form.locator('[name="unit"]').inputValue(), 'Гбайт', 'what only they changed is taken');
      await form.getByRole('radio', { name: /Оперативная память/ }).waitFor();
      assert.ok(await page.evaluate(() => document.activeElement?.matches('[type="radio"]')));
      await judge(page, 'kit-form-met', { width: 1280 });
      await keys('ArrowDown');
      assert.equal(await form.locator('[name="name"]').inputValue(), 'Оперативная память');
      await keys('Enter');
      await page.getByRole('status').getByText(t('gallery.saved')).waitFor();
      who.fine();
    });

    test('a phone number is set while it is typed or pasted, and the cursor stays', async () => {
      const field = page.getByLabel(t('gallery.phone'), { exact: true }).nth(1);
      await field.focus();
      await page.keyboard.type('9161234567');
      assert.equal(await field.inputValue(), '+7 916 123-45-67');
      await field.fill('8 (495) 765 43 21');
      assert.equal(await field.inputValue(), '+7 495 765-43-21');
      await field.evaluate((e) => e.setSelectionRange(6, 6));
      await keys('Backspace');
      await page.keyboard.type('9');
      assert.equal(await field.inputValue(), '+7 499 765-43-21');
      assert.equal(await field.evaluate((e) => e.selectionStart), 6);
    });

    test('? lists the keys of the screen', async () => {
      await at(who, 'tables');
      await keys('?');
      const list = page.getByRole('dialog', { name: t('keys.title') });
      await list.getByText(t('keys.search')).waitFor();
      await keys('Escape');
      await list.waitFor({ state: 'detached' });
      await page.getByRole('searchbox').first().focus();
      await page.keyboard.type('?');
      assert.equal(await list.count(), 0, 'a question mark in a field is a question mark');
      who.fine();
    });
  });

  test('the colours that were chosen are there before anything is painted', async () => {
    const who = await gallery({ width: 1280 });
    const { page } = who;
    await at(who, 'marks');
    await page.getByTitle(t('theme.dark')).click();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.scheme), 'dark');
    await page.addInitScript(() => {
      new MutationObserver(() => {
        if (document.body) globalThis.schemeAtBody ??= document.documentElement.dataset.scheme ?? 'none';
      }).observe(document, { childList: true, subtree: true });
    });
    await page.reload();
    assert.equal(await page.evaluate(() => globalThis.schemeAtBody), 'dark');
    assert.ok(await page.getByRole('radio', { name: t('theme.dark') }).isChecked());
    await page.goto('/till');
    assert.equal(await page.evaluate(() => document.documentElement.dataset.scheme), 'dark', 'one choice for all apps');
    await page.evaluate(() => localStorage.removeItem('theme'));
    await page.goto('/kit/marks');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction(() => document.documentElement.dataset.scheme === 'dark');
    await page.emulateMedia({ colorScheme: 'light', contrast: 'more' });
    await page.waitForFunction(() => document.documentElement.dataset.contrast === 'more');
    who.fine();
    await who.close();
  });

  test("with the system's own colours everything chosen is still seen", async () => {
    const who = await gallery({ width: 1280 });
    await who.page.emulateMedia({ forcedColors: 'active' });
    await at(who, 'choices');
    const [on, off] = await who.page.getByRole('switch').evaluateAll((all) => all.map((e) => getComputedStyle(e).backgroundColor));
    assert.notEqual(on, off);
    await at(who, 'layers');
    await who.page.getByRole('button', { name: t('gallery.acts') }).click();
    await who.page.keyboard.press('ArrowDown');
    const ground = (which) => who.page.locator(`[role="menuitem"]${which}`).first().evaluate((e) => getComputedStyle(e).backgroundColor);
    assert.notEqual(await ground('[data-highlighted]'), await ground(':not([data-highlighted])'));
    who.fine();
    await who.close();
  });

  test('the camera reads a QR code and a bar code', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prilavok-camera-'));
    const film = join(folder, 'codes.y4m');
    writeFileSync(film, filmOf([draw(qr()), draw(ean('4607001771234'))]));
    const watcher = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`],
    });
    const who = await person(watcher, server.url, { width: 1280 });
    await who.page.goto('/kit/pictures');
    await who.page.getByRole('button', { name: t('gallery.camera') }).click();
    await who.page.locator('[data-heard="qr P-10021/482913"]').waitFor();
    await who.page.locator('[data-heard="ean 4607001771234"]').waitFor();
    who.fine();
    await watcher.close();
    rmSync(folder, { recursive: true });
  });

  test('without leave the camera says how to give it', async () => {
    const who = await gallery({ width: 360 });
    await who.page.goto('/kit/pictures');
    await who.page.evaluate(() => (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))));
    await who.page.getByRole('button', { name: t('gallery.camera') }).click();
    await who.page.getByRole('alert').getByText(/Камера запрещена/).waitFor();
    who.fine();
    await who.close();
  });
});

/* ---- Codes as a camera sees them ---- */

/* "P-10021/482913", level M. */
function qr() {
  return `#######..###..#######
#.....#.##.#..#.....#
#.###.#....#..#.###.#
#.###.#...#...#.###.#
#.###.#.#.###.#.###.#
#.....#..#.#..#.....#
#######.#.#.#.#######
..........#..........
#.#.#.#.....#...#..#.
#.####...###..##.#.##
....###.##.#..#.#.##.
#..###.##..##..#...#.
###..###...#...#.##..
........#.#..#..####.
#######..#..#.#....##
#.....#.......##.#..#
#.###.#.##..#.#.#.###
#.###.#....#.#.#.#.#.
#.###.#.##.#..##..#.#
#.....#..#.###.######
#######.#.##..#.#.#.#`.split('\n');
}

/* The bars of an EAN-13, thirty lines high. */
function ean(digits) {
  const odd = ['0001101', '0011001', '0010011', '0111101', '0100011', '0110001', '0101111', '0111011', '0110111', '0001011'];
  const flip = (s) => s.replace(/./g, (b) => (b === '0' ? '1' : '0'));
  const even = (n) => [...flip(odd[n])].reverse().join('');
  const firsts = ['000000', '001011', '001101', '001110', '010011', '011001', '011100', '010101', '010110', '011010'];
  const n = [...digits].map(Number);
  const left = n.slice(1, 7).map((d, k) => (firsts[n[0]][k] === '0' ? odd[d] : even(d)));
  const right = n.slice(7).map((d) => flip(odd[d]));
  const bars = `101${left.join('')}01010${right.join('')}101`;
  return Array.from({ length: 30 }, () => bars.replaceAll('1', '#').replaceAll('0', '.'));
}

const [wide, high] = [640, 480];

/* Black on white in the middle of a grey-level picture. */
function draw(rows) {
  const size = Math.floor(Math.min(400 / rows[0].length, 300 / rows.length));
  const picture = Buffer.alloc(wide * high, 235);
  const [left, up] = [(wide - rows[0].length * size) >> 1, (high - rows.length * size) >> 1];
  for (let y = 0; y < rows.length * size; y++)
    for (let x = 0; x < rows[0].length * size; x++) if (rows[Math.floor(y / size)][Math.floor(x / size)] === '#') picture[(up + y) * wide + left + x] = 16;
  return picture;
}

/* Each picture for a second, again and again. */
function filmOf(pictures) {
  const grey = Buffer.alloc((wide * high) / 2, 128);
  const frames = pictures.flatMap((picture) => Array.from({ length: 5 }, () => [Buffer.from('FRAME\n'), picture, grey]));
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${wide} H${high} F5:1 Ip A1:1 C420jpeg\n`), ...frames.flat()]);
}
