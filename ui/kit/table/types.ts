// What a table is told about its rows. See Table.svelte for the whole.
import type { IconName } from '../icons';
import type { Option } from '../option';

export interface Page<T> {
  items: T[];
  next?: string | undefined;
  total?: number | undefined;
}

/* `text`: what stands in the cell; without it the table's `cell` snippet is asked.
 * `sort`: the server sorts by this key. `num`: figures, to the right. `off`: not shown
 * unless chosen. */
export interface Column<T> {
  key: string;
  name: string;
  text?: (row: T) => string;
  sort?: boolean;
  num?: boolean;
  off?: boolean;
}

/* A filter's value lives in the address under its key ("days": under two keys). */
export type Filter =
  | { kind: 'choice'; key: string; name: string; options: { value: string; text: string }[] }
  | { kind: 'flag'; key: string; name: string }
  | { kind: 'days'; key: string; until: string; name: string }
  | { kind: 'find'; key: string; name: string; search: (q: string, signal: AbortSignal) => Promise<Option[]>; text: (value: string) => string | Promise<string> };

/* What is asked of the server: q, sort ("name", "-name") and the filters. */
export type Ask = Record<string, string>;

export interface Bulk<T> {
  text: string;
  icon?: IconName;
  bad?: boolean;
  act: (rows: T[]) => Promise<void> | void;
}

/* Filters, order and columns under a name of the reader's own. */
export interface View {
  name: string;
  ask: Ask;
  columns: string[];
}

export interface Views {
  load: () => Promise<View[]>;
  save: (view: View) => Promise<void>;
  drop: (name: string) => Promise<void>;
}
