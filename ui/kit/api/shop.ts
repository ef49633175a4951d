// What the shop asks of the server.
import { get, post, put, watch } from './client';

export interface Page<T> {
  items: T[];
  next?: string;
}

export interface Hours {
  weekday: number;
  open_min: number;
  close_min: number;
}
export interface Place {
  id: string;
  region_id: string;
  kind: string;
  code: string;
  name: string;
  city: string;
  address: string;
  phone?: string;
  lat_e6?: number;
  lon_e6?: number;
  utc_offset_min: number;
  can_pickup: boolean;
  can_reserve: boolean;
  hours: Hours[];
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

export interface Category {
  id: string;
  parent_id?: string;
  name: string;
  name_en?: string;
  slug: string;
}
export const categories = () => get<{ items: Category[] }>('/v1/catalog/category');

export interface Tile {
  sku?: string;
  product_id: string;
  variant_id: string;
  name: string;
  category?: string;
  brand?: string;
  image?: string;
  price_minor?: number;
  old_minor?: number;
  here?: boolean;
  variants?: number;
}
export interface FacetValue {
  value: string;
  text: string;
  count: number;
}
export interface Facet {
  code: string;
  name: string;
  unit?: string;
  values: FacetValue[];
  /* Of a number with many values: its bounds. */
  min?: number;
  max?: number;
}
export interface Found extends Page<Tile> {
  total: number;
  price_min?: number;
  price_max?: number;
  corrected_query?: string;
  facets: Facet[];
}
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

export interface Suggestion {
  text: string;
  kind: 'query' | 'category' | 'product';
  id?: string;
}
export const suggest = (q: string, signal?: AbortSignal) => get<{ items: Suggestion[] }>('/v1/catalog/suggest', { q }, signal);

export interface Spec {
  name: string;
  text: string;
  unit?: string;
}
export interface Variant {
  id: string;
  sku: string;
  name: string;
  unit_tracked: boolean;
  price_minor?: number;
  old_minor?: number;
}
export interface Product {
  id: string;
  category_id: string;
  name: string;
  brand?: string;
  description?: string;
  warranty_days: number;
  specs: Spec[];
  images: string[];
  variants: Variant[];
}
export const product = (id: string, region?: string) => get<Product>(`/v1/catalog/product/${id}`, { region_id: region });
export const accessories = (id: string, place_id?: string) => get<Page<Tile>>(`/v1/catalog/product/${id}/accessory`, { place_id, limit: 6 });

export interface StockAt {
  place_id: string;
  free: number;
  on_hand?: number;
  incoming?: number;
  at?: string;
}
export const stockOf = (variant: string) => get<{ items: StockAt[] }>(`/v1/stock/variant/${variant}`);
export const watchStock = (variant: string, hear: (event: string, data: StockAt) => void) =>
  watch(`/v1/stock/variant/${variant}/live`, (event, data) => hear(event, data as StockAt), ['stock']);

export interface BasketLine {
  variant_id: string;
  product_id: string;
  name: string;
  qty: number;
  price_minor?: number;
  was_minor?: number;
  sum_minor: number;
  free_qty?: number;
  enough: boolean;
}
export interface Basket {
  id: string;
  place_id?: string;
  region_id?: string;
  ready_at?: string;
  count: number;
  goods_minor: number;
  delivery_minor: number;
  total_minor: number;
  prices_changed: boolean;
  all_available: boolean;
  lines: BasketLine[];
}
export interface BasketChange {
  lines?: { variant_id: string; qty: number }[];
  kind?: string;
  place_id?: string | undefined;
  region_id?: string | undefined;
}
export const basket = () => get<Basket>('/v1/basket');
export const basketPut = (change: BasketChange) => put<Basket>('/v1/basket', change);

export interface OrderLine {
  line_no: number;
  variant_id: string;
  name: string;
  sku: string;
  unit_tracked?: boolean;
  qty: number;
  qty_ordered: number;
  price_minor: number;
  sum_minor: number;
}
export interface Fulfilment {
  place_id: string;
  state: string;
  promised_at?: string;
  ready_at?: string;
  done_at?: string;
  deadline_at?: string;
  code?: string;
}
export interface Order {
  id: string;
  number: string;
  token?: string;
  kind: string;
  state: string;
  pay: string;
  place_id?: string;
  total_minor: number;
  delivery_minor: number;
  paid_minor: number;
  placed_at: string;
  promised_at?: string;
  deadline_at?: string;
  address?: string;
  customer_name?: string;
  lines: OrderLine[];
  fulfilments: Fulfilment[];
}
export const order = (key: string) => get<Order>(`/v1/order/${key}`);
export const orders = (after?: string) => get<Page<Order>>('/v1/order', { after });
export const placeOrder = (body: unknown) => post<{ id: string; number: string; token?: string }>('/v1/order', body);
export const cancelOrder = (id: string) => post(`/v1/order/${id}/cancel`, {});

export interface Me {
  id: string;
  first_name: string;
  last_name: string;
  phone?: string;
  email?: string;
}
export const me = () => get<Me>('/v1/customer/me');
export const askCode = (to: string) => post('/v1/customer/code', { to });
export const enterCode = (to: string, code: string) => post('/v1/customer/login', { to, code });
export const logout = () => post('/v1/customer/logout', {});

export interface Slot {
  id: string;
  from_at: string;
  to_at: string;
  fee_minor: number;
  left: number;
}
export const slots = (region_id: string) => get<{ items: Slot[] }>('/v1/order/slot', { region_id });
export const watchOrder = (key: string, hear: () => void) => watch(`/v1/order/${key}/live`, hear, ['order']);
export const qr = (key: string) => `/v1/order/${key}/qr`;
