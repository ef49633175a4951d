// What the shop remembers of its visitor while he walks about: his shop, his
// basket, himself.
import { complain, tellUndo } from 'kit/toast.svelte';
import { Fault, said } from 'kit/api/client';
import * as api from 'kit/api/shop';
import { keep, kept, tell } from 'kit/hint';
import { t } from 'kit/i18n';
import { did } from 'kit/report';
import { inTurn } from 'kit/turn';

let all = $state.raw<api.Place[]>([]);
let shopId = $state(kept('shop'));
/* His shop as it was when he chose it, until the list of all has come. */
let chosen = $state.raw<api.Place | undefined>(JSON.parse(kept('shop_seen') || 'null') ?? undefined);
let basket = $state.raw<api.Basket | undefined>();
let me = $state.raw<api.Me | null | undefined>();

export const my = {
  get places() {
    return all;
  },
  /* Where he takes his goods: chosen by hand, else none. */
  get shop(): api.Place | undefined {
    return all.find((p) => p.id === shopId) ?? (chosen?.id === shopId ? chosen : undefined);
  },
  get basket() {
    return basket;
  },
  get pieces(): number {
    return basket?.count ?? 0;
  },
  /* null: known to be nobody. */
  get person() {
    return me;
  },
};

export function place(id: string | undefined): api.Place | undefined {
  return all.find((p) => p.id === id);
}

export function chooseShop(id: string): void {
  shopId = id;
  if (basket?.lines.length) void change({});
  tell('shop', id);
  keep('shop_seen', JSON.stringify(place(id) ?? null));
}

export async function begin(): Promise<void> {
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && seeBasket());
  await Promise.allSettled([
    api.allPlaces().then((list) => {
      all = list.filter((p) => p.kind !== 'warehouse' && p.kind !== 'transit');
      chosen = undefined;
    }),
    readBasket(),
    readPerson(),
  ]);
}

/* What is said of the basket is said one after another: an answer that was overtaken
 * would show the basket as it was. */
const turn = inTurn();
const take = (ask: () => Promise<api.Basket>) =>
  turn(async () => {
    basket = await ask();
  });

export const readBasket = (): Promise<void> => take(api.basket);

/* What another device of his has done with it meanwhile; without a line as it was. */
export const seeBasket = (): void => void (basket && navigator.onLine && readBasket().catch(() => undefined));

/* Only who has logged in here before is asked for. */
export async function readPerson(): Promise<void> {
  if (!kept('customer')) {
    me = null;
    return;
  }
  try {
    me = await api.me();
  } catch (fault) {
    if (fault instanceof Fault) me = null;
    if (fault instanceof Fault && fault.status === 401) keep('customer', '');
  }
}

/* Change the basket; prices and what is enough are those of his shop. */
export async function change(to: api.BasketChange): Promise<boolean> {
  try {
    await take(() => api.basketPut({ place_id: shopId || undefined, ...to }));
    return true;
  } catch (fault) {
    complain(said(fault));
    return false;
  }
}

export async function setQty(variant_id: string, qty: number): Promise<boolean> {
  const before = turn(() => inBasket(variant_id));
  const done = await change({ lines: [{ variant_id, qty }] });
  const had = await before;
  if (done && qty !== had) did(qty > had ? 'Product Added' : 'Product Removed', { product_id: variant_id, quantity: Math.abs(qty - had) });
  return done;
}

export function inBasket(variant: string): number {
  return basket?.lines.find((line) => line.variant_id === variant)?.qty ?? 0;
}

export async function takeOut(line: api.BasketLine): Promise<void> {
  if (await setQty(line.variant_id, 0))
    tellUndo(t('basket.taken_out', { name: line.name ?? '' }), () => void setQty(line.variant_id, line.qty));
}
