// Whom a dispute keeps: nobody forgets him until its day.
import { get, post } from './client';
import type { Page, Shapes } from './shop';

export type Hold = Shapes['PrivacyHold'];
const of = (customer: string) => `/v1/customer/${customer}/hold`;

export const holds = async (customer: string) => (await get<Page<Hold>>(of(customer))).items;
export const held = (ask: Record<string, string | undefined>, after?: string, signal?: AbortSignal) => get<Page<Hold>>('/v1/privacy/hold', { ...ask, limit: 50, after }, signal);
export const addHold = (customer: string, body: Shapes['PrivacyHoldNew']) => post<Hold>(of(customer), body);
export const lift = (h: Hold) => post<Hold>(`${of(h.customer_id)}/${h.id}/lift`);
export const back = (h: Hold) => post<Hold>(`${of(h.customer_id)}/${h.id}/back`);
