// What the office asks of the server.
import { del, get, post, put } from './client';
import type { Page, Shapes } from './shop';

export type Now = Shapes['Now'];
export type Alert = Shapes['NowAlert'];
export type Task = Shapes['Task'];
export type OrderRow = Shapes['OrderRow'];
export type Person = Shapes['Customer'];
export type Level = Shapes['StockLevel'];
export type Move = Shapes['StockMove'];
export type Transfer = Shapes['Transfer'];
export type Count = Shapes['StockCount'];
export type Run = Shapes['ExchangeRun'];
export type Reject = Shapes['ExchangeReject'];
export type Source = Shapes['StockSource'];
export type Job = Shapes['Job'];
export type Message = Shapes['Message'];
export type View = Shapes['View'];

/* What a list is asked for: its filters, where to go on. */
type Words = Record<string, string | undefined>;
const list =
  <T>(path: string) =>
  (ask: Words, after?: string, signal?: AbortSignal) =>
    get<Page<T>>(path, { ...ask, limit: 50, after }, signal);

export const now = (ask: Words) => get<Now>('/v1/office/now', ask);
export const tasks = list<Task>('/v1/task');
export { doneTask, takeTask } from './floor';
export const orders = list<OrderRow>('/v1/order');
export const people = list<Person>('/v1/customer');
export type Asked = Shapes['PrivacyRequest'];
export const asked = list<Asked>('/v1/privacy/request');
export const answered = (r: Asked) => post(`/v1/customer/${r.customer_id}/privacy/${r.id}/done`);
export const fileOf = (r: Asked, format: 'html' | 'pdf') => `/v1/customer/${r.customer_id}/privacy/${r.id}/file?format=${format}`;
export type Term = Shapes['PrivacyTerm'];
export type TermTrial = Shapes['PrivacyTermTrial'];
export const terms = () => get<Page<Term>>('/v1/privacy/term');
export const tryTerm = (what: string, days: number) => get<TermTrial>(`/v1/privacy/term/${what}/trial`, { days });
export const putTerm = (what: string, body: Shapes['PrivacyTermChange']) => put<Term>(`/v1/privacy/term/${what}`, body);

export type ConsentDocument = Shapes['ConsentDocument'];
export type Agreed = Shapes['ConsentAgreed'];
const documentPath = (d: Pick<ConsentDocument, 'purpose' | 'version'>) => `/v1/customer/document/${d.purpose}/${encodeURIComponent(d.version)}`;
export const documents = () => get<Page<ConsentDocument>>('/v1/customer/document');
export const addDocument = (body: Shapes['ConsentDocumentNew']) => post<ConsentDocument>('/v1/customer/document', body);
export const putDocument = (d: ConsentDocument, body: Shapes['ConsentDocumentTexts']) => put<ConsentDocument>(documentPath(d), body);
export const publishDocument = (d: ConsentDocument) => post<ConsentDocument>(`${documentPath(d)}/publish`, {});
export const agreedPath = (d: ConsentDocument) => `${documentPath(d)}/agreed`;
export const agreedTo = (d: ConsentDocument) => list<Agreed>(agreedPath(d));

export const levels = list<Level>('/v1/stock/level');
export const moves = list<Move>('/v1/stock/move');
export const transfers = list<Transfer>('/v1/stock/transfer');
export const transfer = (id: string) => get<Transfer>(`/v1/stock/transfer/${id}`);
export const addTransfer = (body: Shapes['TransferNew']) => post<Transfer>('/v1/stock/transfer', body);
export const sendTransfer = (id: string, lines: Shapes['TransferLineInput'][]) => post<Transfer>(`/v1/stock/transfer/${id}/send`, { lines });
export { transferGot } from './floor';
export const cancelTransfer = (id: string) => post<Transfer>(`/v1/stock/transfer/${id}/cancel`);
export const counts = list<Count>('/v1/stock/count');
export const count = (id: string) => get<Count>(`/v1/stock/count/${id}`);
export const approveCount = (id: string) => post(`/v1/stock/count/${id}/approve`);
export const rejectCount = (id: string) => post(`/v1/stock/count/${id}/reject`);
export const sources = list<Source>('/v1/stock/source');
export const putSource = (id: string, body: Shapes['StockSourceSla']) => put(`/v1/stock/source/${id}`, body);

export const runs = list<Run>('/v1/exchange/run');
export const run = (id: string) => get<Run>(`/v1/exchange/run/${id}`);

export const jobs = list<Job>('/v1/job');
export const runJob = (id: string) => post(`/v1/job/${id}/run`);
export const cancelJob = (id: string) => post(`/v1/job/${id}/cancel`);
export const outbox = list<Message>('/v1/message/outbox');
export const messages = list<Message>('/v1/message');

export const names = (id: string[]) => get<{ items: Shapes['StaffName'][] }>('/v1/staff/name', { id });
export const views = (screen: string) => get<{ items: View[] }>('/v1/staff/me/view', { screen });
export const addView = (body: Shapes['ViewEdit']) => post<View>('/v1/staff/me/view', body);
export const dropView = (id: string) => del(`/v1/staff/me/view/${id}`);
