// SIGTERM: what was taken is answered, what was acknowledged is there.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { start, events, sleep } from './server.js';

test('under load every request is answered or refused, none is lost, and the process ends', { timeout: 90_000 }, async () => {
  const s = await start({ env: { QUIET: '1', STOP_MS: '15000' } });
  const ids = [], odd = [];
  let stopping = false;
  const client = async () => {
    while (!stopping) {
      const keep = s.connect();
      try {
        for (;;) {
          const r = await s.ask('POST', '/v1/toy', { body: '{"name":"ball","qty":7}', keep });
          if (r.status === 201) ids.push(r.json().id);
          else if (r.status !== 503) odd.push(r.status);
          if (r.headers.connection === 'close') break;
        }
      } catch (e) {
        if (!stopping) odd.push(e.message);
      }
      keep.destroy();
    }
  };
  const clients = Array.from({ length: 64 }, client);
  const watcher = events(s, 'toys');
  const slow = s.ask('GET', '/v1/slow');
  await sleep(1000);
  const ended = new Promise((done) => watcher.socket.on('close', done));
  s.child.kill('SIGTERM');
  stopping = true;
  const began = Date.now();
  assert.deepEqual(await s.exited, { code: 0, signal: null });
  assert.ok(Date.now() - began < 15000);
  assert.equal((await slow).text, 'slow');
  await ended;
  await Promise.all(clients);
  assert.deepEqual(odd, []);
  assert.ok(ids.length > 100, `${ids.length} acknowledged`);
  assert.equal(new Set(ids).size, ids.length);
  // Start again on the same database: every acknowledged toy is there.
  const { spawn } = await import('node:child_process');
  const again = spawn(s.child.spawnfile, ['127.0.0.1:0', s.db, s.pages, `${s.dir}/spool`], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, QUIET: '1' } });
  const port = Number(String(await new Promise((done) => again.stdout.once('data', done))));
  const { n } = await (await fetch(`http://127.0.0.1:${port}/v1/toy`)).json();
  assert.ok(n >= ids.length, `${n} of ${ids.length}`);
  again.kill('SIGTERM');
  await new Promise((done) => again.on('exit', done));
  await s.stop();
});

test('on a socket that was handed over it serves, and ends', { timeout: 60_000 }, async () => {
  const s = await start({ listen: 'handed' });
  for (let k = 0; k < 3; k++) assert.equal((await s.ask('GET', '/v1/ping')).status, 200);
  assert.deepEqual(await s.stop(), { code: 0, signal: null });
});

test('work that does not end is left with 503 after the limit', { timeout: 60_000 }, async () => {
  const s = await start({ env: { QUIET: '1' } });
  const waiting = Array.from({ length: 40 }, () => s.ask('GET', '/v1/slow').catch((e) => e));
  await sleep(200);
  s.child.kill('SIGTERM');
  const began = Date.now();
  const { code, signal } = await s.exited;
  const took = Date.now() - began;
  assert.equal(signal, null);
  assert.equal(code, 1, 'it says that work was left');
  assert.ok(took < 6000, `took ${took} ms`);
  const all = await Promise.all(waiting);
  const statuses = all.map((r) => r.status ?? r.message);
  assert.ok(statuses.includes(200) && statuses.includes(503), statuses.join());
  assert.ok(statuses.every((x) => x === 200 || x === 503), statuses.join());
  await s.stop();
});

test('over a unix socket the proxy is believed', async () => {
  const s = await start({ env: { QUIET: '1' }, listen: 'unix' });
  const r = await s.ask('GET', '/v1/ping', { headers: { 'X-Forwarded-For': '203.0.113.9' } });
  assert.equal(r.json().ip, '203.0.113.9');
  assert.deepEqual(await s.stop(), { code: 0, signal: null });
});

test('from an address that is no proxy X-Forwarded-For is not believed', async () => {
  const s = await start({ env: { QUIET: '1', TRUSTED: '10.0.0.0/8' } });
  const r = await s.ask('GET', '/v1/ping', { headers: { 'X-Forwarded-For': '203.0.113.9' } });
  assert.equal(r.json().ip, '127.0.0.1');
  assert.deepEqual(await s.stop(), { code: 0, signal: null });
});
