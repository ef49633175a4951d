// What the office asks of the server.
import { get, post } from './client';
import type { Page, Shapes } from './shop';

export type Run = Shapes['ExchangeRun'];
export type Reject = Shapes['ExchangeReject'];
export type Source = Shapes['StockSource'];
export type Job = Shapes['Job'];
export type Message = Shapes['Message'];

export const runs = (after?: string) => get<Page<Run>>('/v1/exchange/run', { limit: 50, after });
export const run = (id: string) => get<Run>(`/v1/exchange/run/${id}`);
export const rejects = (id: string) => get<Page<Reject>>(`/v1/exchange/run/${id}/reject`, { limit: 100 });

export const sources = (after?: string) => get<Page<Source>>('/v1/stock/source', { limit: 200, after });

export const jobs = (state?: string, after?: string) => get<Page<Job>>('/v1/job', { state, limit: 50, after });
export const runJob = (id: string) => post(`/v1/job/${id}/run`);

export const outbox = (after?: string) => get<Page<Message>>('/v1/message/outbox', { limit: 50, after });
