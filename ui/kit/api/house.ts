// What the office asks about the house itself: who works here, settings, what was done.
import { del, get, post, put } from './client';
import type { Page, Shapes } from './shop';

export type Account = Shapes['StaffAccount'];
export type Role = Shapes['StaffRole'];
export type Right = Shapes['StaffRight'];
export type Key = Shapes['StaffKey'];
export type OpenSession = Shapes['StaffOpenSession'];
export type Setting = Shapes['Setting'];
export type Audit = Shapes['StaffAudit'];
export type TakenFile = Shapes['TakenFile'];
export type Whose = Shapes['Whose'];
export type WhoseFile = Shapes['WhoseFile'];
export type Till = Shapes['Till'];
export type TillSale = Shapes['TillSaleRow'];
export type Webhook = Shapes['Webhook'];
export type Delivery = Shapes['WebhookDelivery'];
export type Fact = Shapes['Event'];
export type Subscriber = Shapes['EventSubscriber'];

type Words = Record<string, string | undefined>;
const list =
  <T>(path: string) =>
  (ask: Words, after?: string, signal?: AbortSignal) =>
    get<Page<T>>(path, { ...ask, limit: 50, after }, signal);
const whole = async <T>(path: string, ask: Words = {}) => (await get<{ items: T[] }>(path, ask)).items;

/* The version a thing was read at: written back only when it is still that one. */
const tag = (thing: { version: number }) => `"${thing.version}"`;

export const accounts = list<Account>('/v1/staff/account');
export const account = (id: string) => get<Account>(`/v1/staff/account/${id}`);
export const addAccount = (body: Shapes['StaffAccountNew']) => post<Account>('/v1/staff/account', body);
export const putAccount = (was: Account, body: Shapes['StaffAccountChange']) => put<Account>(`/v1/staff/account/${was.id}`, body, tag(was));
export const setPassword = (id: string, body: Shapes['StaffPassword']) => put(`/v1/staff/account/${id}/password`, body);
export const sessions = (id: string) => whole<OpenSession>(`/v1/staff/account/${id}/session`);
export const endSession = (id: string, session: string) => del(`/v1/staff/account/${id}/session/${session}`);

export const rights = () => whole<Right>('/v1/staff/right');
export const roles = () => whole<Role>('/v1/staff/role');
export const addRole = (body: Shapes['StaffRoleNew']) => post<Role>('/v1/staff/role', body);
export const putRole = (was: Role, body: Shapes['StaffRoleChange']) => put<Role>(`/v1/staff/role/${was.id}`, body, tag(was));
export const dropRole = (id: string) => del(`/v1/staff/role/${id}`);

export const keys = () => whole<Key>('/v1/staff/key');
export const addKey = (body: Shapes['StaffKeyNew']) => post<Key>('/v1/staff/key', body);
export const dropKey = (id: string) => del(`/v1/staff/key/${id}`);

export const settings = (ask: Words) => whole<Setting>('/v1/setting', ask);
export const putSetting = (was: Setting, body: Shapes['SettingChange']) => put<Setting>(`/v1/setting/${was.name}`, body, tag(was));

export const audit = list<Audit>('/v1/staff/audit');
export const taken = list<TakenFile>('/v1/export/taken');
export const whose = (text: string) => post<Whose>('/v1/export/whose', { text });

export const tills = (ask: Words) => whole<Till>('/v1/till', ask);
export const addTill = (body: Shapes['TillNew']) => post<Till>('/v1/till', body);
export const changeTill = (id: string, body: Shapes['TillChange']) => post<Till>(`/v1/till/${id}`, body);
export const tillSales = (id: string) => get<Page<TillSale>>(`/v1/till/${id}/sale`, { limit: 20 });

export const webhooks = () => whole<Webhook>('/v1/webhook');
export const webhook = (id: string) => get<Webhook>(`/v1/webhook/${id}`);
export const addWebhook = (body: Shapes['WebhookEdit']) => post<Webhook>('/v1/webhook', body);
export const putWebhook = (was: Webhook, body: Shapes['WebhookEdit']) => put<Webhook>(`/v1/webhook/${was.id}`, body, tag(was));
export const dropWebhook = (id: string) => del(`/v1/webhook/${id}`);
export const newSecret = (id: string) => post<Webhook>(`/v1/webhook/${id}/secret`);
export const ping = (id: string) => post<Delivery>(`/v1/webhook/${id}/ping`);
export const deliveries = (id: string) => list<Delivery>(`/v1/webhook/${id}/delivery`);
export const sendAgain = (id: string, delivery: string) => post<Delivery>(`/v1/webhook/${id}/delivery/${delivery}/again`);

export const facts = list<Fact>('/v1/event');
export const subscribers = () => whole<Subscriber>('/v1/event/subscriber');
export const replay = (name: string, body: Shapes['EventReplay']) => post(`/v1/event/subscriber/${name}/replay`, body);
