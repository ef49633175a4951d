// The seller's whole job without a mouse, as a screen reader tells it: what has the
// focus is named by its role and name in the browser's own accessibility tree.
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { person as caller, start } from '../support/server.js';
import { assert, becomes, open, person, ways } from './pages.js';
import { keptAtTill, scan, somethingIn } from './staff.js';
import { say } from './words.js';

const PIN = '482915';
let server, browser, boss, shop;
const must = async (method, path, body) => {
  const answer = await boss.call(method, path, body, { 'idempotency-key': randomUUID() });
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};
before(async () => {
  server = await start();
  browser = await open();
  boss = caller(server);
  shop = (await boss.login('manager')).place_id;
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/* What is said when the focus comes here: { role, name, and what is told with it }. */
async function heard(page, cdp) {
  const { result } = await cdp.send('Runtime.evaluate', { expression: 'document.activeElement' });
  const { nodes } = await cdp.send('Accessibility.getPartialAXTree', { objectId: result.objectId, fetchRelatives: false });
  const [node] = nodes;
  const told = Object.fromEntries((node.properties ?? []).map((p) => [p.name, p.value.value]));
  return { role: node.role?.value, name: (node.name?.value ?? '').replace(/\u00a0/g, ' ').trim(), value: node.value?.value, ...told };
}

/* Everything on the page a screen reader may come to, as role and name. */
async function spoken(cdp) {
  const { nodes } = await cdp.send('Accessibility.getFullAXTree');
  return nodes.filter((n) => !n.ignored).map((n) => ({ role: n.role?.value, name: (n.name?.value ?? '').replace(/\u00a0/g, ' ').trim() }));
}

for (const [width, lang] of ways([1280, 'ru'], [360, 'en'])) {
  describe(`at ${width} px in ${lang}`, () => {
    const t = say(lang);
    const phone = `+7916300${width === 360 ? 1 : 2}0${lang === 'ru' ? 1 : 2}0`;
    let who, page, cdp, cover, thing, serial;

    before(async () => {
      who = await person(browser, server.url, { width, lang });
      page = who.page;
      cdp = await who.context.newCDPSession(page);
      await cdp.send('Accessibility.enable');
      serial = `35693803564${width === 360 ? 38 : 39}${lang === 'ru' ? 1 : 2}`;
      serial += check(serial);
      // somebody to be found by his phone
      const any = (await must('GET', `/v1/catalog/search?place_id=${shop}&in_stock=true&limit=1`)).items[0];
      await must('POST', '/v1/order', { kind: 'pickup', channel: 'phone', place_id: shop, name: `Орлова Нина`, phone, lines: [{ variant_id: any.variant_id, qty: 1 }] }).then((o) => must('POST', `/v1/order/${o.id}/cancel`, { why: 'проба' }));
    });
    after(() => who.close());

    const at = () => heard(page, cdp);
    async function stands(role, name) {
      await page.waitForFunction(() => document.activeElement !== document.body);
      let now;
      const there = async () => {
        now = await at();
        return now.role === role && now.name.includes(name) ? 'there' : `${now.role} “${now.name}”`;
      };
      await becomes(there, 'there', `the focus is not on ${role} “${name}”`);
      return now;
    }
    /* Tab until there; every stop on the way has a name. */
    async function tabTo(role, name, back = false) {
      for (let k = 0; k < 80; k++) {
        await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
        const now = await at();
        if (['RootWebArea', 'generic', 'none'].includes(now.role)) continue; // past the page's end
        assert.ok(now.name, `a stop without a name: ${JSON.stringify(now)}`);
        if (now.role === role && now.name.includes(name)) return now;
      }
      assert.fail(`${role} “${name}” is never reached`);
    }
    const says = (role, name) => becomes(async () => (await spoken(cdp)).some((n) => n.role === role && n.name.includes(name)), true, `nobody hears ${role} “${name}”`);

    async function login(login) {
      await page.getByLabel(t('staff.login')).waitFor();
      await tabTo('textbox', t('staff.login'));
      await page.keyboard.type(login);
      await tabTo('textbox', t('staff.password'));
      await page.keyboard.type('prilavok');
      await page.keyboard.press('Enter');
      await stands('combobox', t('sale.scan'));
    }

    test('a seller logs in, sets a PIN, leaves, and comes back by it', async () => {
      await page.goto('/till');
      await login('seller');
      [cover, thing] = [await somethingIn(page, shop, false), await somethingIn(page, shop, true)];
      assert.ok(cover && thing);
      await must('POST', '/v1/stock/receive', { place_id: shop, lines: [{ variant_id: cover.variant, qty: 10 }] });
      for (const role of ['main', 'navigation', 'banner']) assert.ok((await spoken(cdp)).some((n) => n.role === role), role);
      await page.locator('[data-line="up"]').waitFor();
      await tabTo('link', t('line.up'), true);
      await page.keyboard.press('Enter');
      await page.getByLabel(t('pin.new')).waitFor();
      await tabTo('textbox', t('staff.password'));
      await page.keyboard.type('prilavok');
      await tabTo('textbox', t('pin.new'));
      await page.keyboard.type(PIN);
      await page.keyboard.press('Enter');
      await page.getByText(t('pin.set_done')).waitFor();
      // who answers for the shop lets this till do without a line
      const [mine] = (await must('GET', `/v1/till?place_id=${shop}`)).items.toSorted((x, y) => y.number - x.number);
      await must('POST', `/v1/till/${mine.id}`, { offline: 1 });
      await page.reload();
      await becomes(async () => !!(await keptAtTill(page, shop, 'till'))?.staff?.length, true, 'nobody can log in by PIN here');
      await tabTo('button', t('staff.leave'));
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: t('pin.no_line') }).waitFor();
      await tabTo('button', t('pin.no_line'));
      await page.keyboard.press('Enter');
      await page.getByLabel(t('pin.who')).waitFor();
      await tabTo('combobox', t('pin.who'));
      await page.keyboard.press('ArrowDown');
      await tabTo('textbox', t('pin.pin'));
      await page.keyboard.type(PIN);
      await page.keyboard.press('Enter');
      await page.getByRole('navigation').waitFor();
      await page.keyboard.press('F1');
      await stands('combobox', t('sale.scan'));
      await scan(page, cover.sku);
      await page.getByRole('cell', { name: cover.name }).first().waitFor();
      assert.ok(await page.getByRole('button', { name: t('park.put') }).first().isDisabled(), 'what lies at the server needs a login there');
      await page.keyboard.press('F9');
      await page.keyboard.press('F10');
      await page.getByText(t('sale.done'), { exact: true }).waitFor();
      await tabTo('button', t('staff.leave'));
      await page.keyboard.press('Enter');
      await login('seller');
      who.fine();
    });

    test('found by words, twice; a telephone with its number; the wrong check digit is heard; paid by card and cash', async () => {
      await page.goto('/till');
      await stands('combobox', t('sale.scan'));
      await page.keyboard.type(cover.name, { delay: 60 });
      await page.getByRole('option').first().waitFor();
      assert.equal((await at()).expanded, true, 'the list is said to be open');
      await page.keyboard.press('Escape');
      await scan(page, cover.sku);
      await page.getByRole('cell', { name: cover.name }).first().waitFor();
      await page.keyboard.press('+');
      await page.getByRole('spinbutton').or(page.locator('.qty input')).first().waitFor();
      await page.waitForFunction(() => document.querySelector('.qty[aria-busy="false"] input')?.value === '2');
      await page.waitForTimeout(250); // a hand, not a scanner
      await scan(page, thing.sku);
      const field = await stands('textbox', t('sale.serial', { name: '' }).trim());
      assert.ok(field.invalid && field.invalid !== 'false', 'an empty number is heard as wrong');
      await page.keyboard.type('356938035643800', { delay: 60 });
      assert.equal((await at()).invalid, 'true', 'a wrong check digit is heard');
      assert.ok(await page.getByRole('button', { name: t('sale.close') }).isDisabled());
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(serial, { delay: 60 });
      assert.equal((await at()).invalid ?? 'false', 'false');
      await page.keyboard.press('Enter');
      await stands('combobox', t('sale.scan'));
      const total = Number(await page.locator('[data-total]').getAttribute('data-total'));
      await page.keyboard.press('F9');
      await stands('textbox', t('pay.by_card'));
      await page.keyboard.type('1000');
      await page.keyboard.press('F8');
      await stands('textbox', t('pay.given'));
      await page.waitForFunction(([label, sum]) => Number(document.querySelector(`[aria-label="${label}"]`).value.replace(',', '.')) * 100 === sum, [t('pay.given'), total - 100000]);
      await page.keyboard.press('F10');
      await page.getByText(t('sale.done'), { exact: true }).waitFor();
      await says('heading', t('sale.done'));
      who.fine();
    });

    let receipt;
    test('a buyer is found by his phone; the receipt is put by and gone on with', async () => {
      await page.goto('/till');
      await stands('combobox', t('sale.scan'));
      await scan(page, cover.sku);
      await page.getByRole('cell', { name: cover.name }).first().waitFor();
      await page.keyboard.press('F6');
      await stands('textbox', t('who.label'));
      await page.keyboard.type(phone, { delay: 60 });
      await page.keyboard.press('Enter');
      await page.getByText('Орлова Нина').waitFor();
      await stands('combobox', t('sale.scan'));
      await page.keyboard.press('F11');
      await stands('textbox', t('park.note'));
      await says('dialog', t('park.put'));
      await page.keyboard.type(`зонт ${phone}`, { delay: 60 });
      await page.keyboard.press('Enter');
      await page.getByText(t('sale.empty'), { exact: true }).waitFor();
      await page.keyboard.press('F11');
      await page.getByText(`зонт ${phone}`).waitFor();
      for (let k = 0; k < 20; k++) {
        await tabTo('button', t('park.take'));
        if (await page.evaluate((note) => document.activeElement.closest('li').innerText.includes(note), `зонт ${phone}`)) break;
      }
      await page.keyboard.press('Enter');
      await page.getByRole('cell', { name: cover.name }).first().waitFor();
      await page.getByText('Орлова Нина').or(page.getByText('Нина Орлова')).first().waitFor();
      await page.keyboard.press('F9');
      await page.keyboard.press('F10');
      await page.getByText(t('sale.done'), { exact: true }).waitFor();
      receipt = /[0-9A-Z]{3}-[0-9A-Z]{5}/.exec(await page.locator('.goods').innerText())[0];
      who.fine();
    });

    test('it comes back by its receipt', async () => {
      await page.keyboard.press('F7');
      await stands('textbox', t('return.key'));
      await page.keyboard.type(receipt, { delay: 60 });
      await page.keyboard.press('Enter');
      await page.getByText(cover.name).first().waitFor();
      await tabTo('button', t('kit.more_pieces'));
      await page.keyboard.press('Enter');
      await page.locator('[data-total]:not([data-total="0"])').waitFor();
      await tabTo('radio', t('reason.not_liked'));
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      assert.equal((await stands('radio', t('reason.wrong'))).checked, 'true');
      await page.keyboard.press('F10');
      await page.locator('[data-return="done"]').waitFor();
      await says('heading', t('slip.title', { number: '' }).trim());
      await page.keyboard.press('Escape');
      await stands('textbox', t('return.key'));
      who.fine();
    });

    test('an order is picked from its list, and handed over by its code', async () => {
      const order = await must('POST', '/v1/order', { kind: 'pickup', channel: 'phone', place_id: shop, name: 'Орлова Нина', phone, lines: [{ variant_id: cover.variant, qty: 1 }] });
      await page.keyboard.press('F2');
      await page.getByText(order.number).first().waitFor();
      await tabTo('button', order.number);
      await page.keyboard.press('Enter');
      await says('heading', t('order.number', { number: order.number }));
      await becomes(async () => (await at()).pressed, 'true', 'the chosen order is heard as chosen');
      await tabTo('button', t('pick.all'));
      await page.keyboard.press('Enter');
      await page.keyboard.press('F10');
      await page.getByText(t('pick.done', { number: order.number })).waitFor();
      const code = (await (await fetch(`${server.url}/v1/order/${order.token}`)).json()).fulfilments[0].code;
      await page.keyboard.press('F3');
      await stands('textbox', t('hand.code'));
      await page.keyboard.type(code, { delay: 60 });
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: t('hand.give') }).waitFor();
      await page.keyboard.press('F8');
      await page.keyboard.press('F10');
      await page.getByText(t('hand.done'), { exact: true }).waitFor();
      await says('heading', t('hand.done'));
      who.fine();
    });
  });
}

/* The last digit of an IMEI. */
function check(digits) {
  const sum = [...digits].reduce((all, d, k) => {
    const n = Number(d) * (k % 2 ? 2 : 1);
    return all + Math.floor(n / 10) + (n % 10);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}
