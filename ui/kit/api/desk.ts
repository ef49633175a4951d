// What the operator's desk asks of the server.
import { get } from './client';
import type { OrderLine, Page } from './shop';
import type { Person } from './till';

export interface Row {
  id: string;
  number: string;
  kind: string;
  channel: string;
  state: string;
  place_id?: string;
  total_minor: number;
  paid_minor: number;
  placed_at: string;
  promised_at?: string;
  deadline_at?: string;
  lines: OrderLine[];
}
export interface Hold {
  order_id: string;
  place_id: string;
  variant_id: string;
  sku: string;
  name: string;
  qty: number;
  until_at?: string;
}
export interface Step {
  at: string;
  what: string;
  why?: string;
  order_id: string;
}
export interface Profile {
  customer: Person & { created_at: string; lang?: string; keys: { kind: string; value: string; confirmed_at?: string }[] };
  orders: Row[];
  holds: Hold[];
  events: Step[];
  orders_all: number;
  orders_open: number;
  orders_done: number;
  spent_minor: number;
  first_at?: string;
  last_at?: string;
}
export const people = (q: string) => get<Page<Person>>('/v1/customer', { q });
export const profile = (id: string) => get<Profile>(`/v1/customer/${id}/profile`);
