// The sale that is being made, kept over a reload and an empty battery: each tab has
// its own, and what a tab left behind that is gone is taken up by the next.
import { uuid } from 'kit/api/client';
import type { Item, Person } from 'kit/api/till';

export interface Line {
  key: number;
  item: Item;
  qty: number;
  serial: string;
  free: number | undefined;
}
export interface Draft {
  lines: Line[];
  person: Person | undefined;
  key: string;
}

const prefix = 'till.sale.';
const own = tab();

function tab(): string {
  const was = sessionStorage.getItem('till.tab') ?? uuid();
  sessionStorage.setItem('till.tab', was);
  return was;
}

/* Held as long as this tab lives: so others know that its sale is not an orphan. A
 * doubled tab brings the number of its twin and must not have its sale. */
const mine = new Promise<string>((done) => {
  const hold = (id: string) =>
    navigator.locks.request(`till-tab-${id}`, { ifAvailable: true }, (lock) => {
      if (!lock) {
        const other = uuid();
        sessionStorage.setItem('till.tab', other);
        return void hold(other);
      }
      done(id);
      return new Promise<void>(() => {});
    });
  void hold(own);
});

export async function readDraft(): Promise<Draft | undefined> {
  const id = await mine;
  const alive = new Set(((await navigator.locks.query()).held ?? []).map((l) => l.name));
  const names = Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  for (const name of [prefix + id, ...names]) {
    const from = name.slice(prefix.length);
    if (from !== id && alive.has(`till-tab-${from}`)) continue;
    const text = localStorage.getItem(name);
    if (!text) continue;
    if (from !== id) localStorage.removeItem(name);
    const draft = JSON.parse(text) as Draft;
    if (draft.lines.length) return draft;
  }
  return undefined;
}

export async function keepDraft(draft: Draft): Promise<void> {
  const text = JSON.stringify(draft);
  localStorage.setItem(prefix + (await mine), text);
}
