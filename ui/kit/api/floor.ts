// What the till asks beside selling: returns, receipts put by, counts, goods that
// come, shelves, one's own day.
import { get, post, put } from './client';
import type { Page, Shapes } from './shop';

export type ReturnLook = Shapes['ReturnLook'];
export type ReturnCandidate = Shapes['ReturnCandidate'];
export type ReturnNew = Shapes['ReturnNew'];
export type Returned = Shapes['OrderReturn'];
export type Parked = Shapes['Parked'];
export type MyDay = Shapes['MyDay'];
export type Figures = Shapes['DayFigures'];
export type Count = Shapes['StockCount'];
export type Transfer = Shapes['Transfer'];
export type Aside = Shapes['StockAside'];
export type Profile = Shapes['CustomerProfile'];

export const returnable = (key: string, place_id: string) => get<ReturnLook>('/v1/order/returnable', { key, place_id });
export const takeBack = (order: string, body: ReturnNew) => post<Returned>(`/v1/order/${order}/return`, body);
export const undoReturn = (id: string) => post<Returned>(`/v1/order/return/${id}/undo`);

export const park = (body: Shapes['ParkedNew']) => post<Parked>('/v1/order/parked', body);
export const parked = (place_id: string) => get<{ items: Parked[] }>('/v1/order/parked', { place_id });
export const takeParked = (id: string) => post<Parked>(`/v1/order/parked/${id}/take`);

export const myDay = (place_id: string) => get<MyDay>('/v1/order/my-day', { place_id });

export const counts = (place_id: string) => get<Page<Count>>('/v1/stock/count', { place_id, limit: 20 });
export const countOf = (id: string) => get<Count>(`/v1/stock/count/${id}`);
export const countBegin = (place_id: string, whole: boolean) => post<Count>('/v1/stock/count', { place_id, whole });
export const countPut = (id: string, lines: { variant_id: string; qty: number }[]) => put<Count>(`/v1/stock/count/${id}/lines`, { lines });
export const countStep = (id: string, to: 'submit' | 'approve' | 'reject') => post<Count>(`/v1/stock/count/${id}/${to}`);

export const transfersTo = (place_id: string) => get<Page<Transfer>>('/v1/stock/transfer', { place_id, to: true, limit: 50 });
export const transferGot = (id: string, lines: Shapes['TransferLineInput'][]) => post<Transfer>(`/v1/stock/transfer/${id}/receive`, { lines });
export const receive = (body: Shapes['StockReceipt']) => post<Shapes['StockDoc']>('/v1/stock/receive', body);
export const putOnShelf = (place_id: string, variant_id: string, aisle: string, shelf: string) =>
  put('/v1/stock/shelf', { place_id, lines: [{ variant_id, aisle, shelf }] });

export const customer = (id: string) => get<Shapes['CustomerSeen']>(`/v1/customer/${id}`);
export const profile = (id: string) => get<Profile>(`/v1/customer/${id}/profile`);
export const nameOf = (variant: string) => get<Shapes['CatalogItem']>(`/v1/catalog/variant/${variant}`);
export const reserve = (body: Shapes['OrderNew']) => post<Shapes['OrderPlaced']>('/v1/order', body);

export type Compared = Shapes['Compared'];
export const compare = (product_id: string[], place: { id: string; region_id: string }) =>
  get<Compared>('/v1/catalog/compare', { product_id, place_id: place.id, region_id: place.region_id, channel: 'shop' });

export type Task = Shapes['Task'];
export type Unmet = Shapes['OrderUnmet'];
export type Waiting = Shapes['OrderWaiting'];
export type Elsewhere = Shapes['OrderElsewhere'];
export const tasks = (place_id: string) => get<Page<Task>>('/v1/task', { place_id, limit: 50 });
export const takeTask = (id: string) => post<Task>(`/v1/task/${id}/take`);
export const doneTask = (id: string, note?: string) => post<Task>(`/v1/task/${id}/done`, { note });
export const unmet = (place_id: string) => get<{ items: Unmet[] }>('/v1/order/unmet', { place_id });
export const elsewhere = (order: string, line: number) => get<{ items: Elsewhere[] }>(`/v1/order/${order}/line/${line}/elsewhere`);
export const sendElsewhere = (order: string, line: number, place_id: string) => post(`/v1/order/${order}/line/${line}/elsewhere`, { place_id });
export const giveUp = (order: string, line: number, why: string) => post(`/v1/order/${order}/line/${line}/give-up`, { why });

export const asides = (place_id: string) => get<Page<Aside>>('/v1/stock/aside', { place_id, limit: 100 });
export const asideEnd = (id: string, how: Shapes['StockAsideEnd']['how'], why?: string) => post(`/v1/stock/aside/${id}/end`, { how, why });
