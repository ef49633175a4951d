// A server with a small demo chain of its own, for the tests that walk its pages.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('../..', import.meta.url));
const binary = process.env.PRILAVOK_BIN ?? join(top, process.env.B ?? 'build', 'prilavok');
const chain = ['--stores', '6', '--variants', '300', '--customers', '200', '--days', '30', '--seed', '7'];

function freePort() {
  return new Promise((done, failed) => {
    const socket = createServer();
    socket.on('error', failed);
    socket.listen(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => done(port));
    });
  });
}

async function answers(url, child) {
  for (let k = 0; k < 200; k++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    try {
      if ((await fetch(`${url}/readyz`)).ok) return;
    } catch {
      // not yet
    }
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error('the server does not answer');
}

/* {url, log(), stop()}: on SQLite in a folder of its own, or on PRILAVOK_TEST_DB. */
export async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'prilavok-browser-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    PRILAVOK_LISTEN: `127.0.0.1:${port}`,
    PRILAVOK_DB: process.env.PRILAVOK_TEST_DB ?? join(folder, 'chain.db'),
    PRILAVOK_STATE: folder,
    PRILAVOK_PAGES: join(top, 'ui/dist'),
    PRILAVOK_DEV: '1',
  };
  execFileSync(binary, ['demo', '--if-empty', ...chain], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const child = spawn(binary, ['serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout.on('data', (part) => (log += part));
  child.stderr.on('data', (part) => (log += part));
  await answers(url, child);
  return {
    url,
    log: () => log,
    async stop() {
      const ended = new Promise((done) => child.on('exit', done));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/* The wording that a screen shows for a key, as its reader sees it. */
const words = Object.fromEntries(['ru', 'en'].map((lang) => [lang, JSON.parse(readFileSync(join(top, `ui/kit/i18n/${lang}.json`), 'utf8'))]));
export const say = (lang) => (key, args = {}) => words[lang][key].replace(/\{(\w+)\}/g, (_, name) => args[name]);
export const keys = Object.keys(words.ru);
