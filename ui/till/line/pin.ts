// Who may come in when nobody can be asked: a PIN against what the server left here.
import type { Shapes } from 'kit/api/shop';
import { keep, read, type Store } from './store';

type Pin = Shapes['TillPin'];
interface Failures {
  n: number;
  locks: number;
  until: number;
}
const none: Failures = { n: 0, locks: 0, until: 0 };
const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (h) => parseInt(h, 16));

async function fits(pin: Pin, typed: string): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(typed), 'PBKDF2', false, ['deriveBits']);
  const made = new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: bytes(pin.salt), iterations: pin.rounds }, key, 256));
  const want = bytes(pin.hash);
  return made.length === want.length && made.reduce((differs, b, k) => differs | (b ^ want[k]!), 0) === 0;
}

/* 'in', 'wrong', or until when this login is locked here. Failures are on the disk
 * before the answer: a restart is no new try. */
export async function tryPin(db: Store, till: Shapes['TillHello'], pin: Pin, typed: string): Promise<'in' | 'wrong' | number> {
  const name = `pin-${pin.id}`;
  const was = (await read<Failures>(db, name)) ?? none;
  if (was.until > Date.now()) return was.until;
  const n = was.n + 1;
  const locked = n >= till.pin_tries;
  const until = locked ? Date.now() + till.pin_lock_min * 60_000 * 2 ** was.locks : 0;
  await keep(db, name, { n: locked ? 0 : n, locks: was.locks + (locked ? 1 : 0), until });
  if (!(await fits(pin, typed))) return until || 'wrong';
  await keep(db, name, none);
  return 'in';
}
