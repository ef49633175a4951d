// Somebody looks into the database file while the shop is open.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { postgres } from '../support/server.js';
import { Client, chainOf, freeAt, pickup, start } from './people.js';

test('another program that looks in leaves the log, and every order, alone', { skip: postgres && 'a file is SQLite\'s' }, async () => {
  const server = await start();
  try {
    await server.end('SIGTERM'); // a clean file without a log, as after every night
    await server.again();
    const file = server.env.PRILAVOK_DB;
    const look = () => execFileSync('sqlite3', [file, 'SELECT COUNT(*) FROM order_order']).toString();
    look();
    const { places, goods } = await chainOf(server);
    let item;
    for (item of goods) if ((await freeAt(server, places[0].id, item.variant_id)) >= 2) break;
    look();
    const guest = new Client(server);
    const placed = await guest.post('/v1/order', pickup(places[0].id, '+79161234567', [{ variant_id: item.variant_id, qty: 1 }]));
    look();
    assert.ok(existsSync(`${file}-wal`), 'the log is still there');
    await server.kill();
    await server.again();
    assert.equal((await guest.get(`/v1/order/${placed.token}`)).id, placed.id);
    assert.equal(server.check(), 'in order');
  } finally {
    await server.stop();
  }
});
