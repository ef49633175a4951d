// What waits to be picked at this place, kept fresh while the till is open.
import type { Order } from 'kit/api/shop';
import * as api from 'kit/api/till';
import { Loaded } from 'kit/load.svelte';
import type { Page } from 'kit/api/shop';

const list = new Loaded<Page<Order>>();

export const queue = {
  get orders(): Order[] | undefined {
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
