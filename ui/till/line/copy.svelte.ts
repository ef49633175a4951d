// The copy of the shop that this device sells from: goods by any of their codes,
// stock, customers by the hash of what they say.
import type { Shapes } from 'kit/api/shop';
import { ask } from './ask';
import { keep, read, type Good, type Page, type Store } from './store';

const PEOPLE_ALL_MS = 24 * 3_600_000;

let goods = $state.raw<ReadonlyMap<string, Good>>(new Map());
let pages: Page[] = [];
let codes = new Map<string, Good>();
let stock = new Map<string, number>();
let at = $state(0);
let progress = $state<number | undefined>();
let peopleKey: CryptoKey | undefined;

export const copied = {
  get count() {
    return goods.size;
  },
  /* ms since 1970, when it was last known to be as the server has it; 0 never. */
  get at() {
    return at;
  },
  /* Goods that have come so far; undefined: nothing is coming. */
  get progress() {
    return progress;
  },
};

export const good = (code: string): Good | undefined => codes.get(code.trim().toUpperCase());
export const inStock = (variant_id: string): number | undefined => (at ? Math.max(0, stock.get(variant_id) ?? 0) : undefined);

function index(): void {
  const all = new Map<string, Good>();
  const next = new Map<string, Good>();
  for (const g of pages.flatMap((p) => p.items)) {
    all.set(g.variant_id, g);
    next.set(g.sku.toUpperCase(), g);
    for (const code of g.barcodes) {
      next.set(code, g);
      // scanners read a UPC-A with or without the zero of its EAN-13
      if (code.length === 13 && code.startsWith('0')) next.set(code.slice(1), g);
      if (code.length === 12) next.set(`0${code}`, g);
    }
  }
  codes = next;
  goods = all;
}

/* Words in any order, at the beginning of words first. */
export function search(words: string, most: number): Good[] {
  const fold = (s: string) => s.toLowerCase().replaceAll('ё', 'е');
  const parts = fold(words).split(/\s+/).filter(Boolean);
  const found: { good: Good; rank: number }[] = [];
  for (const g of goods.values()) {
    const text = ` ${fold(g.name)} ${fold(g.sku)}`;
    if (!parts.every((p) => text.includes(p))) continue;
    found.push({ good: g, rank: parts.filter((p) => text.includes(` ${p}`)).length * 2 + ((stock.get(g.variant_id) ?? 0) > 0 ? 1 : 0) });
  }
  return found.sort((a, b) => b.rank - a.rank || a.good.name.localeCompare(b.good.name, 'ru')).slice(0, most).map((f) => f.good);
}

export async function load(db: Store): Promise<void> {
  pages = (await db.getAll('pages')).sort(byEnd);
  index();
  stock = new Map(await read<[string, number][]>(db, 'stock') ?? []);
  at = (await read<number>(db, 'copied')) ?? 0;
}

const after = (p: Page, id: bigint) => BigInt(p.upto_id) > id;
const byEnd = (a: Page, b: Page) => (after(b, BigInt(a.upto_id)) ? -1 : 1);

/* A page replaces everything between its two ends: what is not in it is gone. */
async function take(db: Store, pages: Page[], came: Shapes['TillPage']): Promise<Page[]> {
  const [from, to] = [BigInt(came.after_id), BigInt(came.upto_id)];
  const stays = (g: Good) => BigInt(g.variant_id) <= from || BigInt(g.variant_id) > to;
  const tx = db.transaction('pages', 'readwrite');
  const rest: Page[] = [];
  const cut = (p: Page, upto_id: string) => {
    const left = { upto_id, digest: 'cut', items: p.items.filter(stays) };
    if (!left.items.length) return;
    rest.push(left);
    void tx.store.put(left);
  };
  for (const p of pages) {
    const beyond = after(p, to);
    if (!after(p, from) || (beyond && p.items.every(stays))) {
      rest.push(p);
      continue;
    }
    void tx.store.delete(p.upto_id);
    cut(p, beyond ? p.upto_id : came.after_id);
  }
  const page: Page = { upto_id: came.upto_id, digest: came.digest, items: came.items };
  void tx.store.put(page);
  await tx.done;
  return [...rest, page].sort(byEnd);
}

