// The category tree, read once.
import * as api from 'kit/api/shop';
import { current } from 'kit/i18n';

let all = $state.raw<api.Category[]>([]);
void api.categories().then((list) => (all = list.items)).catch(() => undefined);

export const catalog = {
  get roots() {
    return all.filter((c) => !c.parent_id);
  },
  get(id: string | undefined) {
    return all.find((c) => c.id === id);
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
