// From a key press or a click to the paint that shows it, as the browser itself times
// it (Event Timing), with the processor slowed down. For any app's screens:
//
//     const pace = await watch(page, 4);
//     await pace.step('add to basket', () => page.click('...'));
//     console.log(table(pace.rows));
import { chromium } from 'playwright-core';

export async function open() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--ignore-certificate-errors'] });
}

function observe() {
  globalThis.timed = [];
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) if (e.interactionId) globalThis.timed.push([e.interactionId, e.duration]);
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
}

/* `slower`: how many times the processor is slowed down. */
export async function watch(page, slower = 4) {
  const devtools = await page.context().newCDPSession(page);
  await page.addInitScript(observe);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
  const rows = [];
  return {
    rows,
    /* What a person does, and until what is seen; only the first is timed. An
     * interaction below 16 ms is not reported by the browser and counts as 16. */
    async step(name, act, seen = async () => undefined) {
      await page.waitForTimeout(300);
      await page.evaluate(() => (globalThis.timed.length = 0));
      await act();
      await seen();
      await page.waitForTimeout(500);
      const timed = await page.evaluate(() => globalThis.timed);
      const each = new Map();
      for (const [id, ms] of timed) each.set(id, Math.max(ms, each.get(id) ?? 0));
      const list = [...each.values()].sort((a, b) => a - b);
      rows.push({ name, n: list.length, middle: list[Math.floor(list.length / 2)] ?? 16, worst: list.at(-1) ?? 16 });
    },
  };
}

export function table(rows, limit) {
  const line = (r) => `| ${r.name} | ${r.middle} | ${r.worst} | ${r.worst <= limit ? '' : `over ${limit}`} |`;
  return ['| what is done | middle ms | worst ms | |', '| --- | --- | --- | --- |', ...rows.map(line)].join('\n');
}
