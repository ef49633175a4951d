// A .br and a .gz beside every text file of the build, so that the server sends
// files and never compresses one twice. Prints what each app's first page weighs and
// fails when one is over its budget, or when the server's content policy does not know
// the script in the head of the pages.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const budgets = { '': 80, till: 200, desk: 200, office: 200 }; // KiB of scripts, compressed

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

const packed = new Map();
for (const path of [...files(dist)].filter((p) => /\.(js|css|html|svg|json|webmanifest|ico)$/.test(p))) {
  const text = readFileSync(path);
  const br = brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
  });
  writeFileSync(path + '.br', br);
  writeFileSync(path + '.gz', gzipSync(text, { level: 9 }));
  packed.set(path.slice(dist.length), br.length);
}

function weight(app) {
  const page = readFileSync(join(dist, app, 'index.html'), 'utf8');
  const scripts = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((m) => m[1]);
  const bytes = scripts.reduce((sum, path) => sum + packed.get(path), 0);
  console.log(`${app || 'shop'}, first page: ${scripts.length} scripts, ${(bytes / 1024).toFixed(1)} KiB compressed`);
  return bytes;
}

const weights = Object.entries(budgets).map(([app, limit]) => ({ app, limit, bytes: weight(app) }));
for (const { app, limit } of weights.filter((w) => w.bytes > w.limit * 1024)) {
  console.error(`${app || 'shop'} is over its budget of ${limit} KiB`);
  process.exitCode = 1;
}

const [, script] = /<script>([^]*?)<\/script>/.exec(readFileSync(join(dist, 'index.html'), 'utf8'));
const hash = `sha256-${createHash('sha256').update(script).digest('base64')}`;
if (!readFileSync(join(dist, '../../src/http/answer_send.c'), 'utf8').includes(hash)) {
  console.error(`src/http/answer_send.c, PAGE_POLICY: the script of the pages' head is '${hash}'`);
  process.exitCode = 1;
}
if (!process.exitCode) writeFileSync(join(dist, '.built'), `${weights[0].bytes}\n`);
