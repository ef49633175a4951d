// Choices that several lists offer: a place, a product's variant.
import { levels } from 'kit/api/office';
import * as shop from 'kit/api/shop';
import { count } from 'kit/format';
import { title } from 'kit/place';
import { at, placeName } from 'kit/staff.svelte';
import type { Filter } from 'kit/table/types';
import { t } from 'kit/i18n';

const fold = (s: string) => s.toLowerCase().replaceAll('ё', 'е');
const most = 30;

export async function findPlace(q: string) {
  const words = fold(q).split(/\s+/).filter(Boolean);
  return at.places
    .filter((p) => words.every((w) => fold(`${p.city} ${p.name} ${p.address}`).includes(w)))
    .slice(0, most)
    .map((p) => ({ value: p.id, text: title(p), note: p.address }));
}

export const placeFilter = (key = 'place_id'): Filter => ({ kind: 'find', key, name: t('office.place'), search: findPlace, text: placeName });

/* Goods by name or number: of a place each of its variants, with what is free there; of
 * no place what the shop's search finds. */
export const findVariant = (place: () => string | undefined) => async (q: string, signal: AbortSignal) => {
  const place_id = place();
  if (place_id) {
    const { items } = await levels({ place_id, q: q || undefined }, undefined, signal);
    return items.slice(0, most).map((l) => ({ value: l.variant_id, text: l.name, note: t('office.free_of', { sku: l.sku, n: count(l.free) }) }));
  }
  const { items } = await shop.search({ q, limit: 12 }, signal);
  return items.map((tile) => ({ value: tile.variant_id, text: tile.name }));
};
