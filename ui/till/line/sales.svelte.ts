// Every sale of the till, on disk before its receipt is shown, told to the server in
// order and once.
//
// A sale is asked for while the buyer waits. When no answer comes he is let go, and
// from then on it is told as a fact, under the same number and name. So an answer
// that was lost, a server that died, a browser that was killed are one case: the
// number is told again until it is answered.
import { Fault, uuid } from 'kit/api/client';
import type { Shapes } from 'kit/api/shop';
import { ask } from './ask';
import { forbidden, heard, line, lost, onUp } from './line.svelte';
import { durable, read, waiting, type Kept, type Sold, type Store, type Told } from './store';

const WAIT_MS = 3000; // a buyer waits so long for an answer
const OVER_MS = 20_000; // a question of a tab that is gone
const KEEP = 300;
const BACK_OFF_MS = [1000, 2000, 5000, 10_000, 30_000, 60_000];

let list = $state.raw<Kept[]>([]);
let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('till-sales') : undefined;

export const sales = {
  /* Newest first. */
  get list() {
    return list;
  },
  get waiting() {
    return list.filter((s) => waiting(s.state)).length;
  },
  get troubled() {
    return list.filter((s) => s.answer?.conflicts.length || s.state === 'parked').length;
  },
};

async function look(): Promise<void> {
  if (line.store) list = (await line.store.getAll('sales', undefined)).reverse();
}

function changed(): void {
  channel?.postMessage(0);
  void look();
}
channel?.addEventListener('message', () => void look());

/* ---- Write --------------------------------------------------------------------- */

export const receiptOf = (seq: number) => `${line.till?.number ?? 0}-${String(seq).padStart(6, '0')}`;

async function write(db: Store, draft: Omit<Told, 'at' | 'receipt'>, total: number, change: number, state: 'asked' | 'told'): Promise<Kept> {
  const known = (await read<Shapes['TillHello']>(db, 'till'))?.last_seq ?? 0;
  const tx = db.transaction('sales', 'readwrite', durable);
  const last = await tx.store.openKeyCursor(null, 'prev');
  const seq = Math.max(known, last?.key ?? 0) + 1;
  const taken = (await tx.store.getAll()).some((s) => s.body.key === draft.key);
  const body: Told = { ...draft, ...(taken && { key: uuid() }), at: new Date().toISOString(), receipt: receiptOf(seq), ...(state === 'told' && { offline_ms: Date.now() - line.heardAt }) };
  const sale: Kept = { seq, state, body, total, change, tries: 0 };
  await tx.store.add(sale);
  await tx.done;
  return sale;
}

/* Change one as it stands on the disk now, whatever another tab did meanwhile. */
async function alter(db: Store, key: string, how: (s: Kept) => Kept | undefined): Promise<Kept | undefined> {
  const tx = db.transaction('sales', 'readwrite', durable);
  let found: Kept | undefined;
  for (let at = await tx.store.openCursor(null, 'prev'); at; at = await at.continue()) {
    if (at.value.body.key !== key) continue;
    found = how(at.value) ?? at.value;
    await at.update(found);
    break;
  }
  await tx.done;
  changed();
  return found;
}

export const newKey = uuid;

/* Was this one written already?  A draft that outlived its sale is thrown away. */
export async function isWritten(db: Store, key: string): Promise<boolean> {
  return (await db.getAll('sales')).some((s) => s.body.key === key && s.state !== 'refused');
}

/* ---- Tell ---------------------------------------------------------------------- */

/* The server has fewer than we have told (a copy of yesterday was put back): what it
 * lacks is told anew.  It has others under our numbers (this device was copied): ours
 * get new ones; their names stay, so nothing doubles. */
async function mendNumbers(db: Store, key: string): Promise<void> {
  const { last_seq } = await ask<Shapes['TillHello']>(key, 'hello');
  const tx = db.transaction('sales', 'readwrite', durable);
  const all = await tx.store.getAll();
  const ahead = all.filter((s) => s.seq > last_seq);
  const next = ahead[0]?.seq === last_seq + 1;
  const again = next ? ahead : all.filter((s) => waiting(s.state));
  for (const s of again) await tx.store.delete(s.seq);
  for (const [k, s] of again.entries()) await tx.store.put({ ...s, seq: last_seq + 1 + k, state: waiting(s.state) ? s.state : 'told' });
  await tx.done;
  changed();
}

