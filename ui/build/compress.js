// A .br and a .gz beside every text file of the build, so that the server sends
// files and never compresses one twice. Prints what the shop's first page weighs
// and fails when it is over its budget.
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const budget = 80 * 1024;

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

const packed = new Map();
for (const path of [...files(dist)].filter((p) => /\.(js|css|html|svg|json|webmanifest)$/.test(p))) {
  const text = readFileSync(path);
  const br = brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
  });
  writeFileSync(path + '.br', br);
  writeFileSync(path + '.gz', gzipSync(text, { level: 9 }));
  packed.set(path.slice(dist.length), br.length);
}

const page = readFileSync(join(dist, 'index.html'), 'utf8');
const scripts = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((m) => m[1]);
const bytes = scripts.reduce((sum, path) => sum + packed.get(path), 0);

console.log(`shop, first page: ${scripts.length} scripts, ${(bytes / 1024).toFixed(1)} KiB compressed`);
writeFileSync(join(dist, '.built'), `${bytes}\n`);
if (bytes > budget) {
  console.error(`over the budget of ${budget / 1024} KiB`);
  process.exit(1);
}
