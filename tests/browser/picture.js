// Pictures of the kit, compared with those kept beside the tests.
//
// Every machine draws them with the same fonts (Liberation, tools/packages.sh), the same
// clock and no motion. Another build of Chromium may smooth an edge otherwise: a pixel
// counts as different from a colour distance of 0.2 on, and at most 3 of 1,000 may.
// RENEW=1 writes them anew (make pictures); look at what git shows before you commit.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { top } from '../support/server.js';

const kept = join(top, 'tests/browser/reference');
const seen = join(top, 'build/screens');
const distance = 0.2;
const share = 0.003;

/* What makes a picture the same tomorrow and elsewhere. */
export async function still(page) {
  await page.addStyleTag({ content: `:root { --font: 'Liberation Sans' !important; --mono: 'Liberation Mono' !important } * { caret-color: transparent !important }` });
  await settled(page);
}

/* Nothing moves any more. */
export async function settled(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (let frames = 0; frames < 3; frames++) {
      await new Promise(requestAnimationFrame);
      await Promise.all(document.getAnimations().map((a) => (a.effect?.getComputedTiming().iterations === Infinity ? a.cancel() : a.finished.catch(() => undefined))));
    }
  });
}

export function same(name, bytes) {
  const file = join(kept, `${name}.png`);
  if (process.env.RENEW) {
    mkdirSync(kept, { recursive: true });
    writeFileSync(file, bytes);
    return;
  }
  assert.ok(existsSync(file), `${name}: no picture is kept; make pictures`);
  if (bytes.equals(readFileSync(file))) return;
  const [was, now] = [PNG.sync.read(readFileSync(file)), PNG.sync.read(bytes)];
  writeFileSync(join(seen, `${name}.png`), bytes);
  assert.deepEqual([now.width, now.height], [was.width, was.height], `${name}: another size than the picture kept`);
  const diff = new PNG({ width: was.width, height: was.height });
  const n = pixelmatch(was.data, now.data, diff.data, was.width, was.height, { threshold: distance });
  const limit = Math.ceil(was.width * was.height * share);
  if (n > limit) writeFileSync(join(seen, `${name}.diff.png`), PNG.sync.write(diff));
  assert.ok(n <= limit, `${name}: ${n} pixels differ, ${limit} may; see build/screens/${name}.diff.png`);
}
