// What the operator's desk asks of the server.
import { get } from './client';
import type { Page, Shapes } from './shop';
import type { Person } from './till';

export type Profile = Shapes['CustomerProfile'];

export const people = (q: string) => get<Page<Person>>('/v1/customer', { q });
export const profile = (id: string) => get<Profile>(`/v1/customer/${id}/profile`);
