// Five pages, one build: the shop at /, the till, the desk, the office and the kit's
// gallery below their own paths. The server answers every address below a path with
// its page.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.PRILAVOK_URL ?? 'http://127.0.0.1:8080';
const apps = ['till', 'desk', 'office', 'kit'];

// While developing: the page of an app for every address below its path.
const pages = {
  name: 'pages',
  configureServer(dev) {
    dev.middlewares.use((request, _reply, next) => {
      const app = request.url.split(/[/?]/)[1];
      if (request.headers.accept?.includes('text/html'))
        request.url = apps.includes(app) ? `/${app}/index.html` : '/index.html';
      next();
    });
  },
};

// The colours are known before anything is painted: a few lines in the head of each
// page, which the server's content policy knows by their hash (build/compress.js).
const first = {
  name: 'first',
  transformIndexHtml: () => [{ tag: 'script', children: readFileSync(here('kit/first.js'), 'utf8'), injectTo: 'head' }],
};

export default defineConfig({
  root: here('.'),
  plugins: [svelte(), pages, first],
  resolve: { alias: { kit: here('kit') } },
  appType: 'mpa',
  server: { proxy: { '/v1': server, '/openapi.json': server } },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    manifest: true, // for the service workers' lists (build/worker.js)
    assetsInlineLimit: 0,
    rollupOptions: {
      output: { hashCharacters: 'base36' }, // the server knows a hashed name by its last dash
      input: {
        shop: here('index.html'),
        till: here('till/index.html'),
        desk: here('desk/index.html'),
        office: here('office/index.html'),
        kit: here('kit/index.html'),
      },
    },
  },
});
