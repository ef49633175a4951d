// What a form knows while it is filled: what is wrong where, what was there at the
// start, what somebody else has made of it meanwhile.
import { getContext, setContext } from 'svelte';
import { Fault, said } from '../api/client';
import { has, t } from '../i18n';
import { body, check, fault, ruleOf, shown, valueAt, putAt, type Rule, type Shape, type Wrong } from './rules';

type Box = Record<string, unknown>;
const key = Symbol('form');

export interface FieldFacts {
  label: string;
  family: string | undefined;
}

/* A member that both have changed; `mine` and `theirs` in words. */
export interface Clash {
  field: string;
  label: string;
  mine: string;
  theirs: string;
  theirValue: unknown;
  myValue: unknown;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? '') === JSON.stringify(b ?? '');

/* Members that mean the same in every form; a `name` may be a person's or a thing's. */
const everywhere = ['phone', 'email'];

export class FormState {
  wrong = $state<Record<string, string>>({});
  general = $state('');
  busy = $state(false);
  clashes = $state.raw<Clash[]>([]);
  taken = $state.raw<string[]>([]);
  /* Every attempt that failed: the summary is said anew. */
  failures = $state(0);
  #base: Box;
  #facts = new Map<string, FieldFacts>();

  constructor(
    readonly shape: Shape,
    private readonly value: () => Box,
  ) {
    this.#base = $state.snapshot(value()) as Box;
    setContext(key, this);
  }

  know = (field: string, facts: FieldFacts) => void this.#facts.set(field, facts);
  label = (field: string) => this.#facts.get(field)?.label ?? '';
  rule = (field: string): Rule => ruleOf(this.shape, field);
  get = (field: string): unknown => valueAt(this.value(), field);
  body = (): Box => body(this.shape, this.value());

  put(field: string, to: unknown): void {
    putAt(this.value(), field, to);
    delete this.wrong[field];
  }

  /* When a field is left: its rules alone. What the server has said of it stays until
   * it is written anew. */
  settle(field: string): void {
    const text = fault(this.rule(field), this.get(field));
    if (text) this.wrong[field] = text;
  }

  get changed(): boolean {
    return !same(this.#base, this.value());
  }

  /* The rules of the shape; true: it may be sent. */
  check(): boolean {
    this.#show(check(this.shape, this.value()));
    return !Object.keys(this.wrong).length && !this.general;
  }

  #show(list: Wrong[], general = ''): void {
    const known = [...this.#facts.keys()];
    this.wrong = {};
    const rest: string[] = [];
    for (const { field, text } of list) {
      const at = known.includes(field) ? field : known.find((name) => field.startsWith(`${name}.`) || field.startsWith(`${name}[`));
      if (at) this.wrong[at] ??= text;
      else rest.push(field ? `${field}: ${text}` : text);
    }
    this.general = [general, ...rest].filter(Boolean).join(' ');
    if (list.length || general) this.failures++;
  }

  /* Every fault of the answer beside its field. */
  refuse(answer: unknown): void {
    if (!(answer instanceof Fault)) return this.#show([], said(answer));
    const placed = answer.faults.filter((f) => f.field);
    const list = placed.map((f) => ({ field: f.field!, text: this.#words(f.field!, f.code) }));
    this.#show(list, placed.length ? '' : answer.text);
  }

  #words(field: string, code: string): string {
    const own = `wrong.${field}`;
    if (has(`${own}_${code}`)) return t(`${own}_${code}` as never);
    if (code === 'bad_argument' && everywhere.includes(field) && has(own)) return t(own);
    return has(`error.${code}`) ? t(`error.${code}` as never) : t('error.bad_argument');
  }

  done(): void {
    this.#base = $state.snapshot(this.value()) as Box;
    this.wrong = {};
    this.general = '';
    this.clashes = [];
    this.taken = [];
  }

  /* Somebody else was faster. What only they changed is taken; what both did is asked. */
  meet(theirs: Box): void {
    const clashes: Clash[] = [];
    const taken: string[] = [];
    for (const [field, { label, family }] of this.#facts) {
      const [was, mine, their] = [valueAt(this.#base, field), this.get(field), valueAt(theirs, field)];
      if (same(mine, their) || same(was, their)) continue;
      const rule = this.rule(field);
      if (same(was, mine)) {
        this.put(field, their);
        taken.push(label);
      } else clashes.push({ field, label, mine: shown(rule, mine, family), theirs: shown(rule, their, family), theirValue: their, myValue: $state.snapshot(mine) });
    }
    this.#base = structuredClone(theirs);
    this.clashes = clashes;
    this.taken = taken;
    this.failures++;
  }
}

export const theForm = (): FormState => getContext<FormState>(key);
