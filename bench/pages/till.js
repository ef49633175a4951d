// How soon the till shows a scanned line: from the scanner's Enter to the frame in
// which the line stands, with the CPU slowed down four times.
//
//   node bench/pages/till.js URL LOGIN PASSWORD [scans]
//
// The account must be one that may sell at a single place, or has chosen one.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tests = join(fileURLToPath(new URL('../..', import.meta.url)), 'tests');
const { chromium } = createRequire(join(tests, 'x.js'))('playwright-core');
const [url, login, password, times = '200'] = process.argv.slice(2);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await (await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 } })).newPage();
await page.goto('/till');
await page.locator('input[name="login"]').fill(login);
await page.locator('input[name="password"]').fill(password);
const began = Date.now();
await page.keyboard.press('Enter');
await page.getByRole('combobox').waitFor();

const read = (store) =>
  page.evaluate(
    (name) =>
      new Promise((done) => {
        const id = localStorage.getItem('till.place');
        if (!id) return done(null);
        const ask = indexedDB.open(`till-${id}`);
        ask.onsuccess = () => {
          const db = ask.result;
          const got = name === 'goods' ? db.transaction('goods').objectStore('goods').getAll() : db.transaction('kept').objectStore('kept').get(name);
          got.onsuccess = () => (db.close(), done(got.result ?? null));
        };
      }),
    store,
  );
while (!(await read('copied'))) await new Promise((later) => setTimeout(later, 200));
const copied = Date.now() - began;
const goods = await read('goods');
const codes = goods.filter((g) => !g.unit_tracked && g.barcodes.length).map((g) => g.barcodes[0]);

await page.reload();
await page.getByRole('combobox').waitFor();
await new Promise((later) => setTimeout(later, 2000));
const cdp = await page.context().newCDPSession(page);
await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });

const scan = (code) =>
  page.evaluate(
    (text) =>
      new Promise((done) => {
        const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        const lines = () => document.querySelectorAll('tbody tr').length;
        const before = lines();
        for (const key of text) press(key);
        const from = performance.now();
        press('Enter');
        const look = () => (lines() > before ? requestAnimationFrame(() => done(performance.now() - from)) : requestAnimationFrame(look));
        requestAnimationFrame(look);
      }),
    code,
  );
const took = [];
for (let k = 0; k < Number(times); k++) {
  took.push(await scan(codes[(k * 7919) % codes.length]));
  if (k % 20 === 19) {
    await page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith('till.sale.')).forEach((k) => localStorage.removeItem(k)));
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    await page.reload();
    await page.getByRole('combobox').waitFor();
    await new Promise((later) => setTimeout(later, 1000));
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  }
}
took.sort((a, b) => a - b);
const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))].toFixed(1);
console.log(`${goods.length} goods on the till, there ${(copied / 1000).toFixed(1)} s after the login`);
console.log(`a scanned line at 4x CPU slow-down: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (${took.length} scans)`);
await browser.close();
