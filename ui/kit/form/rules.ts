// What the server will say about a body, said before it is sent: the same rules, from
// the same shapes (kit/api/shapes.ts). A length is counted as the server counts, in
// bytes of UTF-8, and told in characters, as a person counts.
import { t, type Key } from '../i18n';

export type Kind = 'text' | 'secret' | 'int' | 'real' | 'bool' | 'enum' | 'id' | 'time' | 'object' | 'list' | 'json';

export interface Rule {
  kind: Kind;
  must?: boolean;
  min?: number;
  max?: number;
  words?: string[];
  of?: () => Shape;
  each?: Rule;
}
export type Shape = Record<string, Rule>;

/* `field` as the server names it: "lines[1].qty". */
export interface Wrong {
  field: string;
  text: string;
}

const bytes = (s: string) => new TextEncoder().encode(s).length;
const absent = (v: unknown) => v === undefined || v === null || v === '';

/* How many characters at the end are too many. */
function over(text: string, max: number): number {
  let n = 0;
  for (const all = [...text]; bytes(all.join('')) > max; n++) all.pop();
  return n;
}

function ofNumber(rule: Rule, v: unknown): string {
  if (typeof v !== 'number' || Number.isNaN(v)) return t('check.number');
  if (rule.kind === 'int' && !Number.isInteger(v)) return t('check.whole');
  if (rule.min !== undefined && v < rule.min) return t('check.least', { n: rule.min });
  if (rule.max !== undefined && v > rule.max) return t('check.most', { n: rule.max });
  return '';
}

/* What is wrong with one value, in words; nothing: ''. */
export function fault(rule: Rule, v: unknown): string {
  if (absent(v)) return rule.must && rule.kind !== 'bool' ? t('check.must') : '';
  switch (rule.kind) {
    case 'int':
    case 'real':
      return ofNumber(rule, v);
    case 'enum':
      return rule.words!.includes(String(v)) ? '' : t('check.choose');
    case 'id':
      return /^\d{1,19}$/.test(String(v)) ? '' : t('check.choose');
    case 'time':
      return Number.isNaN(Date.parse(String(v))) ? t('check.time') : '';
    case 'text':
    case 'secret': {
      const text = String(v);
      if (rule.must && !text.trim()) return t('check.must');
      if (rule.min && bytes(text) < rule.min) return t('check.short', { n: rule.min });
      if (rule.max && bytes(text) > rule.max) return t('check.long', { n: over(text, rule.max) });
      return '';
    }
    case 'list': {
      const n = (v as unknown[]).length;
      if (rule.max && n > rule.max) return t('check.many', { n: rule.max });
      return rule.min && n < rule.min ? t('check.few', { n: rule.min }) : '';
    }
    default:
      return '';
  }
}

/* All that is wrong with a body, in the order of its shape. */
export function check(shape: Shape, value: Record<string, unknown>, at = ''): Wrong[] {
  return Object.entries(shape).flatMap(([name, rule]) => {
    const field = at ? `${at}.${name}` : name;
    const v = value[name];
    const text = fault(rule, v);
    if (text) return [{ field, text }];
    if (absent(v) || !rule.of) return [];
    if (rule.kind === 'object') return check(rule.of(), v as Record<string, unknown>, field);
    return (v as Record<string, unknown>[]).flatMap((one, k) => check(rule.of!(), one, `${field}[${k}]`));
  });
}

/* What is sent: the members of the shape, without those that are absent. */
export function body(shape: Shape, value: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(shape)) {
    const v = value[name];
    if (absent(v)) continue;
    if (rule.of && rule.kind === 'object') out[name] = body(rule.of(), v as Record<string, unknown>);
    else if (rule.of) out[name] = (v as Record<string, unknown>[]).map((one) => body(rule.of!(), one));
    else out[name] = rule.kind === 'text' ? String(v).trim() : v;
  }
  return out;
}

const steps = (path: string) => path.replace(/\[(\d+)\]/g, '.$1').split('.');

export function ruleOf(shape: Shape, path: string): Rule {
  let rule: Rule | undefined;
  let inside: Shape | undefined = shape;
  for (const step of steps(path)) {
    if (/^\d+$/.test(step)) {
      rule = rule?.of ? { kind: 'object', of: rule.of } : rule?.each;
      continue;
    }
    rule = inside?.[step];
    inside = rule?.of?.();
  }
  if (!rule) throw new Error(`the shape has no ${path}`);
  return rule;
}

type Box = Record<string, unknown>;

export const valueAt = (value: Box, path: string): unknown => steps(path).reduce<unknown>((v, step) => (v as Box | undefined)?.[step], value);

export function putAt(value: Box, path: string, to: unknown): void {
  const way = steps(path);
  const last = way.pop()!;
  const at = way.reduce<Box>((v, step) => (v[step] ??= {}) as Box, value);
  at[last] = to;
}

/* A value in words, for who compares two of them. */
export function shown(rule: Rule, v: unknown, family: string | undefined): string {
  if (absent(v)) return '—';
  if (rule.kind === 'bool') return t(v ? 'kit.yes' : 'kit.not');
  const key = `${family}.${String(v)}` as Key;
  if (family && t(key) !== key) return t(key);
  return typeof v === 'object' ? JSON.stringify(v) : String(v);
}
