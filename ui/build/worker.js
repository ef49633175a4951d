// Service workers: each one file under a name that stays, with the list of the built
// files of its app inside. A changed file changes the list, and the list the worker.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

/* All that the page of an app may load, its lazy parts too. */
function filesOf(manifest, page) {
  const files = new Set();
  const seen = new Set();
  const walk = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    const part = manifest[key];
    files.add(`/${part.file}`);
    for (const name of [...(part.css ?? []), ...(part.assets ?? [])]) files.add(`/${name}`);
    for (const next of [...(part.imports ?? []), ...(part.dynamicImports ?? [])]) walk(next);
  };
  walk(page);
  return [...files].sort();
}

/* `source` below ui/, `file` below dist/, `page` of the app, `more` files it wants. */
export async function worker(ui, dist, { source, file, page, more = [] }) {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
  const files = filesOf(manifest, page);
  const version = createHash('sha256').update(files.join('\n')).update(readFileSync(join(dist, page))).digest('hex').slice(0, 12);
  await build({
    configFile: false,
    root: ui,
    publicDir: false,
    logLevel: 'warn',
    resolve: { alias: { kit: join(ui, 'kit') } },
    define: { SHELL: JSON.stringify({ version, page: `/${page}`, files: [...files, ...more] }) },
    build: {
      target: 'es2022',
      outDir: dist,
      emptyOutDir: false,
      modulePreload: false,
      rollupOptions: { input: join(ui, source), output: { format: 'iife', entryFileNames: file } },
    },
  });
}
