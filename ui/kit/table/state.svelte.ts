// The table's memory: the question stands in the address, the columns in the browser,
// the rows come page by page behind a cursor.
import { said } from '../api/client';
import { keep, kept } from '../hint';
import { go, route } from '../router.svelte';
import type { Ask, Column, Filter, Page, View } from './types';

export const keysOf = (filters: Filter[]) => ['q', 'sort', ...filters.flatMap((f) => (f.kind === 'days' ? [f.key, f.until] : [f.key]))];

export class TableState<T> {
  rows = $state.raw<T[]>([]);
  total = $state<number>();
  fault = $state.raw<unknown>();
  trouble = $state('');
  busy = $state(false);
  known = $state(false);
  chosen = $state.raw<ReadonlyMap<string, T>>(new Map());
  at = $state(0);
  order = $state.raw<string[]>([]);
  next = $state<string>();
  #turn = 0;
  #stop: AbortController | undefined;

  constructor(
    private readonly name: string,
    private readonly facts: () => { columns: Column<T>[]; filters: Filter[]; id: (row: T) => string; read: (ask: Ask, after: string | undefined, signal: AbortSignal) => Promise<Page<T>> },
  ) {
    const own = kept(`table.${name}`).split(' ').filter(Boolean);
    this.order = own.length ? own : this.usual();
  }

  usual = () => this.facts().columns.filter((c) => !c.off).map((c) => c.key);

  /* The columns in sight, in the reader's order; one that is gone is left out. */
  get columns(): Column<T>[] {
    const all = this.facts().columns;
    const mine = this.order.map((key) => all.find((c) => c.key === key)).filter((c): c is Column<T> => !!c);
    return mine.length ? mine : all;
  }

  show(order: string[]): void {
    this.order = order;
    keep(`table.${this.name}`, order.join(' ') === this.usual().join(' ') ? '' : order.join(' '));
  }

  get ask(): Ask {
    const query = route().query;
    const pairs = keysOf(this.facts().filters).map((key) => [key, query.get(key) ?? ''] as const);
    return Object.fromEntries(pairs.filter(([, value]) => value));
  }

  get narrowed(): boolean {
    return Object.keys(this.ask).some((key) => key !== 'sort');
  }

  #go(query: URLSearchParams): void {
    const text = query.toString();
    go(text ? `${location.pathname}?${text}` : location.pathname, true);
  }

  put(change: Ask): void {
    const query = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries(change)) {
      if (value) query.set(key, value);
      else query.delete(key);
    }
    this.#go(query);
  }

  clear = () => this.put(Object.fromEntries(keysOf(this.facts().filters).filter((key) => key !== 'sort').map((key) => [key, ''])));

  take(view: View): void {
    this.put({ ...Object.fromEntries(keysOf(this.facts().filters).map((key) => [key, ''])), ...view.ask });
    if (view.columns.length) this.show(view.columns);
  }

  /* name → up → down → as the server has it */
  sort(key: string): void {
    const now = this.ask.sort;
    this.put({ sort: now === key ? `-${key}` : now === `-${key}` ? '' : key });
  }

  sorted(key: string): 'ascending' | 'descending' | 'none' {
    const now = this.ask.sort;
    return now === key ? 'ascending' : now === `-${key}` ? 'descending' : 'none';
  }

  /* From the first page. What is in sight stays until the answer is here. */
  async load(ask: Ask, quiet = false): Promise<void> {
    const turn = ++this.#turn;
    this.#stop?.abort();
    this.#stop = new AbortController();
    this.busy = !quiet || !this.known;
    try {
      const page = await this.facts().read(ask, undefined, this.#stop.signal);
      if (turn !== this.#turn) return;
      this.rows = page.items;
      this.next = page.next;
      this.total = page.total;
      this.fault = undefined;
      this.known = true;
      if (!quiet) this.at = 0;
      this.at = Math.min(this.at, Math.max(0, page.items.length - 1));
    } catch (fault) {
      if (turn !== this.#turn || (quiet && this.known)) return;
      this.fault = fault;
    }
    this.busy = false;
  }

  async more(): Promise<void> {
    if (!this.next || this.busy) return;
    const turn = this.#turn;
    this.busy = true;
    this.trouble = '';
    try {
      const page = await this.facts().read(this.ask, this.next, new AbortController().signal);
      if (turn !== this.#turn) return;
      const have = new Set(this.rows.map(this.facts().id));
      this.rows = [...this.rows, ...page.items.filter((row) => !have.has(this.facts().id(row)))];
      this.next = page.next;
    } catch (fault) {
      if (turn !== this.#turn) return;
      this.trouble = said(fault);
    }
    this.busy = false;
  }

  stop(): void {
    this.#turn++;
    this.#stop?.abort();
  }

  choose(row: T, on = !this.chosen.has(this.facts().id(row))): void {
    const next = new Map(this.chosen);
    if (on) next.set(this.facts().id(row), row);
    else next.delete(this.facts().id(row));
    this.chosen = next;
  }

  chooseAll(on: boolean): void {
    this.chosen = on ? new Map(this.rows.map((row) => [this.facts().id(row), row])) : new Map();
  }
}
