// A server with a small demo chain of its own, and people who talk to it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'node:http';

const top = fileURLToPath(new URL('../..', import.meta.url));
const binary = process.env.PRILAVOK_BIN ?? join(top, process.env.B ?? 'build', 'prilavok');
const chain = ['--stores', '3', '--variants', '200', '--customers', '100', '--days', '30', '--seed', '1'];

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

/* PostgreSQL: a schema for each story, so that they run beside one another. */
function ownDatabase(folder) {
  const url = process.env.PRILAVOK_TEST_DB;
  if (!url) {
    const file = join(folder, 'chain.db');
    return { db: file, sql: (text) => execFileSync('sqlite3', [file, `.timeout 5000`, text]).toString(), drop() {} };
  }
  const schema = `story_${process.pid}_${Date.now()}`;
  const psql = (text) => execFileSync('psql', ['-qAtX', url, '-c', text]).toString();
  psql(`CREATE SCHEMA ${schema}`);
  return {
    db: `${url}${url.includes('?') ? '&' : '?'}options=-csearch_path%3D${schema}`,
    sql: (text) => psql(`SET search_path = ${schema}; ${text}`),
    drop: () => psql(`DROP SCHEMA ${schema} CASCADE`),
  };
}

async function answers(url, child, log) {
  for (let k = 0; k < 400; k++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}\n${log()}`);
    try {
      if ((await fetch(`${url}/readyz`)).ok) return;
    } catch {
      // not yet
    }
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`the server does not answer\n${log()}`);
}

/* {url, log(), sql(text), check(), stop()} */
export async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'prilavok-story-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const own = ownDatabase(folder);
  const env = { ...process.env, PRILAVOK_LISTEN: `127.0.0.1:${port}`, PRILAVOK_DB: own.db, PRILAVOK_STATE: folder, PRILAVOK_DEV: '1' };
  execFileSync(binary, ['demo', ...chain], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const child = spawn(binary, ['serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const log = () => text;
  child.stdout.on('data', (part) => (text += part));
  child.stderr.on('data', (part) => (text += part));
  await answers(url, child, log);
  return {
    url,
    log,
    sql: own.sql,
    /* `prilavok check`: the books, or what is wrong with them. */
    check() {
      try {
        execFileSync(binary, ['check'], { env, stdio: 'pipe' });
        return 'in order';
      } catch (fault) {
        return `${fault.stdout}${fault.stderr}`;
      }
    },
    async stop() {
      const ended = new Promise((done) => child.on('exit', done));
      child.kill('SIGTERM');
      await ended;
      own.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 128 });

function send(url, method, headers, body) {
  return new Promise((done, failed) => {
    const r = request(url, { method, headers, agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => (text += part));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, text }));
    });
    r.on('error', failed);
    r.end(body);
  });
}

/* A browser, a till, an app: cookies, the CSRF header, JSON both ways. */
export class Client {
  constructor(server) {
    this.url = server.url;
    this.cookies = {};
  }

  async ask(method, path, body, headers = {}) {
    const all = { ...headers };
    const jar = Object.entries(this.cookies).map(([name, value]) => `${name}=${value}`);
    if (jar.length) all.cookie = jar.join('; ');
    if (this.cookies.prilavok_csrf) all['x-csrf-token'] = this.cookies.prilavok_csrf;
    if (body !== undefined) all['content-type'] = 'application/json';
    const answer = await send(this.url + path, method, all, body === undefined ? undefined : JSON.stringify(body));
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value) this.cookies[name] = value;
      else delete this.cookies[name];
    }
    const json = answer.headers['content-type']?.startsWith('application/json') ? JSON.parse(answer.text) : undefined;
    return { status: answer.status, text: answer.text, body: json, headers: answer.headers };
  }

  /* The answer's body; anything but 2xx is the story's end. */
  async must(method, path, body, headers) {
    const answer = await this.ask(method, path, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  get(path) {
    return this.must('GET', path);
  }
  post(path, body, headers) {
    return this.must('POST', path, body, headers);
  }
  put(path, body) {
    return this.must('PUT', path, body);
  }
  del(path) {
    return this.must('DELETE', path);
  }
}

export async function staff(server, login) {
  const client = new Client(server);
  await client.post('/v1/staff/login', { login, password: 'prilavok' });
  return client;
}

/* Somebody logs in with the code that his telephone got. */
export async function logIn(server, client, phone) {
  await client.post('/v1/customer/code', { to: phone });
  const owner = await staff(server, 'owner');
  const code = await eventually(async () => {
    const outbox = await owner.get('/v1/message/outbox');
    const mine = outbox.items.find((m) => m.template === 'login_code' && phone.endsWith(m.to.slice(-10)));
    return mine && /\d{4,}/.exec(mine.body)?.[0];
  });
  return client.post('/v1/customer/login', { to: phone, code });
}

/* What is delivered after the fact (messages, a joined basket) comes in moments. */
export async function eventually(look, ms = 10000) {
  const until = Date.now() + ms;
  for (;;) {
    const got = await look();
    if (got) return got;
    if (Date.now() > until) throw new Error(`not within ${ms} ms: ${look}`);
    await new Promise((later) => setTimeout(later, 50));
  }
}

/* The chain as a shopper sees it: its shops, and goods of both kinds. */
export async function chainOf(server) {
  const guest = new Client(server);
  const places = (await guest.get('/v1/place')).items.filter((p) => p.kind === 'shop');
  const goods = [];
  for (let n = 1; n <= 200; n++) {
    const found = await guest.ask('GET', `/v1/catalog/code/${1000000 + n}`);
    if (found.status === 200) goods.push(found.body);
  }
  return { places, goods };
}

/* How many of a thing a shop can promise now, as the site shows it. */
export async function freeAt(server, place, variant) {
  const guest = new Client(server);
  const basket = await guest.put('/v1/basket', { place_id: place, lines: [{ variant_id: variant, qty: 1 }] });
  return basket.lines[0].free_qty;
}

export const pickup = (place, phone, lines) => ({ kind: 'pickup', place_id: place, name: 'Иванова Анна', phone, lines });
