// Choices that several lists offer: a place, a product's variant.
import * as shop from 'kit/api/shop';
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

export async function findVariant(q: string, signal: AbortSignal) {
  const { items } = await shop.search({ q, limit: 12 }, signal);
  return items.map((tile) => ({ value: tile.variant_id, text: tile.name }));
}
