// Whose a numbered piece is, and who lives with whom.
import { del, get, post, put } from './client';
import type { Shapes } from './shop';

export type Unit = Shapes['Unit'];
export type UnitFact = Shapes['UnitFact'];
export type Device = Shapes['Device'];
export type DeviceLife = Shapes['DeviceLife'];
export type DeviceDay = Shapes['DeviceDay'];
export type DevicePasts = Shapes['DevicePasts'];
export type Gift = Shapes['GiftCode'];
export type Home = Shapes['Home'];
export type Invite = Shapes['HomeInvite'];
export type HomeHint = Shapes['HomeHint'];

const at = (serial: string) => `/v1/owner/unit/${encodeURIComponent(serial)}`;
export const unit = (serial: string) => get<Unit>(at(serial));
export const passOn = (serial: string, body: Shapes['UnitPass']) => post<Unit>(`${at(serial)}/pass-on`, body);
export const tradeIn = (serial: string, body: Shapes['UnitTradeIn']) => post<Unit>(`${at(serial)}/trade-in`, body);
export const undoUnit = (serial: string) => post<Unit>(`${at(serial)}/undo`, {});
export const giftReceipt = (order: string) => post<{ items: Gift[] }>(`/v1/owner/order/${order}/gift`, {});

const gift = (code: string) => `/v1/owner/gift/${encodeURIComponent(code)}`;
export const giftOf = (code: string) => get<Gift>(gift(code));
export const claim = (code: string) => post<Gift>(`${gift(code)}/claim`, {});
export const giveTo = (code: string, customer_id: string) => post<Unit>(`${gift(code)}/give`, { customer_id });

export const devices = () => get<{ items: Device[] }>('/v1/owner/device');
export const deviceLife = (serial: string, after?: string) => get<DeviceLife>(`/v1/owner/device/${encodeURIComponent(serial)}/life`, { after });
export const pastDevices = (after?: string) => get<DevicePasts>('/v1/owner/past', { after });
const mine = (serial: string) => `/v1/owner/device/${encodeURIComponent(serial)}/code`;
export const codeFor = (serial: string) => post<Gift>(mine(serial), {});
export const dropCode = (serial: string) => del(mine(serial));

export const home = () => get<Home>('/v1/home');
export const invite = () => post<Invite>('/v1/home/invite', {});
export const accept = (code: string) => post<Home>(`/v1/home/invite/${encodeURIComponent(code)}/accept`, {});
export const show = (body: Shapes['HomeShown']) => put<Home>('/v1/home/shown', body);
export const leaveHome = () => del('/v1/home/me');
export const useBy = (serial: string, customer_id?: string) => put<Home>(`/v1/home/device/${encodeURIComponent(serial)}/user`, { customer_id });

export const homeHints = () => get<{ items: HomeHint[] }>('/v1/home/hint', { limit: 100 });
export const decideHint = (a: string, b: string, verdict: 'invite' | 'no') => post<Invite>(`/v1/home/hint/${a}/${b}`, { verdict });
