// A server with a small demo chain of its own, in a folder (or a PostgreSQL database)
// of its own: for every test that speaks to Prilavok from outside.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = fileURLToPath(new URL('../..', import.meta.url));
export const binary = join(top, process.env.B ?? 'build', 'prilavok');
export const smallChain = ['--stores', '6', '--variants', '300', '--customers', '200', '--days', '30', '--seed', '7'];
export const postgres = process.env.PRILAVOK_TEST_DB;

const isFree = (port) =>
  new Promise((done) => {
    const socket = createServer();
    socket.on('error', () => done(false));
    socket.listen(port, '127.0.0.1', () => socket.close(() => done(true)));
  });

/* A port that stays free while its server is killed and comes back: below those that
 * the system gives to whoever connects, and from a tenth of this process's own. Fetch
 * and browsers do not speak to 10080. */
let tried = 0;
export async function freePort() {
  for (;;) {
    const port = 10_000 + ((process.pid % 2000) * 10 + tried++) % 20_000;
    if (port !== 10_080 && (await isFree(port))) return port;
  }
}

/* One statement to the test's cluster. */
const toCluster = (sql) => execFileSync('psql', ['-q', '-d', postgres, '-c', sql], { stdio: ['ignore', 'ignore', 'pipe'] });

/* A database of its own on the test's cluster, empty or a copy; null on SQLite. */
function createDatabase(copyOf) {
  if (!postgres) return null;
  const name = `t${randomBytes(6).toString('hex')}`;
  toCluster(`CREATE DATABASE ${name}${copyOf ? ` TEMPLATE ${copyOf}` : ''}`);
  const url = new URL(postgres);
  url.pathname = `/${name}`;
  return { name, url: url.href };
}

function dropDatabase(database) {
  if (database) toCluster(`DROP DATABASE IF EXISTS ${database.name} WITH (FORCE)`);
}

/* A chain is made once in a run (tests/support/run.js) and copied afterwards: its state
 * folder, and on PostgreSQL its database. */
const kept = process.env.PRILAVOK_TEST_KEPT;
const nameOf = (chain) => `chain_${createHash('sha256').update(`${kept} ${chain.join(' ')}`).digest('hex').slice(0, 12)}`;

function keep(chain, folder, database) {
  const name = nameOf(chain);
  const own = join(kept, `${name}.${process.pid}`);
  try {
    if (database) toCluster(`CREATE DATABASE ${name} TEMPLATE ${database.name}`);
    cpSync(folder, own, { recursive: true });
    renameSync(own, join(kept, name));
  } catch {
    rmSync(own, { recursive: true, force: true }); // another file was faster
  }
}

async function ready(server) {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    if (server.child.exitCode !== null) throw new Error(`the server ended with ${server.child.exitCode}:\n${server.log()}`);
    try {
      if ((await fetch(`${server.url}/readyz`)).ok) return;
    } catch {
      // not yet
    }
    await new Promise((later) => setTimeout(later, 25));
  }
  throw new Error(`the server does not answer:\n${server.log()}`);
}

/* start() makes the chain and serves it; kill() ends it as a power switch would,
 * again() serves the same data anew, stop() ends it in order and removes all. */
export async function start({ chain = smallChain, env: more = {}, dev = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'prilavok-test-'));
  const port = await freePort();
  const made = chain && kept && existsSync(join(kept, nameOf(chain)));
  if (made) cpSync(join(kept, nameOf(chain)), folder, { recursive: true });
  const database = createDatabase(made && nameOf(chain));
  const env = {
    ...process.env,
    PRILAVOK_LISTEN: `127.0.0.1:${port}`,
    PRILAVOK_DB: database?.url ?? join(folder, 'chain.db'),
    PRILAVOK_STATE: folder,
    PRILAVOK_PAGES: join(top, 'ui/dist'),
    PRILAVOK_DEV: dev ? '1' : '0',
    ...more,
  };
  let log = '';
  const server = {
    url: `http://127.0.0.1:${port}`,
    port,
    folder,
    env,
    child: null,
    log: () => log,
    async again() {
      server.child = spawn(binary, ['serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [server.child.stdout, server.child.stderr]) stream.on('data', (part) => (log += part));
      await ready(server);
    },
    async end(signal) {
      if (server.child.exitCode !== null || server.child.signalCode !== null) return;
      const ended = new Promise((done) => server.child.on('exit', done));
      server.child.kill(signal);
      await ended;
    },
    kill: () => server.end('SIGKILL'),
    run(...words) {
      try {
        return execFileSync(binary, words, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
      } catch (fault) {
        throw new Error(`${fault.message}\n${fault.stdout.slice(0, 2000)}`, { cause: fault });
      }
    },
    async stop() {
      await server.end('SIGTERM');
      dropDatabase(database);
      rmSync(folder, { recursive: true, force: true });
      const found = log.search(/(WARNING|ERROR): \w+Sanitizer|runtime error:/); // make san, make tsan
      if (found >= 0) throw new Error(log.slice(found, found + 8000));
    },
  };
  if (chain && !made) {
    server.run('demo', '--if-empty', ...chain);
    if (kept) keep(chain, folder, database);
  }
  try {
    await server.again();
  } catch (fault) {
    await server.stop(); // nobody else will, and its process would keep this one waiting
    throw fault;
  }
  return server;
}

/* A person with a browser: cookies kept, CSRF token sent, answers as {status, body, headers}. */
export function person(server) {
  const cookies = new Map();
  return {
    cookies,
    async call(method, path, body, headers = {}) {
      const csrf = cookies.get('prilavok_csrf');
      const answer = await fetch(server.url + path, {
        method,
        headers: {
          ...(cookies.size ? { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
          ...(csrf ? { 'X-CSRF-Token': csrf } : {}),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        redirect: 'manual',
      });
      for (const line of answer.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        if (value) cookies.set(name, value);
        else cookies.delete(name);
      }
      const text = await answer.text();
      const json = (answer.headers.get('content-type') ?? '').startsWith('application/json');
      return { status: answer.status, headers: answer.headers, text, body: json && text ? JSON.parse(text) : text };
    },
    async login(login, password = 'prilavok') {
      const answer = await this.call('POST', '/v1/staff/login', { login, password });
      if (answer.status !== 200) throw new Error(`login of ${login}: ${answer.status} ${answer.text}`);
      return answer.body;
    },
  };
}
