// A browser whose pages are watched: what goes wrong anywhere on the way fails
// the test that walks there.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inspect, isDeepStrictEqual } from 'node:util';
import { chromium } from 'playwright-core';
import { postgres, top } from '../support/server.js';
import { keys } from './words.js';

const screens = join(top, 'build/screens');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/* The screens that are open, for whoever tells of a failure: tests/support/report.js. */
const watched = (globalThis[Symbol.for('prilavok.screens')] ??= new Set());
/* Much longer than anything takes: a busy machine is no fault of the shop. */
export const PATIENCE_MS = 60_000;
const families = [...new Set(keys.map((key) => key.slice(0, key.indexOf('.'))))];

/* The browser without a window's machinery, where it is installed, takes a third less. */
const program = process.env.CHROMIUM ?? ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(existsSync);

export async function open() {
  mkdirSync(screens, { recursive: true });
  return chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/* What the page shows is told when a test fails while it is open. */
export function watch(page) {
  const tell = async () => {
    const text = await page.evaluate(() => `${document.activeElement?.outerHTML.slice(0, 200)}\n${document.body.innerText.replace(/\s*\n\s*/g, ' | ').slice(0, 1500)}`);
    return `the screen of ${page.url()}, focus on ${text}`;
  };
  watched.add(tell);
  page.on('close', () => watched.delete(tell));
}

/* A person at a screen of this width: cookies and storage of their own. `dots`: of the
 * screen for each pixel of the page; `state`: cookies and storage of before. */
export async function person(browser, url, { width, height = 800, dots = 1, touch = false, lang = 'ru', scheme = 'light', theme = '', state }) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height },
    deviceScaleFactor: dots,
    hasTouch: touch,
    locale: lang === 'ru' ? 'ru-RU' : 'en-GB',
    timezoneId: 'Europe/Moscow',
    colorScheme: scheme,
    reducedMotion: 'reduce',
    ...(state && { storageState: state }),
  });
  if (theme) await context.addInitScript((t) => localStorage.getItem('theme') ?? localStorage.setItem('theme', t), theme);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  watch(page);
  const wrong = [];
  page.on('console', (m) => m.type() === 'error' && wrong.push(`console: ${m.text()} ${m.location().url}`));
  page.on('pageerror', (e) => wrong.push(`script: ${e.message}`));
  page.on('requestfailed', (r) => {
    // leaving a page ends its event stream and what it still asked for
    if (r.failure()?.errorText !== 'net::ERR_ABORTED') wrong.push(`request: ${r.url()} ${r.failure()?.errorText}`);
  });
  page.on('response', (r) => r.status() >= 400 && wrong.push(`answer: ${r.status()} ${r.request().method()} ${r.url()}`));
  return {
    page,
    context,
    /* Nothing has gone wrong since the last time. */
    fine: () => assert.deepEqual(wrong.splice(0), []),
    wrong,
    close: () => context.close(),
  };
}

/* Texts that do not fit: cut by their box without an ellipsis, or running out of it. */
function spilled() {
  const name = (e) => `${e.tagName.toLowerCase()}${e.className && typeof e.className === 'string' ? `.${e.className.trim().split(/\s+/).join('.')}` : ''} "${e.innerText.trim().slice(0, 40)}"`;
  const own = (e) => [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
  return [...document.body.querySelectorAll('*')]
    .filter((e) => e instanceof HTMLElement && !e.matches('input, select, option, textarea, progress, video, .sr, .sr *, .skip') && e.clientWidth > 1 && e.innerText?.trim() && e.checkVisibility({ visibilityProperty: true }))
    .filter((e) => {
      const style = getComputedStyle(e);
      const cut = /hidden|clip/;
      if (style.display === 'inline' || style.clipPath !== 'none') return false;
      if (cut.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1) return style.textOverflow !== 'ellipsis';
      if (cut.test(style.overflowY) && e.scrollHeight > e.clientHeight + 2) return style.webkitLineClamp === 'none';
      return style.overflowX === 'visible' && own(e) && e.scrollWidth > e.clientWidth + 1;
    })
    .map(name);
}

/* What comes in its own time: an answer, the focus of a dialog that opens. */
export async function becomes(look, wanted, why) {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const now = await look();
    if (isDeepStrictEqual(now, wanted)) return;
    if (Date.now() > until) assert.deepEqual(now, wanted, why && `${why}: ${inspect(now)} is not ${inspect(wanted)}`);
    await new Promise((later) => setTimeout(later, 25));
  }
}

