// What waits to be picked at this place, kept fresh while the till is open.
import type { Page } from 'kit/api/shop';
import * as api from 'kit/api/till';
import { Loaded } from 'kit/load.svelte';

const list = new Loaded<Page<api.ToPick>>();

export const queue = {
  get orders(): api.ToPick[] | undefined {
    return list.value?.items;
  },
  get fault(): unknown {
    return list.fault;
  },
  get waiting(): number {
    return list.value?.items.length ?? 0;
  },
  again: () => list.again(),
  /* Until the returned function is called. */
  follow(place: string): () => void {
    void list.load(() => api.picking(place));
    return api.watchPlace(place, () => void list.again());
  },
};
