// The tree of categories, price lists and kinds of specification: short lists that many
// screens of the catalogue choose from, read once and again after a change.
import * as api from 'kit/api/goods';

import { current, t } from 'kit/i18n';

interface Option {
  value: string;
  text: string;
  note?: string;
}

let tree = $state.raw<api.Category[]>([]);
let lists = $state.raw<api.PriceList[]>([]);
let specs = $state.raw<api.Spec[]>([]);

export const known = {
  get tree() {
    return tree;
  },
  get lists() {
    return lists;
  },
  get specs() {
    return specs;
  },
};

export async function readTree(): Promise<void> {
  tree = (await api.tree()).items;
}

export async function readLists(): Promise<void> {
  lists = (await api.priceLists()).items;
}

export async function readSpecs(): Promise<void> {
  specs = (await api.specs()).items;
}

export const named = (x: { name: string; name_en?: string | undefined }) => (current() === 'en' && x.name_en) || x.name;

/* Parents before children, each with its depth. */
export function inOrder(items: api.Category[], parent?: string, depth = 0): { item: api.Category; depth: number }[] {
  const roots = items.filter((c) => (c.parent_id && c.parent_id !== '0' ? c.parent_id : undefined) === parent);
  return roots.flatMap((item) => [{ item, depth }, ...inOrder(items, item.id, depth + 1)]);
}

/* "Photo / Lenses". */
export function pathOf(id: string): string {
  const at = tree.find((c) => c.id === id);
  if (!at) return '';
  const above = at.parent_id && at.parent_id !== '0' ? pathOf(at.parent_id) : '';
  return above ? `${above} / ${named(at)}` : named(at);
}

export const categoryOptions = (): Option[] => inOrder(tree).map(({ item }) => ({ value: item.id, text: pathOf(item.id) }));

export const listName = (id: string) => {
  const at = lists.find((l) => l.id === id);
  return at ? at.name || at.code : id;
};
export const listOptions = (): Option[] => lists.map((l) => ({ value: l.id, text: l.name || l.code, note: l.code }));

const most = 30;
let brands: Promise<{ id: string; name: string }[]> | undefined;

export const forgetBrands = () => (brands = undefined);

async function allBrands() {
  const all: { id: string; name: string }[] = [];
  let after: string | undefined;
  do {
    const page = await api.brands({}, after);
    all.push(...page.items);
    after = page.next;
  } while (after);
  return all;
}

export async function findBrand(q: string): Promise<Option[]> {
  const all = await (brands ??= allBrands());
  const words = q.toLowerCase();
  return all.filter((b) => b.name.toLowerCase().includes(words)).slice(0, most).map((b) => ({ value: b.id, text: b.name }));
}

export async function brandName(id: string): Promise<string> {
  const all = await (brands ??= allBrands());
  return all.find((b) => b.id === id)?.name ?? '';
}

export async function findCategory(q: string): Promise<Option[]> {
  if (!tree.length) await readTree();
  const words = q.toLowerCase();
  return categoryOptions().filter((o) => o.text.toLowerCase().includes(words)).slice(0, most);
}

export async function categoryName(id: string): Promise<string> {
  if (!tree.length) await readTree();
  return pathOf(id);
}

/* What is wrong with a barcode, said while it is typed: its last digit follows from the
 * others. */
export function barcodeNote(code: string): string {
  const kinds: Record<number, string> = { 8: 'EAN-8', 12: 'UPC-A', 13: 'EAN-13', 14: 'GTIN-14' };
  if (!code) return '';
  if (!/^\d+$/.test(code)) return t('wares.barcode_digits');
  const kind = kinds[code.length];
  if (!kind) return t('wares.barcode_length', { n: code.length });
  const digits = [...code].map(Number);
  const sum = digits.slice(0, -1).reverse().reduce((all, d, k) => all + d * (k % 2 ? 1 : 3), 0);
  const last = (10 - (sum % 10)) % 10;
  return last === digits.at(-1) ? t('wares.barcode_good', { kind }) : t('wares.barcode_last', { kind, digit: last });
}
