// What the till and the desk ask of the server.
import { get, post, watch } from './client';
import type { Order, Page, Place, Shapes, StockAt, Tile } from './shop';

export type Staff = Shapes['StaffMe'];
export type Item = Shapes['CatalogItem'];
export type Person = Shapes['Customer'];
export type Sold = Shapes['OrderPlaced'];
export type SaleLine = Shapes['OrderLineNew'];
export type Payment = Shapes['OrderPaymentNew'];
export type ToPick = Shapes['OrderToPick'];

export const staff = () => get<Staff>('/v1/staff/me');
export const login = (body: { login: string; password: string }) => post<Staff>('/v1/staff/login', body);
export const logout = () => post('/v1/staff/logout', {});

export const byCode = (code: string, region_id?: string) => get<Item>(`/v1/catalog/code/${encodeURIComponent(code)}`, { region_id, channel: 'shop' });
export const find = (q: string, place: Place | undefined, signal?: AbortSignal) =>
  get<Page<Tile>>('/v1/catalog/search', { q, place_id: place?.id, limit: 8 }, signal);
export const stockAt = (variant: string) => get<{ items: StockAt[] }>(`/v1/stock/variant/${variant}`);

export const person = (key: string) => get<Person>('/v1/customer/find', { key });

export const sell = (body: { place_id: string; customer_id?: string | undefined; lines: SaleLine[]; payments: Payment[] }) =>
  post<Sold>('/v1/order', { kind: 'sale', channel: 'shop', ...body });

export const picking = (place_id: string) => get<Page<ToPick>>('/v1/order/picking', { place_id });
export const startPick = (id: string, place_id: string) => post(`/v1/order/${id}/pick`, { place_id });
export const ready = (id: string, body: Shapes['OrderAtPlace']) => post(`/v1/order/${id}/ready`, body);
export const byPickupCode = (code: string, place_id: string) => get<Order>('/v1/order/handover', { code, place_id });
export const handOver = (id: string, body: Shapes['OrderHandover']) =>
  post(`/v1/order/${id}/handover`, body);
export const watchPlace = (place_id: string, hear: () => void) => watch(`/v1/order/live`, hear, ['order']);
