// The category tree, read once.
import * as api from 'kit/api/shop';
import { current } from 'kit/i18n';

let all = $state.raw<api.Category[]>([]);
let known = $state(false);
let fault = $state.raw<unknown>();

async function read(): Promise<void> {
  try {
    all = (await api.categories()).items;
    known = true;
    fault = undefined;
  } catch (why) {
    fault = why;
  }
}
void read();

export const catalog = {
  get roots() {
    return all.filter((c) => !c.parent_id);
  },
  /* The tree has come: what is not in it does not exist. */
  get known() {
    return known;
  },
  get fault() {
    return fault;
  },
  read,
  /* By its id, or by its address of words. */
  get(key: string | undefined) {
    return key ? all.find((c) => c.id === key || c.slug === key) : undefined;
  },
  below(id: string) {
    return all.filter((c) => c.parent_id === id);
  },
  /* From the root down to this one. */
  path(id: string | undefined): api.Category[] {
    const list: api.Category[] = [];
    for (let c = this.get(id); c && list.length < 8; c = this.get(c.parent_id)) list.unshift(c);
    return list;
  },
};

export function nameOf(c: api.Category | undefined): string {
  return (current() === 'en' && c?.name_en) || c?.name || '';
}
