// What the operator's desk asks of the server.
import { del, get, post, put } from './client';
import type { Order, Page, Shapes, StockAt } from './shop';

export type Profile = Shapes['CustomerProfile'];
export type OpenOrder = Profile['orders'][number];
export type Hit = Shapes['Hit'];
export type Story = Shapes['Story'];
export type StoryItem = Shapes['StoryItem'];
export type Note = Shapes['Note'];
export type Person = Shapes['Customer'];
export type FullOrder = Order;

export const find = (q: string, signal?: AbortSignal) => get<{ items: Hit[] }>('/v1/find', { q, limit: 20 }, signal);
export const profile = (id: string) => get<Profile>(`/v1/customer/${id}/profile`);
export const story = (id: string, kind: string[], after?: string) => get<Story>(`/v1/customer/${id}/timeline`, { kind, after, limit: 30 });
export const addTask = (body: Shapes['TaskNew']) => post<Shapes['Task']>('/v1/task', body);
export { doneTask, takeTask } from './floor';
export type Task = Shapes['Task'];
export type Today = Shapes['TaskToday'];
export const today = (until: string) => get<Today>('/v1/task/today', { until });
export const putTask = (id: string, body: Shapes['TaskEdit'], version: number) => put<Task>(`/v1/task/${id}`, body, String(version));
export const giveTask = (id: string, owner_id: string) => post<Task>(`/v1/task/${id}/owner`, { owner_id });
export const cancelTask = (id: string) => post<Task>(`/v1/task/${id}/cancel`, {});
export const openTask = (id: string) => post<Task>(`/v1/task/${id}/reopen`);

/* Who of the staff keeps a customer, and who may. */
export type Keeper = Shapes['Keeper'];
export const keeper = (id: string) => get<Keeper>(`/v1/customer/${id}/keeper`);
export const putKeeper = (id: string, staff_id: string | undefined) => put<Keeper>(`/v1/customer/${id}/keeper`, { staff_id });
export const mayKeep = () => get<{ items: Shapes['MayKeep'][] }>('/v1/customer/keeper');
export const kept = (after?: string) => get<Page<Shapes['KeptCustomer']>>('/v1/customer/kept', { limit: 50, after });
export const addPerson = (body: Shapes['CustomerEdit']) => post<Person>('/v1/customer', body);

export const stockAt = (variant: string) => get<{ items: StockAt[] }>(`/v1/stock/variant/${variant}`);
export const extend = (id: string, days: number) => post<Order>(`/v1/order/${id}/extend`, { days });
export const moveTo = (id: string, place_id: string) => post<Order>(`/v1/order/${id}/place`, { place_id });
export const cancel = (id: string, why: string) => post<Order>(`/v1/order/${id}/cancel`, { why });
export const cancelLine = (id: string, line: number, why: string) => post<Order>(`/v1/order/${id}/line/${line}/cancel`, { why });
export const codeAgain = (id: string) => post(`/v1/order/${id}/code`);

/* Notes and tags hang on a person or on an order. */
export type About = `/v1/customer/${string}` | `/v1/order/${string}`;
export const notes = (about: About, after?: string) => get<Page<Note>>(`${about}/note`, { after });
export const addNote = (about: About, text: string) => post<Note>(`${about}/note`, { text });
export const putNote = (about: About, id: string, text: string) => put<Note>(`${about}/note/${id}`, { text });
export const dropNote = (about: About, id: string) => del(`${about}/note/${id}`);
export const backNote = (about: About, id: string) => post<Note>(`${about}/note/${id}/restore`);
export const tags = (about: About) => get<{ tags: string[] }>(`${about}/tag`);
export const putTags = (about: About, list: string[]) => put<{ tags: string[] }>(`${about}/tag`, { tags: list });

export const names = (id: string[]) => get<{ items: Shapes['StaffName'][] }>('/v1/staff/name', { id });
