// Filters of a list that somebody keeps under a name: on the server, so that they are
// there on every machine.
import { addView, dropView, views } from 'kit/api/office';
import type { View, Views } from 'kit/table/types';

export function viewsOf(screen: string): Views {
  const ids = new Map<string, string>();
  const name = `office.${screen}`;
  return {
    async load() {
      const { items } = await views(name);
      for (const v of items) ids.set(v.name, v.id);
      return items.map((v) => ({ name: v.name, ask: Object.fromEntries(new URLSearchParams(v.query)), columns: v.columns ? v.columns.split(',') : [] }));
    },
    async save(view: View) {
      const old = ids.get(view.name);
      if (old) await dropView(old);
      const made = await addView({ screen: name, name: view.name, query: new URLSearchParams(view.ask).toString(), columns: view.columns.join() });
      ids.set(view.name, made.id);
    },
    async drop(named: string) {
      const id = ids.get(named);
      if (id) await dropView(id);
      ids.delete(named);
    },
  };
}
