// A demo chain served for measuring, behind nginx as in production: TLS, HTTP/2,
// gzip. The server's own pre-compressed files (Brotli) go through as they are.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = fileURLToPath(new URL('../..', import.meta.url));
const chainOf = (stores, variants) => ['--stores', stores, '--variants', variants, '--customers', '2000', '--days', '60', '--seed', '7'];
/* --small: to try a script, not to measure. */
const asked = process.argv.includes('--small') ? chainOf('6', '600') : chainOf('200', '20000');

const freePort = () =>
  new Promise((done) => {
    const socket = createServer().listen(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => done(port));
    });
  });

async function answers(url) {
  for (let k = 0; k < 400; k++) {
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // not yet
    }
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`${url} does not answer`);
}

/* A fresh chain does a whole day's housekeeping at its first start: measure after it. */
async function quiet(plain) {
  for (let k = 0, quick = 0; k < 600 && quick < 20; k++) {
    const from = performance.now();
    await (await fetch(`${plain}/`)).text();
    quick = performance.now() - from < 30 ? quick + 1 : 0;
    await new Promise((later) => setTimeout(later, 50));
  }
}

function certificate(folder) {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')], { stdio: 'ignore' });
}

function nginxConf(folder, port, behind) {
  return `
daemon off; worker_processes 1; error_log ${folder}/error.log; pid ${folder}/pid;
${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 512; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
  upstream shop { server 127.0.0.1:${behind}; keepalive 16; }
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
    add_header Strict-Transport-Security "max-age=31536000" always;
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;
    location / { proxy_pass http://shop; }
    location ~ /live$ { proxy_pass http://shop; proxy_buffering off; proxy_read_timeout 1h; }
  }
}`;
}

/* {url, plain, stop}: `url` behind nginx, `plain` the server itself. */
export async function serve(chain = asked) {
  const folder = mkdtempSync(join(tmpdir(), 'prilavok-pages-'));
  const [behind, port] = [await freePort(), await freePort()];
  const binary = join(top, 'build/prilavok');
  const env = {
    ...process.env,
    PRILAVOK_LISTEN: `127.0.0.1:${behind}`,
    PRILAVOK_DB: join(folder, 'chain.db'),
    PRILAVOK_STATE: folder,
    PRILAVOK_PAGES: join(top, 'ui/dist'),
    PRILAVOK_PROXY: '127.0.0.1',
    PRILAVOK_DEV: '1',
  };
  execFileSync(binary, ['demo', '--if-empty', ...chain], { env, stdio: 'ignore' });
  mkdirSync(join(folder, 'nginx'));
  certificate(join(folder, 'nginx'));
  writeFileSync(join(folder, 'nginx/nginx.conf'), nginxConf(join(folder, 'nginx'), port, behind));
  const children = [
    spawn(binary, ['serve'], { env, stdio: 'ignore' }),
    spawn('/usr/sbin/nginx', ['-p', join(folder, 'nginx'), '-c', join(folder, 'nginx/nginx.conf')], { stdio: 'ignore' }),
  ];
  const plain = `http://127.0.0.1:${behind}`;
  await answers(`${plain}/readyz`);
  await quiet(plain);
  return {
    plain,
    url: `https://localhost:${port}`,
    async stop() {
      await Promise.all(
        children.map((child) => {
          const ended = new Promise((done) => child.on('exit', done));
          child.kill('SIGTERM');
          return ended;
        }),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/* Some pages worth measuring, found by the API. */
export async function addresses(plain) {
  const read = async (path) => (await fetch(plain + path)).json();
  const tree = (await read('/v1/catalog/category')).items;
  const full = await Promise.all(
    tree.filter((c) => c.parent_id).map(async (c) => ({ c, total: (await read(`/v1/catalog/search?category_id=${c.id}&limit=1`)).total })),
  );
  const { c } = full.sort((a, b) => b.total - a.total)[0];
  const tile = (await read(`/v1/catalog/search?category_id=${c.id}&sort=popular&in_stock=true&limit=1`)).items[0];
  return { category: `/category/${c.slug}`, product: `/product/${tile.slug}`, variant: tile.variant_id, tree };
}

/* A basket with this in it: the cookies that bring it back. */
export async function basketOf(plain, variant) {
  const page = await fetch(`${plain}/`);
  const jar = new Map();
  const take = (answer) => answer.headers.getSetCookie().forEach((line) => jar.set(...line.split(';')[0].split('=')));
  take(page);
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(`${plain}/v1/basket`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', cookie: cookie(), 'x-csrf-token': jar.get('prilavok_csrf'), 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify({ lines: [{ variant_id: variant, qty: 1 }] }),
  });
  if (!answer.ok) throw new Error(`basket: ${answer.status} ${await answer.text()}`);
  take(answer);
  return [...jar];
}
