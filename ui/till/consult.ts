// A consultation: from the buyer's page or the first comparison to the sale. What
// happens in it is reported as the till's; whose it was, when he has agreed to offers
// made for him, else as nobody's.
import { uuid } from 'kit/api/client';
import { type Consents, consents } from 'kit/api/consent';
import type { Item, Person } from 'kit/api/till';
import { didFor } from 'kit/report';
import { at } from 'kit/staff.svelte';

interface Consultation {
  as: { anonymousId: string; userId?: string };
  person: Person | undefined;
  offered: Set<string>;
}
let now: Consultation | undefined;

const fresh = (person?: Person): Consultation => ({ as: { anonymousId: uuid() }, person, offered: new Set() });
const tell = (c: Consultation, event: string, more: Record<string, unknown> = {}) => didFor(c.as, event, { consultation_id: c.as.anonymousId, place_id: at.place?.id ?? '', staff_id: at.who?.id ?? '', ...more });

const personal = (all: Consents) => all.items.some((c) => c.purpose === 'personal' && c.given);

async function agreed(id: string): Promise<boolean> {
  try {
    return personal(await consents(id));
  } catch {
    return false;
  }
}

export async function begin(person: Person): Promise<void> {
  if (now?.person?.id === person.id) return;
  const mine = (now = fresh(person));
  if (person.id && (await agreed(person.id))) mine.as.userId = person.id;
  tell(mine, 'Customer Consulted');
}

/* What he says at the counter holds for this consultation, too. */
export function said(id: string, all: Consents): void {
  if (now?.person?.id !== id) return;
  if (personal(all)) now.as.userId = id;
  else delete now.as.userId;
}

export const buyer = (): Person | undefined => now?.person;

export function compared(products: string[]): void {
  tell((now ??= fresh()), 'Products Compared', { products: products.map((product_id) => ({ product_id })) });
}

export function offered(item: Item): void {
  now ??= fresh();
  now.offered.add(item.variant_id);
  tell(now, 'Product Offered', { product_id: item.product_id, name: item.name, ...(item.price_minor !== undefined && { price: item.price_minor / 100 }) });
}

/* A sale to him, or of what was offered, ends it. */
export function sold(sale: { person: string | undefined; number: string; total: number; variants: string[] }): void {
  const c = now;
  if (!c) return;
  const offers = sale.variants.filter((v) => c.offered.has(v)).length;
  if (!offers && !(sale.person && sale.person === c.person?.id)) return;
  now = undefined;
  tell(c, 'Consultation Sold', { order_number: sale.number, total: sale.total / 100, products: sale.variants.map((product_id) => ({ product_id })), offered: offers });
}
