// One person: which records are his, who is asked, by which rules.
import { get, post } from './client';
import type { Page, Shapes } from './shop';

export type Identity = Shapes['Identity'];
export type Merge = Shapes['Merge'];
export type Pair = Shapes['IdentityPair'];
export type Queue = Shapes['IdentityQueue'];
export type Verdict = 'open' | 'same' | 'different' | 'later';
export type Blocked = Shapes['BlockedKey'];
export type Rule = Shapes['IdentityRule'];
export type Record = Shapes['Customer'];

export interface Moved {
  what: string;
  n: number;
  later: number;
}
export interface Rehearsal {
  looked: number;
  merges: number;
  parts: number;
  refused: number;
  orders: number;
  consents: number;
  keys: number;
  messages: number;
  sample: { a_id: string; b_id: string; does: 'merge' | 'part'; score_ppm: number; names: string }[];
}

export const identity = (id: string) => get<Identity>(`/v1/customer/${id}/identity`);
export const merge = (id: string, other: string, why: string) => post<Merge>(`/v1/customer/${id}/merge`, { with: other, why });
export const undo = (merge: string, why = '') => post<Merge>(`/v1/customer/merge/${merge}/undo`, { why });
export const merges = ({}, after?: string, signal?: AbortSignal) => get<Page<Merge>>('/v1/customer/merge', { limit: 50, after }, signal);
export const find = (key: string) => get<{ items: Record[] }>('/v1/customer', { q: key, limit: 5 });

export const queue = () => get<Queue>('/v1/customer/pair', { limit: 20 });
export const say = (a: string, b: string, is: Verdict) => post<Shapes['IdentityDecided']>(`/v1/customer/pair/${a}/${b}`, { is });

export const blocked = async () => (await get<{ items: Blocked[] }>('/v1/customer/key-block')).items;
export const block = (body: Shapes['KeyBlock']) => post('/v1/customer/key-block', body);
export const release = (b: Blocked) => post('/v1/customer/key-release', { kind: b.kind, value: b.value });

export const rules = async () => (await get<{ items: Rule[] }>('/v1/customer/rule')).items;
export const addRule = (body: Rule) => post<Rule>('/v1/customer/rule', body);
export const rehearse = (version: number) => post<{ job_id: string }>(`/v1/customer/rule/${version}/rehearse`);
export const switchOn = (version: number) => post<{ job_id: string }>(`/v1/customer/rule/${version}/on`);
export const job = (id: string) => get<Shapes['Job']>(`/v1/job/${id}`);
