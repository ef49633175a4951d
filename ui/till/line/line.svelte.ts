// Whether there is a line, which till this is, and what it may do without one.
import { Fault, post } from 'kit/api/client';
import type { Place, Shapes } from 'kit/api/shop';
import type { Staff } from 'kit/api/till';
import { kept as hint, keep as hintKeep } from 'kit/hint';
import { ask } from './ask';
import * as copy from './copy.svelte';
import { unshut } from './pin';
import { forgetShop, keep, openStore, read, type Store } from './store';

export type Till = Shapes['TillHello'];

const PULSE_MS = 8000;
const LOST_MS = 2000;
const COPY_MS = 120_000;

let db = $state.raw<Store | undefined>();
let key = $state('');
let shop: Place | undefined;
let till = $state.raw<Till | undefined>();
let up = $state(true);
let closed = $state(false);
let heardAt = $state(Date.now());
const listeners = new Set<() => void>();

export const line = {
  get up() {
    return up;
  },
  get closed() {
    return closed;
  },
  /* When the server last answered. */
  get heardAt() {
    return heardAt;
  },
  get till() {
    return till;
  },
  get store() {
    return db;
  },
  get key() {
    return key;
  },
  get place() {
    return shop;
  },
};

/* Called whenever the line comes back. */
export function onUp(hear: () => void): () => void {
  listeners.add(hear);
  return () => listeners.delete(hear);
}

export function heard(): void {
  heardAt = Date.now();
  if (up) return;
  up = true;
  for (const hear of listeners) hear();
}

let look: (() => void) | undefined;

/* From now on it is looked for more often. */
export function lost(): void {
  if (up) look?.();
  up = false;
}

/* What forbids to let a buyer go without an answer; undefined: nothing does. */
export function forbidden(total: number, units: boolean): 'line.not_allowed' | 'line.too_long' | 'line.too_dear' | 'line.no_units' | undefined {
  if (!till?.offline) return 'line.not_allowed';
  if (Date.now() - heardAt > till.offline_hours * 3_600_000) return 'line.too_long';
  if (till.offline_minor && total > till.offline_minor) return 'line.too_dear';
  if (units && !till.offline_units) return 'line.no_units';
  return undefined;
}

async function hello(): Promise<void> {
  if (!db || !key) return;
  try {
    till = await ask<Till>(key, 'hello', {}, 5000);
    closed = false;
    heard();
    await keep(db, 'till', till);
    await keep(db, 'heard', heardAt);
  } catch (fault) {
    if (!(fault instanceof Fault)) return lost();
    closed = fault.status === 401;
    if (closed) await forgetShop(db);
  }
}

/* A browser becomes a till when somebody who may sell logs in there for the first
 * time. Whether it may do without a line is for who has that right to say. */
async function register(place: Place): Promise<void> {
  const made = await post<Shapes['Till'] & { key: string }>('/v1/till', { place_id: place.id, name: navigator.platform || 'till', offline: true });
  key = made.key;
  await keep(db!, 'key', key);
}

/* The shop's own copy of what it was: for a start without a line. */
export async function remembered(): Promise<{ store: Store; place: Place; till: Till } | undefined> {
  const id = hint('till.place');
  if (!id) return undefined;
  const store = await openStore(id);
  const [place, known] = [await read<Place>(store, 'place'), await read<Till>(store, 'till')];
  return place && known?.offline ? { store, place, till: known } : undefined;
}

/* Until the returned function is called. */
export function begin(place: Place, who: Staff): () => void {
  let over = false;
  let beat: ReturnType<typeof setTimeout>;
  let copied = 0;

  async function pulse() {
    await hello();
    if (over) return;
    if (up && !closed && till && Date.now() - copied > COPY_MS) {
      copied = Date.now();
      void copy.refresh(db!, key, till).catch(() => (copied = 0));
    }
    clearTimeout(beat);
    beat = setTimeout(() => void pulse(), up ? PULSE_MS : LOST_MS);
  }

  const back = () => {
    clearTimeout(beat);
    void pulse();
  };

  async function start() {
    const store = await openStore(place.id);
    await keep(store, 'place', $state.snapshot(place));
    if (who.csrf) await unshut(store); // the server knows him
    const known = { key: await read<string>(store, 'key'), till: await read<Till>(store, 'till'), heard: await read<number>(store, 'heard') };
    if (over) return; // another shop meanwhile
    db = store;
    shop = place;
    hintKeep('till.place', place.id);
    key = known.key ?? '';
    till = known.till;
    heardAt = known.heard ?? Date.now();
    await copy.load(store);
    if (over) return;
    void navigator.storage?.persist?.();
    try {
      if (!key) await register(place);
    } catch (fault) {
      if (!(fault instanceof Fault)) lost();
    }
    for (const hear of listeners) hear();
    void pulse();
  }

  look = () => {
    clearTimeout(beat);
    beat = setTimeout(() => void pulse(), LOST_MS);
  };
  void start();
  addEventListener('online', back);
  addEventListener('offline', lost);
  return () => {
    over = true;
    clearTimeout(beat);
    removeEventListener('online', back);
    removeEventListener('offline', lost);
  };
}

/* Who answers for the shop lets this till sell without a line, or not. */
export async function allow(offline: boolean): Promise<void> {
  if (!till) return;
  await post(`/v1/till/${till.id}`, { offline: offline ? 1 : 0 });
  await hello();
  if (db && till) await copy.refresh(db, key, till);
}
