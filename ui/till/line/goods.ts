// What can be sold here: of the device's own copy, so that a scan never waits for the
// line; the server is asked for what the copy does not know.
import type { Place, Tile } from 'kit/api/shop';
import * as api from 'kit/api/till';
import { Fault } from 'kit/api/client';
import * as copy from './copy.svelte';
import { line } from './line.svelte';
import type { Good } from './store';

const MOST = 8;

const asItem = (g: Good): api.Item => ({ ...g, active: true, weight_g: 0, warranty_days: 0 }) as unknown as api.Item;

/* What a scanner read or a hand typed: barcode, article, maker's model. */
export async function byCode(code: string, place: Place): Promise<api.Item> {
  const known = copy.good(code);
  if (known) return asItem(known);
  if (!line.up) throw new Fault(404, [{ code: 'not_found' }]);
  return api.byCode(code, place.region_id);
}

const asTile = (g: Good): Tile => ({ variant_id: g.variant_id, product_id: g.product_id, sku: g.sku, name: g.name, price_minor: g.price_minor, here: (copy.inStock(g.variant_id) ?? 0) > 0 }) as unknown as Tile;

/* The first few goods that these words mean. */
export async function find(words: string, place: Place, signal?: AbortSignal): Promise<Tile[]> {
  if (line.up) {
    try {
      return (await api.find(words, place, signal)).items;
    } catch (fault) {
      if (fault instanceof Fault || signal?.aborted) throw fault;
    }
  }
  return copy.search(words, MOST).map(asTile);
}

/* Pieces that are free in this shop; undefined: nobody knows now. */
export async function freeHere(variant_id: string, place: Place): Promise<number | undefined> {
  if (line.up) {
    try {
      return (await api.stockAt(variant_id)).items.find((s) => s.place_id === place.id)?.free ?? 0;
    } catch {
      // as the copy has it
    }
  }
  return copy.inStock(variant_id);
}

/* An IMEI has fifteen digits, the last of which proves the others. */
export function serialOk(serial: string): boolean {
  const s = serial.replace(/[\s-]/g, '');
  if (!s || s.length > 64) return false;
  if (!/^\d{15}$/.test(s)) return true;
  const sum = [...s].reverse().reduce((all, c, k) => {
    const d = Number(c) * (k % 2 ? 2 : 1);
    return all + (d > 9 ? d - 9 : d);
  }, 0);
  return sum % 10 === 0;
}
