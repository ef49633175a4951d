// A small chain, and people who talk to it.
import { execFileSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { postgres, start as serve } from '../support/server.js';

const chain = ['--stores', '3', '--variants', '200', '--customers', '100', '--days', '30', '--seed', '1'];

/* The server, with `prilavok check` and a way to let time pass in its tables. */
export async function start() {
  const server = await serve({ chain });
  const { PRILAVOK_DB: db } = server.env;
  const sql = (text) => (postgres ? execFileSync('psql', ['-qAtX', '-d', db, '-c', text]) : execFileSync('sqlite3', ['-cmd', '.timeout 5000', db, text]));
  const check = () => {
    try {
      server.run('check');
      return 'in order';
    } catch (fault) {
      return `${fault.cause?.stdout ?? fault}${fault.cause?.stderr ?? ''}`;
    }
  };
  return { ...server, sql: (text) => sql(text).toString(), check };
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

export async function staff(server, login, password = 'prilavok') {
  const client = new Client(server);
  await client.post('/v1/staff/login', { login, password });
  return client;
}

/* Somebody logs in with the code that his telephone got. */
export async function logIn(server, client, phone) {
  await client.post('/v1/customer/code', { to: phone });
  const owner = await staff(server, 'owner');
  const code = await eventually(async () => {
    const outbox = await owner.get('/v1/message/outbox');
    const mine = outbox.items.find((m) => m.template === 'login_code' && m.address.endsWith(phone.slice(-10)));
    return mine && /\d{4,}/.exec(mine.body)?.[0];
  });
  return client.post('/v1/customer/login', { to: phone, code });
}

/* What a page hears that watches: {events, close()}. */
export async function watch(client, path) {
  const stop = new AbortController();
  const jar = Object.entries(client.cookies).map(([name, value]) => `${name}=${value}`);
  const answer = await fetch(client.url + path, { headers: { cookie: jar.join('; ') }, signal: stop.signal });
  const events = [];
  const read = async () => {
    for await (const part of answer.body) {
      for (const [, data] of Buffer.from(part).toString().matchAll(/^data: (\{.*\})$/gm)) events.push(JSON.parse(data));
    }
  };
  read().catch(() => {});
  return { events, close: () => stop.abort() };
}

/* What is delivered after the fact (messages, a joined basket) comes in moments. */
export async function eventually(look, ms = 60000) {
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
