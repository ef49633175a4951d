// What this device keeps of its shop, in the browser's own database: one for a shop,
// so that a seller who works in two does not mix them.
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
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

/* Goods in order of id up to `upto_id`, and what the server calls them together. */
export interface Page {
  upto_id: string;
  digest: string;
  items: Good[];
}

interface Shape extends DBSchema {
  kept: { key: string; value: unknown };
  pages: { key: string; value: Page };
  people: { key: string; value: { id: string; name: string } };
  sales: { key: number; value: Kept };
}
export type Store = IDBPDatabase<Shape>;

/* Version 1 kept each of the goods by itself: a device that has no line now goes on
 * selling from what it has. */
type Before = IDBPTransaction<unknown, string[], 'versionchange'>;
async function pagesOf(tx: Before): Promise<void> {
  const goods: Good[] = await tx.objectStore('goods').getAll();
  const ends = ((await tx.objectStore('kept').get('pages')) as Omit<Page, 'items'>[] | undefined) ?? [];
  let from = 0n;
  for (const { upto_id, digest } of ends) {
    const [after, to] = [from, BigInt(upto_id)];
    const items = goods.filter((g) => BigInt(g.variant_id) > after && BigInt(g.variant_id) <= to);
    void tx.objectStore('pages').put({ upto_id, digest, items });
    from = to;
  }
  void tx.objectStore('kept').delete('pages');
  tx.db.deleteObjectStore('goods');
}

export function openStore(place_id: string): Promise<Store> {
  return openDB<Shape>(`till-${place_id}`, 2, {
    async upgrade(db, was, _, tx) {
      db.createObjectStore('pages', { keyPath: 'upto_id' });
      if (was === 1) return pagesOf(tx as unknown as Before);
      db.createObjectStore('kept');
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
  await db.clear('pages');
  for (const name of ['till', 'stock', 'copied']) await db.delete('kept', name);
}
