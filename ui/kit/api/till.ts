// What the till and the desk ask of the server.
import { get, post, watch } from './client';
import type { Order, Page, Place, StockAt, Tile } from './shop';

export interface Staff {
  id: string;
  login: string;
  name: string;
  role: string;
  place_id?: string;
  rights: string[];
  roles: { role: string; place_id?: string }[];
}
export const staff = () => get<Staff>('/v1/staff/me');
export const login = (body: { login: string; password: string }) => post<Staff>('/v1/staff/login', body);
export const logout = () => post('/v1/staff/logout', {});

export interface Item {
  variant_id: string;
  product_id: string;
  sku: string;
  name: string;
  unit_tracked: boolean;
  price_minor?: number;
}
export const byCode = (code: string, region_id?: string) => get<Item>(`/v1/catalog/code/${encodeURIComponent(code)}`, { region_id, channel: 'shop' });
export const find = (q: string, place: Place | undefined, signal?: AbortSignal) =>
  get<Page<Tile>>('/v1/catalog/search', { q, place_id: place?.id, limit: 8 }, signal);
export const stockAt = (variant: string) => get<{ items: StockAt[] }>(`/v1/stock/variant/${variant}`);

export interface Person {
  id: string;
  last_name: string;
  first_name: string;
  middle_name?: string;
  phone?: string;
  email?: string;
  card?: string;
}
export const person = (key: string) => get<Person>('/v1/customer/find', { key });

export interface Sold {
  id: string;
  number: string;
  total_minor: number;
}
export interface SaleLine {
  variant_id: string;
  qty: number;
  serial?: string | undefined;
}
export interface Payment {
  kind: 'cash' | 'card';
  amount_minor: number;
}
export const sell = (body: { place_id: string; customer_id?: string | undefined; lines: SaleLine[]; payments: Payment[] }) =>
  post<Sold>('/v1/order', { kind: 'sale', channel: 'shop', ...body });

export const picking = (place_id: string) => get<Page<Order>>('/v1/order/picking', { place_id });
export const startPick = (id: string, place_id: string) => post(`/v1/order/${id}/pick`, { place_id });
export const ready = (id: string, body: { place_id: string; lines: { line_no: number; qty: number }[] }) => post(`/v1/order/${id}/ready`, body);
export const byPickupCode = (code: string, place_id: string) => get<Order>('/v1/order/handover', { code, place_id });
export const handOver = (id: string, body: { place_id: string; code: string; serials: { line_no: number; serial: string }[]; payments: Payment[] }) =>
  post(`/v1/order/${id}/handover`, body);
export const watchPlace = (place_id: string, hear: () => void) => watch(`/v1/order/live`, hear, ['order']);