async function takeGoods(db: Store, key: string): Promise<void> {
  const had = pages;
  let next: string | undefined;
  do {
    const from = BigInt(next ?? 0);
    const have = pages.filter((p) => after(p, from)).map(({ upto_id, digest }) => ({ upto_id, digest }));
    const part: Shapes['TillGoods'] = await ask(key, 'goods', { after_id: next, have });
    for (const page of part.pages) pages = await take(db, pages, page);
    if (part.pages.length) progress = pages.reduce((n, p) => n + p.items.length, 0);
    next = part.next_id;
  } while (next);
  if (pages !== had) index();
}

async function takeStock(db: Store, key: string): Promise<void> {
  const all: [string, number][] = [];
  let next: string | undefined;
  do {
    const part: Shapes['TillStock'] = await ask(key, 'stock', { after_id: next });
    part.variant_ids.forEach((id, k) => all.push([id, part.free[k] ?? 0]));
    next = part.next_id;
  } while (next);
  stock = new Map(all);
  await keep(db, 'stock', all);
}

/* Who was served last comes with every copy, all of them once a day. */
async function takePeople(db: Store, key: string, most: number): Promise<void> {
  const whole = Date.now() - ((await read<number>(db, 'people')) ?? 0) > PEOPLE_ALL_MS;
  let next: string | undefined;
  let n = 0;
  do {
    const part: Shapes['TillPeople'] = await ask(key, 'people', { after_id: next });
    const tx = db.transaction('people', 'readwrite');
    if (whole && !next) void tx.store.clear();
    for (const p of part.items) for (const hash of p.keys) void tx.store.put({ id: p.id, name: p.name }, hash);
    await tx.done;
    n += part.items.length;
    next = part.next_id;
  } while (whole && next && n < most);
  if (whole) await keep(db, 'people', Date.now());
}

let running: Promise<void> | undefined;

export function refresh(db: Store, key: string, till: Shapes['TillHello']): Promise<void> {
  running ??= (async () => {
    progress = 0;
    try {
      await takeGoods(db, key);
      await takeStock(db, key);
      if (till.offline) await takePeople(db, key, till.people_max);
      at = Date.now();
      await keep(db, 'copied', at);
    } finally {
      progress = undefined;
      running = undefined;
    }
  })();
  return running;
}

/* ---- Customers --------------------------------------------------------------- */

const looks: Record<string, string> = { О: '0', о: '0', O: '0', o: '0', З: '3', з: '3', б: '6', В: '8', l: '1', I: '1' };

/* As the server spells it: +7 and ten digits, a card's digits, an address. */
export function spelt(text: string): string {
  const s = text.trim();
  if (s.includes('@')) return s.toLowerCase();
  const digits = s.replace(/[ОоOoЗзбВlI]/g, (c) => looks[c] ?? c).replace(/\D/g, '');
  if (/^[78]\d{10}$/.test(digits)) return `+7${digits.slice(1)}`;
  if (/^[3-9]\d{9}$/.test(digits) && !s.startsWith('+')) return `+7${digits}`;
  return s.startsWith('+') ? `+${digits}` : digits;
}

async function hashes(secret: string, text: string): Promise<string[]> {
  peopleKey ??= await crypto.subtle.importKey('raw', Uint8Array.from(secret.match(/../g) ?? [], (h) => parseInt(h, 16)), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const values = new Set([spelt(text), text.replace(/[\s-]/g, '')]);
  return Promise.all(
    [...values].map(async (value) => {
      const mac = new Uint8Array(await crypto.subtle.sign('HMAC', peopleKey!, new TextEncoder().encode(value)));
      return [...mac.slice(0, 12)].map((b) => b.toString(16).padStart(2, '0')).join('');
    }),
  );
}

export async function person(db: Store, secret: string, text: string): Promise<{ id: string; name: string } | undefined> {
  for (const hash of await hashes(secret, text)) {
    const found = await db.get('people', hash);
    if (found) return found;
  }
  return undefined;
}
