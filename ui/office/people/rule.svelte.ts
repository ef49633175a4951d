// A rule while it is edited: a tree that is never changed in place, so that every
// step can be taken back.
import type { Did, Rule } from 'kit/api/people';

export const groups = ['all', 'any', 'none'] as const;
export const isGroup = (r: Rule) => (groups as readonly string[]).includes(r.kind);

/* What a row can be about. */
export type About = 'order' | 'return' | 'event' | 'sequence' | 'trait' | 'tag' | 'consent';
export const abouts: About[] = ['order', 'return', 'event', 'sequence', 'trait', 'tag', 'consent'];
export const aboutOf = (r: Rule): About => (r.kind === 'did' ? (r.did?.what ?? 'order') : (r.kind as About));

export const doing = (what: Did['what']): Did => (what === 'event' ? { what, event: 'Product Viewed' } : { what });

export function fresh(about: About): Rule {
  const within_days = 7;
  const month = 30;
  switch (about) {
    case 'order':
    case 'return':
    case 'event':
      return { kind: 'did', did: { ...doing(about), days: month }, from: 1 };
    case 'sequence':
      return { kind: 'sequence', did: { ...doing('event'), days: month }, then: { what: 'order' }, within_days, happened: false };
    case 'trait':
      return { kind: 'trait', trait: 'orders', from: 1 };
    default:
      return { kind: about, words: [] };
  }
}

/* A member that is undefined is left out. */
export function cleaned<T extends object>(of: T): T {
  return Object.fromEntries(Object.entries(of).filter(([, v]) => v !== undefined && !(Array.isArray(v) && !v.length))) as T;
}

/* The tree with the condition at `path` put, taken away (undefined), or joined by one. */
export function changed(rule: Rule, path: number[], to: Rule | undefined): Rule {
  const [at, ...rest] = path;
  if (at === undefined) return to ?? rule;
  const of = rule.of ?? [];
  if (rest.length) return { ...rule, of: of.map((r, k) => (k === at ? changed(r, rest, to) : r)) };
  if (!to) return { ...rule, of: of.filter((_, k) => k !== at) };
  return { ...rule, of: at < of.length ? of.map((r, k) => (k === at ? to : r)) : [...of, to] };
}

export const pathName = (path: number[]) => `rule${path.map((k) => `.of[${k}]`).join('')}`;

/* What was done to a rule, and the way back. */
export class Edited {
  rule = $state.raw<Rule>({ kind: 'all', of: [fresh('order')] });
  #past = $state.raw<Rule[]>([]);
  #future = $state.raw<Rule[]>([]);

  begin(rule: Rule) {
    this.rule = isGroup(rule) ? rule : { kind: 'all', of: [rule] };
    this.#past = [];
    this.#future = [];
  }
  put(path: number[], to: Rule | undefined) {
    const most = 100;
    this.#past = [...this.#past.slice(-most), this.rule];
    this.#future = [];
    this.rule = changed(this.rule, path, to);
  }
  get undoes() {
    return this.#past.length > 0;
  }
  get redoes() {
    return this.#future.length > 0;
  }
  undo() {
    const was = this.#past.at(-1);
    if (!was) return;
    this.#future = [...this.#future, this.rule];
    this.#past = this.#past.slice(0, -1);
    this.rule = was;
  }
  redo() {
    const next = this.#future.at(-1);
    if (!next) return;
    this.#past = [...this.#past, this.rule];
    this.#future = this.#future.slice(0, -1);
    this.rule = next;
  }
}
