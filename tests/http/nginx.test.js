// Behind nginx, as in production: over a unix socket, with streams and uploads.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { once } from 'node:events';
import net from 'node:net';
import { start, events, sleep, parse, until } from './server.js';

let s, nginx, port, front;

const freePort = () => new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => { const p = probe.address().port; probe.close(() => done(p)); });
});

before(async () => {
  s = await start({ env: { QUIET: '1' }, listen: 'unix' });
  port = await freePort();
  const at = path.join(s.dir, 'nginx');
  mkdirSync(at);
  writeFileSync(path.join(at, 'nginx.conf'), `
daemon off; worker_processes 1; error_log ${at}/error.log; pid ${at}/pid;
${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 512; }
http {
  access_log off; client_body_temp_path ${at}/body; proxy_temp_path ${at}/proxy; fastcgi_temp_path ${at}/f; uwsgi_temp_path ${at}/u; scgi_temp_path ${at}/s;
  upstream shop { server unix:${s.address.path}; keepalive 16; }
  server {
    listen 127.0.0.1:${port}; client_max_body_size 64m;
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto https;
    location / { proxy_pass http://shop; }
    location ~ /live$ { proxy_pass http://shop; proxy_buffering off; }
    location = /v1/upload { proxy_pass http://shop; proxy_request_buffering off; }
  }
}`);
  nginx = spawn('/usr/sbin/nginx', ['-p', at, '-c', path.join(at, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  front = { connect: () => net.connect(port, '127.0.0.1') };
  for (let k = 0; k < 600; k++) {
    try {
      if ((await fetch(`http://127.0.0.1:${port}/healthz`)).ok) return;
    } catch { /* not yet */ }
    await sleep(50);
  }
  throw new Error('nginx does not answer');
});
after(async () => {
  if (nginx?.exitCode === null) {
    const ended = once(nginx, 'exit');
    nginx.kill('SIGTERM');
    await ended;
  }
  assert.deepEqual(await s.stop(), { code: 0, signal: null });
});

const ask = (where, options) => fetch(`http://127.0.0.1:${port}${where}`, options);

test('the client\'s address and https are believed', async () => {
  assert.equal((await (await ask('/v1/ping', { headers: { 'X-Forwarded-For': '6.6.6.6' } })).json()).ip, '127.0.0.1');
  const login = await ask('/v1/toy', { method: 'POST', body: '{"name":"login","qty":1}' });
  for (const one of login.headers.getSetCookie()) assert.match(one, /; Secure$/);
});

test('1,000 writes over kept connections: none is lost or doubled', async () => {
  const ids = new Set();
  await Promise.all(Array.from({ length: 20 }, async (_, k) => {
    for (let n = 0; n < 50; n++) {
      const r = await ask('/v1/toy', { method: 'POST', body: '{"name":"ball","qty":7}', headers: { 'Idempotency-Key': `n-${k}-${n}` } });
      assert.equal(r.status, 201);
      ids.add((await r.json()).id);
    }
  }));
  assert.equal(ids.size, 1000);
});

test('an upload is passed on as it comes', async () => {
  const r = await ask('/v1/upload', { method: 'POST', body: Buffer.alloc(5_000_000, 7) });
  assert.equal((await r.json()).bytes, 5_000_000);
});

test('a stream goes through at once', async () => {
  const e = events(front, 'toys');
  await e.until((x) => x.id);
  const made = await (await ask('/v1/toy', { method: 'POST', body: '{"name":"ball","qty":1}' })).json();
  const heard = await e.until((x) => x.event === 'toy');
  assert.equal(JSON.parse(heard.data).id, made.id);
  e.close();
});

test('what smuggles is stopped before or by us', async () => {
  for (const head of ['Content-Length: 4\r\nContent-Length: 40', 'Content-Length: 4\r\nTransfer-Encoding: chunked', 'Transfer-Encoding : chunked', 'X-A: b\0c'])  {
    const socket = front.connect();
    const chunks = [];
    socket.on('data', (d) => chunks.push(d)).on('error', () => {});
    socket.write(Buffer.from(`POST /v1/raw HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n0\r\n\r\nGET /v1/ping HTTP/1.1\r\nHost: a\r\n\r\n`, 'latin1'));
    await until(() => parse(Buffer.concat(chunks))?.whole);
    socket.destroy();
    const reply = parse(Buffer.concat(chunks));
    assert.equal(reply?.status, 400, head);
    assert.doesNotMatch(Buffer.concat(chunks).toString(), /"kind"/, head);
  }
});
