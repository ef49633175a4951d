// Lighthouse on the shop's pages, mobile profile (slow 4G, a processor slowed down
// four times), a cold browser each time: build/lighthouse.json and a table. Ends with
// 1 when a page is below what is wanted of it.
//
//     node bench/pages/lighthouse.js [--runs N] [home category product checkout]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import lighthouse from 'lighthouse';
import { chromium } from 'playwright-core';
import { addresses, basketOf, serve, top } from './chain.js';

const wanted = { performance: 95, accessibility: 100, 'best-practices': 100, seo: 100 };
const figures = { fcp_ms: 'first-contentful-paint', lcp_ms: 'largest-contentful-paint', tbt_ms: 'total-blocking-time', cls: 'cumulative-layout-shift', bytes: 'total-byte-weight' };
const words = process.argv.slice(2).filter((w) => w !== '--small');
const runs = words[0] === '--runs' ? Number(words.splice(0, 2)[1]) : 3;

async function measure(url, cookies = []) {
  const port = 21480 + Math.floor(Math.random() * 100);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--ignore-certificate-errors', '--accept-lang=ru-RU,ru', `--remote-debugging-port=${port}`],
  });
  try {
    const devtools = await browser.newBrowserCDPSession();
    if (cookies.length) await devtools.send('Storage.setCookies', { cookies: cookies.map(([name, value]) => ({ name, value, url })) });
    const { lhr } = await lighthouse(url, { port, logLevel: 'error', output: 'json', onlyCategories: Object.keys(wanted) });
    if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
    const scores = Object.fromEntries(Object.keys(wanted).map((name) => [name, Math.round((lhr.categories[name].score ?? 0) * 100)]));
    const values = Object.fromEntries(Object.entries(figures).map(([name, audit]) => [name, Math.round((lhr.audits[audit].numericValue ?? 0) * 1000) / 1000]));
    const failed = Object.values(lhr.audits)
      .filter((a) => a.score !== null && a.score < 0.9 && a.scoreDisplayMode !== 'informative')
      .map((a) => ({ id: a.id, score: a.score, said: a.displayValue ?? a.title, items: [a.details?.items ?? []].flat().slice(0, 5) }));
    return { scores, values, failed };
  } finally {
    await browser.close();
  }
}

const middle = (list) => [...list].sort((a, b) => a.scores.performance - b.scores.performance)[Math.floor(list.length / 2)];

const chain = await serve();
let good = true;
const rows = [];
try {
  const where = await addresses(chain.plain);
  const cookies = await basketOf(chain.plain, where.variant);
  const pages = { home: ['/'], category: [where.category], product: [where.product], checkout: ['/checkout', cookies] };
  for (const name of words.length ? words : Object.keys(pages)) {
    const [path, sent] = pages[name];
    const list = [];
    for (let k = 0; k < runs; k++) list.push(await measure(chain.url + path, sent));
    const one = { page: name, path, runs, ...middle(list), all: list.map((r) => r.scores.performance) };
    rows.push(one);
    good &&= Object.entries(wanted).every(([kind, least]) => one.scores[kind] >= least);
    for (const fault of one.failed) console.log(`  ${name}: ${fault.id} ${fault.score} ${fault.said} ${JSON.stringify(fault.items).slice(0, 300)}`);
  }
} finally {
  await chain.stop();
}
mkdirSync(join(top, 'build'), { recursive: true });
writeFileSync(join(top, 'build/lighthouse.json'), JSON.stringify(rows, null, 1));
console.log('| page | performance | accessibility | best practices | SEO | FCP ms | LCP ms | TBT ms | CLS | KiB |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const { page, scores, values } of rows)
  console.log(`| ${page} | ${Object.values(scores).join(' | ')} | ${Math.round(values.fcp_ms)} | ${Math.round(values.lcp_ms)} | ${Math.round(values.tbt_ms)} | ${values.cls} | ${Math.round(values.bytes / 1024)} |`);
process.exitCode = good ? 0 : 1;
