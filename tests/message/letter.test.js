// An advertisement as a mail server takes it: the way out stands in its head, and the
// mail program's button ends it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { smallChain, start } from '../support/server.js';
import { Client, eventually, logIn, staff } from '../story/people.js';

const program = '/usr/bin/aiosmtpd'; // python3-aiosmtpd
const skip = !existsSync(program) && `no ${program}`;
const phone = '+79031117766';
const email = 'pismova@example.ru';
let server, owner, mail, box, customer_id, me;

async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}
const answers = (port) => new Promise((done) => {
  const s = connect(port, '127.0.0.1', () => done(s.destroy() && true));
  s.on('error', () => done(false));
});

/* The letters so far: their heads with folded lines made one, and what they say. */
function letters() {
  const folder = join(box, 'new');
  return (existsSync(folder) ? readdirSync(folder) : []).map((name) => {
    const [head, ...rest] = readFileSync(join(folder, name), 'utf8').split(/\r?\n\r?\n/);
    return { heads: head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/), text: Buffer.from(rest.join('\n'), 'base64').toString() };
  });
}
const head = (letter, name) => letter.heads.filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`)).map((line) => line.slice(name.length + 1).trim());
const letterWith = (text) => eventually(() => letters().find((l) => l.text.includes(text)));

before(async () => {
  if (skip) return;
  server = await start({ chain: smallChain });
  box = join(server.folder, 'box');
  const port = await freePort();
  mail = spawn(program, ['-n', '-l', `127.0.0.1:${port}`, '-c', 'aiosmtpd.handlers.Mailbox', box], { stdio: 'ignore' });
  await eventually(() => answers(port));
  owner = await staff(server, 'owner');
  const settings = { 'message.smtp_url': `smtp://127.0.0.1:${port}`, 'message.smtp_from': 'shop@example.ru', 'message.smtp_tls': 'false', 'message.email_sender': 'smtp', 'catalog.site_url': server.url, 'customer.confirm_email': 'false' };
  for (const [name, value] of Object.entries(settings)) await owner.put(`/v1/setting/${name}`, { value });
  me = new Client(server);
  await logIn(server, me, phone);
  const person = await me.ask('GET', '/v1/customer/me');
  customer_id = person.body.id;
  const seen = await owner.ask('GET', `/v1/customer/${customer_id}`);
  await owner.ask('PUT', `/v1/customer/${customer_id}`, { last_name: 'Письмова', first_name: 'Полина', keys: [{ kind: 'phone', value: phone }, { kind: 'email', value: email }] }, { 'if-match': seen.headers.etag });
  await me.put('/v1/customer/me/consent', { items: [{ purpose: 'offers', channel: 'email', given: true, text_version: '1' }] });
});
after(async () => {
  mail?.kill();
  await server?.stop();
});

test('an offer carries its way out in its head, once, and the button of RFC 8058', { skip }, async () => {
  await owner.post(`/v1/customer/${customer_id}/offer`, { purpose: 'offers', channel: 'email', subject: 'Скидки', text: 'Сегодня всё дешевле' });
  const letter = await letterWith('Сегодня всё дешевле');
  assert.deepEqual(head(letter, 'To'), [`<${email}>`]);
  assert.deepEqual(head(letter, 'X-RcptTo'), [email]);
  const [out, ...more] = head(letter, 'List-Unsubscribe');
  assert.deepEqual(more, []);
  assert.match(out, /^<http[^<>\s]+>$/);
  assert.deepEqual(head(letter, 'List-Unsubscribe-Post'), ['List-Unsubscribe=One-Click']);
  assert.ok(letter.text.includes('/preferences#'), 'and a link for people');
  const pressed = await fetch(out.slice(1, -1), { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'List-Unsubscribe=One-Click' });
  assert.equal(pressed.status, 204);
  const offers = (await me.get('/v1/customer/me/consent')).items.find((k) => k.purpose === 'offers' && k.channel === 'email');
  assert.deepEqual([offers.given, offers.source], [false, 'one_click']);
  const refused = await owner.ask('POST', `/v1/customer/${customer_id}/offer`, { purpose: 'offers', channel: 'email', subject: 'Ещё', text: 'Ещё дешевле' });
  assert.equal(refused.status, 409);
});

test('a code is no advertisement: its letter has no such head', { skip }, async () => {
  await new Client(server).post('/v1/customer/code', { to: email });
  const letter = await eventually(() => letters().find((l) => /\b\d{6}\b/.test(l.text)));
  assert.deepEqual(head(letter, 'List-Unsubscribe'), []);
  assert.deepEqual(head(letter, 'List-Unsubscribe-Post'), []);
});