/* A text that is this and nothing more: "undone" is not "being undone". */
export const exact = (text) => new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s/g, '\\s')}\\s*$`);

/* A flow goes through in each of these ways; on PostgreSQL, where the pages are the same,
 * in the first. */
export const ways = (...all) => (postgres ? all.slice(0, 1) : all);

/* A colour that is changing is neither the one nor the other. */
const settled = () => {
  const ends = (a) => a.playState === 'running' && a.effect?.getComputedTiming().endTime < 2000;
  return Promise.allSettled(document.getAnimations().filter(ends).map((a) => a.finished)).then(() => undefined);
};

/* Of rows, tiles and options that are built alike (the same elements, classes and states,
 * words where the others have words) two and the last are judged: how many there are
 * tells nothing new. */
function alike() {
  const valued = /^(role|type|disabled|class|aria-(checked|selected|pressed|expanded|current|invalid|disabled|hidden|sort)|data-(state|highlighted))$/;
  const built = new Map();
  const left = [];
  const look = (e) => {
    const attrs = [...e.attributes].map(({ name, value }) => (valued.test(name) ? `${name}=${value}` : `${name}${value ? '' : '='}`)).sort();
    const seen = new Map();
    let inside = '';
    for (const child of e.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) inside += child.textContent.trim() && '"';
      if (child.nodeType !== Node.ELEMENT_NODE) continue;
      const as = look(child);
      inside += `${as},`;
      seen.set(as, [...(seen.get(as) ?? []), child]);
    }
    for (const all of seen.values()) if (all.length > 3) left.push(...all.slice(2, -1));
    const text = `${e.tagName} ${attrs.join(' ')}(${inside})`;
    if (!built.has(text)) built.set(text, built.size);
    return built.get(text);
  };
  look(document.body);
  return left;
}

/* What every screen must be, whatever it shows. `quick`: its texts and its width alone,
 * where accessibility was judged at another width, or on the other engine. `colours`: of
 * accessibility the contrast alone, where the same page was judged in another theme.
 * SCREENS=1 keeps pictures in build/screens to look at. */
export async function judge(page, name, { width, quick = !!postgres, colours = false }) {
  const { wide, text, cut } = await page.evaluate(`(async () => {
    await document.fonts.ready;
    await (${settled})();
    const { scrollWidth, clientWidth } = document.documentElement;
    return { wide: scrollWidth - clientWidth, text: document.body.innerText, cut: (${spilled})() };
  })()`);
  if (process.env.SCREENS) await page.screenshot({ path: join(screens, `${name}.png`), fullPage: true });

  const bare = text.match(new RegExp(`\\b(${families.join('|')})\\.[a-z_]+\\b(?!\\.)`, 'g')) ?? [];
  assert.deepEqual(bare.filter((word) => keys.includes(word)), [], `${name}: a key instead of words`);
  assert.doesNotMatch(text, /\{\w+\}|undefined|NaN|\[object/, `${name}: something is missing in a sentence`);
  assert.ok(wide <= 0, `${name}: ${wide} px wider than the screen of ${width}`);
  assert.deepEqual(cut, [], `${name}: text that does not fit`);

  if (quick) return;
  if (!(await page.evaluate(() => !!globalThis.axe))) await page.evaluate(`${axe}; globalThis.alike = ${alike}; 0`);
  const runOnly = colours ? ['color-contrast'] : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const found = await page.evaluate(async (only) => {
    /* What is drawn when it comes into sight is judged as it will be drawn. */
    const all = new CSSStyleSheet();
    all.replaceSync('* { content-visibility: visible !important }');
    document.adoptedStyleSheets.push(all);
    const exclude = globalThis.alike();
    const { violations } = await globalThis.axe.run(exclude.length ? { exclude } : document, { runOnly: only, resultTypes: ['violations'], preload: false });
    document.adoptedStyleSheets.pop();
    return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) }));
  }, runOnly);
  const faults = found.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')} ${v.nodes[0]?.failureSummary ?? ''}`);
  assert.deepEqual(faults, [], `${name}: accessibility`);
}

export { assert };
