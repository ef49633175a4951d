// What is being compared: up to four products of one category, on this device.
import type { Tile } from 'kit/api/shop';
import { keep, kept } from 'kit/hint';
import { t } from 'kit/i18n';
import { complain, tell } from 'kit/toast.svelte';

export interface Compared {
  id: string;
  category: string;
  name: string;
  image?: string | undefined;
}
export const most = 4;

function read(): Compared[] {
  try {
    return JSON.parse(kept('compare') || '[]') as Compared[];
  } catch {
    return [];
  }
}

let list = $state.raw<Compared[]>(read());

function set(to: Compared[]): void {
  list = to;
  keep('compare', to.length ? JSON.stringify(to) : '');
}

export const beside = {
  get list() {
    return list;
  },
  has: (id: string) => list.some((x) => x.id === id),
  clear: () => set([]),
  drop: (id: string) => set(list.filter((x) => x.id !== id)),
  /* In or out; what is of another kind begins a list of its own. */
  toggle(one: Compared): void {
    if (this.has(one.id)) return this.drop(one.id);
    if (list.length && list[0]!.category !== one.category) {
      tell(t('compare.anew'));
      return set([one]);
    }
    if (list.length === most) return complain(t('compare.full', { n: most }));
    set([...list, one]);
  },
};

export const comparable = (tile: Tile): Compared => ({ id: tile.product_id, category: tile.category_id, name: tile.name, image: tile.image });
export const address = (ids: string[]) => `/compare?${ids.map((id) => `id=${id}`).join('&')}`;
