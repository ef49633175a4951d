// What somebody has to do at this place, and what was promised here and is missing.
import * as api from 'kit/api/floor';
import type { Page } from 'kit/api/shop';
import { watchPlace } from 'kit/api/till';
import { Loaded } from 'kit/load.svelte';

const list = new Loaded<Page<api.Task>>();
const unmet = new Loaded<{ items: api.Unmet[] }>();

export const tasks = {
  get list(): api.Task[] | undefined {
    return list.value?.items;
  },
  get unmet(): api.Unmet[] {
    return unmet.value?.items ?? [];
  },
  get fault(): unknown {
    return list.fault ?? unmet.fault;
  },
  get waiting(): number {
    return list.value?.items.length ?? 0;
  },
  async again(): Promise<void> {
    await Promise.all([list.again(), unmet.again()]);
  },
  /* Until the returned function is called. */
  follow(place: string): () => void {
    void list.load(() => api.tasks(place));
    void unmet.load(() => api.unmet(place));
    return watchPlace(place, () => void tasks.again());
  },
};