function asFact(s: Kept): boolean {
  if (s.state === 'told') return true;
  return Date.now() - Date.parse(s.body.at) > OVER_MS && !!line.till?.offline;
}

async function tellOne(db: Store, key: string, s: Kept): Promise<void> {
  const happened = asFact(s);
  if (happened && s.state === 'asked') await alter(db, s.body.key, (now) => ({ ...now, state: 'told' }));
  const answer = await ask<Sold>(key, 'sale', { ...s.body, seq: s.seq, happened, sent_at: new Date().toISOString() });
  heard();
  await alter(db, s.body.key, (now) => {
    // refused, but the buyer was let go while the answer was on its way: told next
    if (answer.state === 'refused' && now.state === 'told') return undefined;
    return { ...now, state: answer.state, answer };
  });
}

async function tellAll(db: Store, key: string): Promise<void> {
  for (let mended = 0; ; ) {
    const next = (await db.getAll('sales')).find((s) => waiting(s.state));
    if (!next) return;
    try {
      await tellOne(db, key, next);
    } catch (fault) {
      if (!(fault instanceof Fault) || !['gap', 'key_reused'].includes(fault.code) || mended++ > 2) throw fault;
      await mendNumbers(db, key);
    }
  }
}

async function prune(db: Store): Promise<void> {
  const tx = db.transaction('sales', 'readwrite');
  const all = await tx.store.getAll();
  for (const s of all.slice(0, Math.max(0, all.length - KEEP))) if (!waiting(s.state)) await tx.store.delete(s.seq);
  await tx.done;
}

/* One tab tells at a time; the others wait for their turn and find nothing left. */
export async function pump(): Promise<void> {
  const { store, key } = line;
  if (!store || !key || line.closed) return;
  clearTimeout(timer);
  try {
    await navigator.locks.request('till-tell', () => tellAll(store, key));
    failures = 0;
  } catch (fault) {
    if (!(fault instanceof Fault)) lost();
    timer = setTimeout(() => void pump(), BACK_OFF_MS[Math.min(failures++, BACK_OFF_MS.length - 1)]);
  }
}

onUp(() => {
  void look();
  if (line.store) void prune(line.store);
  failures = 0;
  void pump();
});

/* ---- Sell ---------------------------------------------------------------------- */

export type Outcome = { kind: 'recorded' | 'refused' | 'parked'; sale: Kept; answer: Sold } | { kind: 'offline'; sale: Kept };

async function answerOf(db: Store, key: string, until: number): Promise<Kept | undefined> {
  for (let pause = 10; ; pause = Math.min(100, pause * 1.5)) {
    const s = (await db.getAll('sales')).find((one) => one.body.key === key);
    if (s && !waiting(s.state)) return s;
    if (Date.now() > until || (!line.up && s)) return undefined;
    await new Promise((later) => setTimeout(later, pause));
  }
}

/* Waits for the answer of the server as long as a buyer would, or, where this till may
 * not sell without one, until it comes. */
export async function sell(draft: Omit<Told, 'at' | 'receipt'>, total: number, change: number): Promise<Outcome> {
  const db = line.store!;
  const no = forbidden(
    total,
    draft.lines.some((l) => l.serial),
  );
  const away = !line.up;
  if (away && no) throw new Error(no);
  const sale = await write(db, draft, total, change, away ? 'told' : 'asked');
  changed();
  void pump();
  if (away) return { kind: 'offline', sale };
  for (;;) {
    const done = await answerOf(db, sale.body.key, Date.now() + WAIT_MS);
    if (done?.answer) return { kind: done.state as 'recorded', sale: done, answer: done.answer };
    if (!no) break;
    await new Promise((later) => setTimeout(later, 500));
  }
  const gone = await alter(db, sale.body.key, (now) => (now.state === 'asked' ? { ...now, state: 'told', body: { ...now.body, offline_ms: Date.now() - line.heardAt } } : undefined));
  if (gone?.answer) return { kind: gone.state as 'recorded', sale: gone, answer: gone.answer };
  void pump();
  return { kind: 'offline', sale: gone ?? sale };
}
