// What can be sold here, asked of whoever knows it soonest.
import type { Place, Tile } from 'kit/api/shop';
import * as api from 'kit/api/till';

/* What a scanner read or a hand typed: barcode, article, maker's model. */
export function byCode(code: string, place: Place): Promise<api.Item> {
  return api.byCode(code, place.region_id);
}

/* The first few goods that these words mean. */
export async function find(words: string, place: Place, signal?: AbortSignal): Promise<Tile[]> {
  return (await api.find(words, place, signal)).items;
}

/* Pieces that are free in this shop; undefined: nobody knows now. */
export async function freeHere(variant_id: string, place: Place): Promise<number | undefined> {
  try {
    return (await api.stockAt(variant_id)).items.find((s) => s.place_id === place.id)?.free ?? 0;
  } catch {
    return undefined;
  }
}
