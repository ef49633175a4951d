// What the built pages need beside the pages.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addresses } from './addresses.js';
import { icons } from './icons.js';
import { manifests } from './manifest.js';
import { worker } from './worker.js';

const ui = fileURLToPath(new URL('..', import.meta.url));
const dist = join(ui, 'dist');

icons(join(ui, 'public/icon.svg'), dist);
manifests(dist);
addresses(ui, dist);
await worker(ui, dist, {
  source: 'shop/worker.ts',
  file: 'sw.js',
  page: 'index.html',
  more: ['/icon.svg', '/icon-192.png', '/manifest.webmanifest', '/manifest.en.webmanifest'],
});
await worker(ui, dist, { source: 'till/worker.ts', file: 'till-worker.js', page: 'till/index.html', more: ['/icon.svg'] });
