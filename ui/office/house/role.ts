// How roles and rights are called, and in what order rights are shown.
import type { Right, Role } from 'kit/api/house';
import { current, word } from 'kit/i18n';

export const roleName = (role: Role) => (current() === 'ru' ? role.name_ru : role.name_en) || role.code;

const areas: Record<string, string[]> = {
  sale: ['sell', 'sell_offline', 'tills', 'order_read', 'order_write', 'return_any', 'tasks'],
  goods: ['stock_read', 'stock_write', 'stock_approve', 'catalog_write', 'exchange'],
  people: ['customer_read', 'customer_write', 'consent'],
};

/* A right that is newer than this page stands with the rest. */
export function byArea(rights: Right[]): { name: string; rights: Right[] }[] {
  const known = Object.values(areas).flat();
  const groups = Object.entries(areas).map(([name, words]) => ({ name, rights: rights.filter((r) => words.includes(r.word)) }));
  return [...groups, { name: 'rest', rights: rights.filter((r) => !known.includes(r.word)) }].filter((g) => g.rights.length);
}

export const rightWords = (rights: string[]) => rights.map((r) => word('right', r)).join(', ');
