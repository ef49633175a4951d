// What the shop asks of the server. The shapes are the server's own (types.ts).
import { del, get, post, put, watch, withQuery } from './client';
import type { components } from './types';

export type Shapes = components['schemas'];
export type Place = Shapes['PlaceFound'];
export type Category = Shapes['Category'];
export type Tile = Shapes['Tile'];
export type Facet = Shapes['Facet'];
export type Found = Shapes['CatalogFound'];
export type Suggestion = Shapes['Suggestion'];
export type Product = Shapes['ProductShown'];
export type StockAt = Shapes['StockAt'];
export type BasketLine = Shapes['BasketLine'];
export type Basket = Shapes['Basket'];
export type BasketChange = Shapes['BasketChange'];
export type OrderLine = Shapes['OrderLine'];
export type Order = Shapes['Order'];
export type Me = Shapes['Customer'];
export type Slot = Required<Shapes['OrderSlot']>; // a listed one has them all
export type OrderRow = Shapes['OrderRow'];

export interface Page<T> {
  items: T[];
  next?: string;
}

/* All of them: a chain has some hundreds. */
export async function allPlaces(): Promise<Place[]> {
  const list: Place[] = [];
  let after: string | undefined;
  do {
    const page: Page<Place> = await get('/v1/place', { limit: 200, after });
    list.push(...page.items);
    after = page.next;
  } while (after);
  return list;
}

export const categories = () => get<{ items: Category[] }>('/v1/catalog/category');

export interface Ask {
  q?: string | undefined;
  category_id?: string | undefined;
  place_id?: string | undefined;
  in_stock?: boolean | undefined;
  sort?: string | undefined;
  facet?: string[];
  price_min?: number | undefined;
  price_max?: number | undefined;
  after?: string | undefined;
  limit?: number;
}
export const search = (ask: Ask, signal?: AbortSignal) => get<Found>('/v1/catalog/search', { ...ask }, signal);

export const suggest = (q: string, signal?: AbortSignal) => get<{ items: Suggestion[] }>('/v1/catalog/suggest', { q }, signal);

/* `key`: its id, or its address of words. */
export const product = (key: string, region?: string) =>
  get<Product>(/^\d+$/.test(key) ? `/v1/catalog/product/${key}` : `/v1/catalog/slug/${key}`, { region_id: region });
export const accessories = (id: string, place_id?: string) => get<Page<Tile>>(`/v1/catalog/product/${id}/accessory`, { place_id, limit: 6 });

export const stockOf = (variant: string) => get<{ items: StockAt[] }>(`/v1/stock/variant/${variant}`);
export const watchStock = (variant: string, hear: (event: string, data: StockAt) => void) =>
  watch(`/v1/stock/variant/${variant}/live`, (event, data) => hear(event, data as StockAt), ['stock']);

export const basket = () => get<Basket>('/v1/basket');
export const basketPut = (change: BasketChange) => put<Basket>('/v1/basket', change);

export const order = (key: string) => get<Order>(`/v1/order/${key}`);
export const orders = (after?: string) => get<Page<OrderRow>>('/v1/order', { after });
export const placeOrder = (body: Shapes['OrderNew']) => post<Shapes['OrderPlaced']>('/v1/order', body);
export const cancelOrder = (id: string) => post(`/v1/order/${id}/cancel`, {});

export const me = () => get<Me>('/v1/customer/me');
export const askCode = (to: string) => post('/v1/customer/code', { to });
export const enterCode = (to: string, code: string) => post('/v1/customer/login', { to, code });
export const logout = () => post('/v1/customer/logout', {});

export const slots = (region_id: string) => get<{ items: Slot[] }>('/v1/order/slot', { region_id });
export const watchOrder = (key: string, hear: () => void) => watch(`/v1/order/${key}/live`, hear, ['order']);
export const qr = (key: string) => `/v1/order/${key}/qr`;
/* `of`: whose, so that a changed one is drawn anew. */
export const myQr = (of: string) => `/v1/customer/me/qr.svg?of=${encodeURIComponent(of)}`;

export type Compared = Shapes['Compared'];
export type Question = Shapes['GuideQuestion'];
export type Choice = Shapes['Choice'];
export type Reason = Shapes['ChoiceReason'];
export type Bought = Shapes['Bought'];
export type Receipt = Shapes['Receipt'];
export type Consent = Shapes['Consent'];
export type Consents = Shapes['Consents'];
export type Visit = Shapes['Visit'];
export type Best = Shapes['Bestsellers'];
export type Promise_ = Shapes['Promise'];

export const bestsellers = (ask: { place_id?: string | undefined; category_id?: string | undefined; limit?: number }) => get<Best>('/v1/catalog/bestseller', ask);
export const tiles = (product_id: string[], place_id?: string) => get<{ items: Tile[] }>('/v1/catalog/tile', { product_id, place_id });
export const compare = (product_id: string[], place_id?: string) => get<Compared>('/v1/catalog/compare', { product_id, place_id });
export const questions = (category: string, place_id?: string) => get<{ items: Question[] }>(`/v1/catalog/category/${category}/question`, { place_id });
export const choices = (category: string, answer: string[], place_id?: string) => get<{ items: Choice[] }>(`/v1/catalog/category/${category}/choice`, { answer, place_id });

/* Ready by when in these shops; brought when in this region. */
export const promise = (ask: { place_id?: string[]; region_id?: string | undefined }) => get<Promise_>('/v1/order/promise', ask);
export const extendOrder = (key: string, days: number) => post<Order>(`/v1/order/${key}/extend`, { days });
export const moveOrder = (key: string, place_id: string) => post<Order>(`/v1/order/${key}/place`, { place_id });
export const receipt = (key: string) => get<Receipt>(`/v1/order/${key}/receipt`);
export const calendar = (key: string) => `/v1/order/${key}/calendar.ics`;
export const lookUp = (number: string, phone: string) => post<Order>('/v1/order/lookup', { number, phone });

export const bought = (q?: string, after?: string) => get<Page<Bought>>('/v1/order/bought', { q, after });
export const consents = () => get<Consents>('/v1/customer/me/consent');
export const consent = (to: Shapes['ConsentChange']) => put<Consents>('/v1/customer/me/consent', to);
/* By the link of a message, without login. */
export const preferences = (token: string) => post<Consents>('/v1/customer/preference', { token });
export const prefer = (token: string, items: Shapes['ConsentChange']['items']) => put<Consents>('/v1/customer/preference', { token, items });
export const confirmAddress = (token: string) => post<Consents>('/v1/customer/preference/confirm', { token });
export const visits = () => get<{ items: Visit[] }>('/v1/customer/me/visit');
export type Asked = Shapes['PrivacyRequest'];
export const askedOfMe = () => get<Page<Asked>>('/v1/customer/me/privacy');
export const askAboutMe = (kind: Asked['kind']) => post<Asked>('/v1/customer/me/privacy', { kind });
export const takeBack = (id: string) => post<Page<Asked>>(`/v1/customer/me/privacy/${id}/cancel`);
export const myFile = (id: string, format: 'html' | 'json' | 'pdf') => `/v1/customer/me/privacy/${id}/file?format=${format}`;
export const endVisit = (id: string) => del(`/v1/customer/me/visit/${id}`);
export const endOthers = () => del('/v1/customer/me/visit');
export const saveMe = (edit: Shapes['MeEdit']) => put<Me>('/v1/customer/me', edit);
export const addKey = (to: string, code: string) => post<Me>('/v1/customer/me/key', { to, code });
export const dropKey = (key: string) => del<Me>(withQuery('/v1/customer/me/key', { key }));
