// What the office asks of the server.
import { get, post } from './client';
import type { Page } from './shop';

export interface Run {
  id: string;
  source: string;
  kind: string;
  file: string;
  state: string;
  reason?: string;
  dry_run: boolean;
  at: string;
  ended_at?: string;
  bytes: number;
  read_bytes: number;
  rejects: number;
  counts: { what: string; seen: number; taken: number }[];
}
export interface Reject {
  n: number;
  line: number;
  what: string;
  external?: string;
  reason: string;
}
export const runs = (after?: string) => get<Page<Run>>('/v1/exchange/run', { limit: 50, after });
export const run = (id: string) => get<Run>(`/v1/exchange/run/${id}`);
export const rejects = (id: string) => get<Page<Reject>>(`/v1/exchange/run/${id}/reject`, { limit: 100 });

export interface Source {
  id: string;
  name: string;
  kind: string;
  place_id?: string;
  limit_min?: number;
  heard_at?: string;
  age_s?: number;
  late: boolean;
}
export const sources = (after?: string) => get<Page<Source>>('/v1/stock/source', { limit: 200, after });

export interface Job {
  id: string;
  kind: string;
  state: string;
  run_at: string;
  every_ms?: number;
  tries: number;
  done: number;
  total: number;
  error?: string;
  began_at?: string;
  ended_at?: string;
}
export const jobs = (state?: string, after?: string) => get<Page<Job>>('/v1/job', { state, limit: 50, after });
export const runJob = (id: string) => post(`/v1/job/${id}/run`);

export interface Message {
  id: string;
  channel: string;
  address: string;
  template: string;
  subject: string;
  body: string;
  state: string;
  error?: string;
  created_at: string;
}
export const outbox = (after?: string) => get<Page<Message>>('/v1/message/outbox', { limit: 50, after });
