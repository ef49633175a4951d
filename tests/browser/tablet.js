// A till's tablet for the tests: what it keeps outlives its browser, and its line can be
// cut.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { PATIENCE_MS, becomes, watch } from './pages.js';
import { proxy } from './proxy.js';
import { enterAs, keptAtTill, scan } from './staff.js';
import { say } from './words.js';

const t = say('ru');

export class Tablet {
  /* of: { server, place } */
  constructor(of) {
    this.of = of;
    this.folder = mkdtempSync(join(tmpdir(), 'prilavok-tablet-'));
  }
  async start() {
    this.line ??= await proxy(this.of.server.port);
    this.context = await chromium.launchPersistentContext(this.folder, {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
      baseURL: this.line.url,
      viewport: { width: 1280, height: 800 },
      locale: 'ru-RU',
      reducedMotion: 'reduce',
    });
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
    this.page.setDefaultTimeout(PATIENCE_MS);
    watch(this.page);
  }
  /* Somebody who answers for the shop logs in: the browser becomes a till. */
  async enter(login = 'owner') {
    const { page } = this;
    await page.goto('/till');
    await enterAs(page, t, login);
    const shop = page.getByRole('button', { name: this.of.place.name });
    await shop.or(page.getByRole('combobox')).first().waitFor();
    if (await shop.count()) await shop.click();
    await page.getByRole('combobox').waitFor();
    await this.copied();
    return this;
  }
  async copied() {
    await this.page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === 'activated');
    await becomes(async () => !!(await keptAtTill(this.page, this.of.place.id, 'copied')), true, 'the shop is not copied');
  }
  /* What is written on its disk: of 'sales', 'pages', 'people'. */
  kept(store) {
    return this.page.evaluate(
      ([id, name]) =>
        new Promise((done) => {
          const ask = indexedDB.open(`till-${id}`);
          ask.onsuccess = () => {
            const all = ask.result.transaction(name).objectStore(name).getAll();
            all.onsuccess = () => (ask.result.close(), done(all.result));
          };
        }),
      [this.of.place.id, store],
    );
  }
  sales() {
    return this.kept('sales');
  }
  is(state) {
    return this.page.locator(`[data-line="${state}"]`).waitFor();
  }
  async told() {
    await this.page.locator('[data-line="up"][data-waiting="0"]').waitFor();
  }
  async put(goods, page = this.page) {
    await scan(page, goods.sku);
    await page.getByRole('cell', { name: goods.name }).first().waitFor();
  }
  async close(page = this.page) {
    await page.keyboard.press('F8');
    await page.keyboard.press('F10');
    await page.getByText(t('sale.done'), { exact: true }).waitFor();
  }
  async tryPin(name, pin) {
    await this.page.getByLabel(t('pin.who')).selectOption({ label: name });
    await this.page.getByLabel(t('pin.pin')).fill(pin);
    await this.page.getByRole('button', { name: t('staff.enter'), exact: true }).click();
  }
  async pin(name, pin) {
    await this.tryPin(name, pin);
    await this.page.getByRole('combobox', { name: t('sale.scan') }).waitFor();
  }
  async end() {
    await this.context?.close().catch(() => {});
    await this.line?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
