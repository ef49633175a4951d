// What the office asks about events of people: who tells, what is declared, what waits.
import { del, get, post, put } from './client';
import type { Page, Shapes } from './shop';

export type Source = Shapes['TrackSource'];
export type Plan = Shapes['TrackPlan'];
export type Unknown = Shapes['TrackUnknown'];
export type Refused = Shapes['TrackRefused'];

type Asked = Record<string, string | undefined>;
export const sources = () => get<{ items: Source[] }>('/v1/track/source');
export const addSource = (body: Shapes['TrackSourceNew']) => post<Source>('/v1/track/source', body);
export const putSource = (id: string, body: Shapes['TrackSourceEdit']) => put<Source>(`/v1/track/source/${id}`, body);
export const newKey = (id: string) => post<Source>(`/v1/track/source/${id}/key`, {});
export const plan = () => get<{ items: Plan[] }>('/v1/track/plan');
export const putPlan = (body: Shapes['TrackPlanEdit'], version?: number) => put<Plan>('/v1/track/plan', body, version === undefined ? undefined : String(version));
export const importPlan = (body: unknown) => post<{ items: Plan[] }>('/v1/track/plan/import', body);
export const dropPlan = (id: string) => del(`/v1/track/plan/${id}`);
export const unknown = (_: Asked, after?: string, signal?: AbortSignal) => get<Page<Unknown>>('/v1/track/unknown', { limit: 50, after }, signal);
export const accept = (id: string) => post(`/v1/track/unknown/${id}/accept`, {});
export const forget = (id: string) => del(`/v1/track/unknown/${id}`);
export const refused = (_: Asked, after?: string, signal?: AbortSignal) => get<Page<Refused>>('/v1/track/refused', { limit: 50, after }, signal);
