// Who may come in when nobody can be asked: a PIN against what the server left here.
import type { Shapes } from 'kit/api/shop';
import { forgetPeople, keep, read, type Store } from './store';

type Pin = Shapes['TillPin'];
interface Failures {
  n: number;
  locks: number;
  until: number;
}
const none: Failures = { n: 0, locks: 0, until: 0 };

/* Six digits do not stand against a thief with time: after so many locks of whatever
 * logins of this device none of them opens it any more, and it forgets its customers.
 * Only a login that the server grants makes it whole again. */
const LOCKS_MOST = 5;
const DEVICE = 'pin-locks';
const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (h) => parseInt(h, 16));

async function fits(pin: Pin, typed: string): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(typed), 'PBKDF2', false, ['deriveBits']);
  const made = new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: bytes(pin.salt), iterations: pin.rounds }, key, 256));
  const want = bytes(pin.hash);
  return made.length === want.length && made.reduce((differs, b, k) => differs | (b ^ want[k]!), 0) === 0;
}

export const shut = async (db: Store): Promise<boolean> => ((await read<number>(db, DEVICE)) ?? 0) >= LOCKS_MOST;
export const unshut = (db: Store) => keep(db, DEVICE, 0);

async function locked(db: Store): Promise<void> {
  const locks = ((await read<number>(db, DEVICE)) ?? 0) + 1;
  await keep(db, DEVICE, locks);
  if (locks >= LOCKS_MOST) await forgetPeople(db);
}

/* 'in', 'wrong', 'shut', or until when this login is locked here. Failures are on the
 * disk before the answer: a restart is no new try. */
export async function tryPin(db: Store, till: Shapes['TillHello'], pin: Pin, typed: string): Promise<'in' | 'wrong' | 'shut' | number> {
  const name = `pin-${pin.id}`;
  if (await shut(db)) return 'shut';
  const was = (await read<Failures>(db, name)) ?? none;
  if (was.until > Date.now()) return was.until;
  const n = was.n + 1;
  const last = n >= till.pin_tries;
  const until = last ? Date.now() + till.pin_lock_min * 60_000 * 2 ** was.locks : 0;
  await keep(db, name, { n: last ? 0 : n, locks: was.locks + (last ? 1 : 0), until });
  if (!(await fits(pin, typed))) {
    if (last) await locked(db);
    return (await shut(db)) ? 'shut' : until || 'wrong';
  }
  await keep(db, name, none);
  await unshut(db);
  return 'in';
}
