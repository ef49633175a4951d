// A server of tests/http/test_server.c for one test file: raw requests in, replies out.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, mkdirSync, writeFileSync, rmSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { once } from 'node:events';

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
const build = process.env.B ?? 'build';

function make() {
  const r = spawnSync('make', ['-s', `B=${build}`, `${build}/http-test-server`], { cwd: root, encoding: 'utf8' });
  if (r.status !== 0) throw new Error(`cannot build the test server: ${r.stderr}`);
}

// A database of its own: a file, or one on the cluster that PRILAVOK_TEST_DB names.
function database(dir) {
  const cluster = process.env.PRILAVOK_TEST_DB;
  if (!cluster) return { url: path.join(dir, 'toy.db'), drop() {} };
  const name = `h${randomBytes(6).toString('hex')}`;
  const psql = (sql) => execFileSync('psql', ['-q', '-d', cluster, '-c', sql], { stdio: ['ignore', 'ignore', 'pipe'] });
  const url = new URL(cluster);
  url.pathname = `/${name}`;
  psql(`CREATE DATABASE ${name}`);
  return { url: url.href, drop: () => psql(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

// As systemd does: a socket that listens already, and blocks.
const HAND = `$^F = 99;
my $s = IO::Socket::INET->new(Listen => 128, LocalAddr => "127.0.0.1", Blocking => 1) or die $!;
exec shift, "fd:" . fileno($s), @ARGV or die $!`;

export async function start({ env = {}, listen = '127.0.0.1:0' } = {}) {
  if (!process.env.HTTP_TEST_SERVER) make();
  const dir = mkdtempSync(path.join(os.tmpdir(), 'prilavok-http-'));
  const pages = path.join(dir, 'pages');
  mkdirSync(path.join(pages, 'assets'), { recursive: true });
  mkdirSync(path.join(pages, 'till'));
  mkdirSync(path.join(dir, 'spool'));
  writeFileSync(path.join(pages, 'index.html'), '<html>shop</html>');
  writeFileSync(path.join(pages, 'till/index.html'), '<html>till</html>');
  const script = 'console.log("a page");\n'.repeat(200);
  writeFileSync(path.join(pages, 'assets/app-B3xQ9a1c.js'), script);
  writeFileSync(path.join(pages, 'assets/app-B3xQ9a1c.js.gz'), gzipSync(script));
  writeFileSync(path.join(dir, 'secret.txt'), 'secret');
  const binary = process.env.HTTP_TEST_SERVER ?? path.join(root, build, 'http-test-server');
  const where = listen === 'unix' ? path.join(dir, 'http.sock') : listen;
  const db = database(dir);
  const rest = [db.url, pages, path.join(dir, 'spool')];
  const [program, ...args] = listen === 'handed' ? ['perl', '-MIO::Socket::INET', '-e', HAND, binary, ...rest] : [binary, where, ...rest];
  const child = spawn(program, args, {
    env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (d) => { log += d; });
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  const [line] = await Promise.race([once(child.stdout, 'data'),
    exited.then((e) => { throw new Error(`server ended at start: ${JSON.stringify(e)} ${log}`); })]);
  const port = Number(String(line).trim());
  const address = listen === 'unix' ? { path: where } : { host: '127.0.0.1', port };
  return {
    port, dir, pages, db: db.url, child, exited, address,
    log: () => log,
    connect: () => net.connect(address),
    // Send bytes, return all that comes until the server hangs up or, after the first byte
    // (`silent`: also before it, perhaps none comes), `ms` pass without one.
    raw: (bytes, ms = 1500, { silent = false } = {}) => raw(address, bytes, ms, silent),
    // One request, read whole reply.
    ask: (method, target, opt = {}) => ask(address, method, target, opt),
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      const how = await exited;
      db.drop();
      rmSync(dir, { recursive: true, force: true });
      const found = log.search(/(WARNING|ERROR): \w+Sanitizer|runtime error:/); // make san, make tsan
      if (found >= 0) throw new Error(log.slice(found, found + 8000));
      return how;
    },
  };
}

function raw(address, bytes, ms, silent) {
  return new Promise((done) => {
    const s = net.connect(address);
    const chunks = [];
    let closed = false;
    s.on('data', (d) => {
      chunks.push(d);
      s.setTimeout(ms);
    });
    s.setTimeout(silent ? ms : 30_000, () => s.destroy());
    s.on('error', () => {});
    s.on('end', () => { closed = true; });
    s.on('close', () => done({ text: Buffer.concat(chunks).toString('latin1'), closed }));
    s.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}

export function parse(buffer) {
  const split = buffer.indexOf('\r\n\r\n');
  if (split < 0) return null;
  const [first, ...lines] = buffer.subarray(0, split).toString('latin1').split('\r\n');
  const headers = {};
  for (const l of lines) {
    const k = l.slice(0, l.indexOf(':')).toLowerCase();
    const v = l.slice(l.indexOf(':') + 1).trim();
    headers[k] = k in headers ? `${headers[k]}\n${v}` : v;
  }
  const length = Number(headers['content-length'] ?? 0);
  const rest = buffer.subarray(split + 4);
  return { status: Number(first.split(' ')[1]), headers, length, body: rest.subarray(0, length),
    whole: rest.length >= length, used: split + 4 + length };
}

function ask(address, method, target, { headers = {}, body, keep } = {}) {
  return new Promise((done, fail) => {
    const s = keep ?? net.connect(address);
    let have = Buffer.alloc(0);
    const head = [`${method} ${target} HTTP/1.1`, 'Host: shop'];
    for (const [k, v] of Object.entries(headers)) head.push(`${k}: ${v}`);
    if (body !== undefined) head.push(`Content-Length: ${Buffer.byteLength(body)}`);
    const off = () => { s.off('data', onData); s.off('error', onError); s.off('close', onClose); };
    const onError = (e) => { off(); fail(e); };
    const onClose = () => { off(); fail(new Error('closed before the reply')); };
    const onData = (d) => {
      have = Buffer.concat([have, d]);
      const r = parse(have);
      if (!r || (!r.whole && method !== 'HEAD')) return;
      off();
      if (!keep) s.on('error', () => {}).destroy();
      done({ ...r, text: r.body.toString(), json: () => JSON.parse(r.body.toString()) });
    };
    s.on('data', onData).on('error', onError).on('close', onClose);
    s.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body ?? '')]));
  });
}

// An event stream: collects events, tells when one satisfies.
export function events(server, topics, { last } = {}) {
  const s = server.connect();
  const got = [];
  let text = '', head = '', id = '';
  const waiting = [];
  s.on('error', () => {});
  s.on('data', (d) => {
    text += d;
    if (!head && text.includes('\r\n\r\n')) {
      head = text.slice(0, text.indexOf('\r\n\r\n'));
      text = text.slice(head.length + 4);
    }
    for (let cut; head && (cut = text.indexOf('\n\n')) >= 0; text = text.slice(cut + 2)) {
      const e = { at: process.hrtime.bigint() };
      for (const l of text.slice(0, cut).split('\n')) {
        const m = /^(id|event|data|retry): (.*)$/.exec(l);
        if (m) e[m[1]] = m[2];
        else if (l.startsWith(':')) e.comment = l;
      }
      if (e.id) id = e.id;
      got.push(e);
    }
    for (const w of [...waiting]) w();
  });
  s.write(`GET /v1/live?topic=${topics} HTTP/1.1\r\nHost: shop\r\n${last ? `Last-Event-ID: ${last}\r\n` : ''}\r\n`);
  return {
    socket: s, got, id: () => id, head: () => head,
    until(what, ms = 30_000) {
      return new Promise((done, fail) => {
        const timer = setTimeout(() => fail(new Error(`no such event in ${JSON.stringify(got, (k, v) => typeof v === 'bigint' ? String(v) : v)}`)), ms);
        const look = () => {
          const e = got.find(what);
          if (!e) return;
          clearTimeout(timer);
          waiting.splice(waiting.indexOf(look), 1);
          done(e);
        };
        waiting.push(look);
        look();
      });
    },
    close: () => s.destroy(),
  };
}

// Until it is so; what is never so is the test's own failure.
export async function until(look, ms = 30_000) {
  for (const end = Date.now() + ms; !(await look()) && Date.now() < end; ) await sleep(20);
}

export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
export const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
