// What this device keeps of its shop, in the browser's own database: one for a shop,
// so that a seller who works in two does not mix them.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Shapes } from 'kit/api/shop';

export type Good = Shapes['TillGood'];
export type Told = Omit<Shapes['TillSale'], 'seq' | 'sent_at' | 'happened'>;
export type Sold = Shapes['TillSold'];

/* asked: the buyer waits for the answer; told: he has gone, it has happened; the
 * rest is what the server made of it. */
export type State = 'asked' | 'told' | 'recorded' | 'refused' | 'parked';
export const waiting = (state: State) => state === 'asked' || state === 'told';

export interface Kept {
  seq: number;
  state: State;
  body: Told;
  total: number;
  change: number;
  tries: number;
  answer?: Sold;
}

interface Shape extends DBSchema {
  kept: { key: string; value: unknown };
  goods: { key: string; value: Good };
  people: { key: string; value: { id: string; name: string } };
  sales: { key: number; value: Kept };
}
export type Store = IDBPDatabase<Shape>;

export function openStore(place_id: string): Promise<Store> {
  return openDB<Shape>(`till-${place_id}`, 1, {
    upgrade(db) {
      db.createObjectStore('kept');
      db.createObjectStore('goods', { keyPath: 'variant_id' });
      db.createObjectStore('people');
      db.createObjectStore('sales', { keyPath: 'seq' });
    },
  });
}

export const read = async <T>(db: Store, name: string) => (await db.get('kept', name)) as T | undefined;
export const keep = (db: Store, name: string, value: unknown) => db.put('kept', value, name);

/* Written means on the disk: a receipt is shown after this. */
export const durable = { durability: 'strict' } as const;

/* Whom this shop has served. */
export const forgetPeople = async (db: Store): Promise<void> => {
  await db.clear('people');
  await db.delete('kept', 'people');
};

/* A till that was closed (lost, stolen, sold) has nothing to sell from any more. What
 * it has sold and not told stays: that is somebody's money. */
export async function forgetShop(db: Store): Promise<void> {
  await forgetPeople(db);
  await db.clear('goods');
  for (const name of ['till', 'stock', 'pages', 'copied']) await db.delete('kept', name);
}
