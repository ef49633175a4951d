// The one way to the server: JSON in and out, every write with an Idempotency-Key
// that stays the same until the server has given its answer, faults by code.
import { current, has, t } from '../i18n';
import { forgetMine, recall, remembering } from '../seen';
import { brought } from './brought';

export interface OneFault {
  code: string;
  message?: string;
  field?: string;
}

export class Fault extends Error {
  constructor(
    readonly status: number,
    readonly faults: OneFault[],
    readonly requestId?: string,
  ) {
    super(faults[0]?.message ?? faults[0]?.code ?? 'unknown');
  }
  get code(): string {
    return this.faults[0]?.code ?? 'internal';
  }
  /* What to say to a person. */
  get text(): string {
    return sayCode(this.code);
  }
  /* What to say below the field of this name. */
  field(name: string): string | undefined {
    const fault = this.faults.find((f) => f.field === name || f.field?.startsWith(`${name}.`) || f.field?.startsWith(`${name}[`));
    if (!fault) return undefined;
    const key = `wrong.${name}`;
    return has(key) ? t(key) : sayCode(fault.code);
  }
}

function sayCode(code: string): string {
  const key = `error.${code}`;
  return has(key) ? t(key) : t('error.internal');
}

export function said(fault: unknown): string {
  return fault instanceof Fault ? fault.text : t('error.offline');
}

export function cookie(name: string): string | undefined {
  return document.cookie
    .split('; ')
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

export function uuid(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  return [...b].map((x) => x.toString(16).padStart(2, '0')).join('');
}

/* The shop's pages act for the shopper, also in a browser where a member of staff
 * is logged in at the till. */
let app = '';
export function speakFor(name: string): void {
  app = name;
}

function headersOf(more: Record<string, string> = {}): Record<string, string> {
  return { accept: 'application/json', 'accept-language': current(), ...(app && { 'x-prilavok-app': app }), ...more };
}

export type Query = Record<string, string | number | boolean | undefined | readonly string[]>;

export function withQuery(path: string, query: Query = {}): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '' || value === false) continue;
    for (const one of Array.isArray(value) ? value : [value]) pairs.append(name, String(one));
  }
  const text = pairs.toString();
  return text ? `${path}?${text}` : path;
}

async function read(reply: Response): Promise<unknown> {
  const text = await reply.text();
  const body = text && reply.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined;
  if (reply.ok) return body;
  const list = (body?.faults ?? body?.errors ?? [body]) as (OneFault | undefined)[];
  const faults = list.filter((f): f is OneFault => !!f?.code);
  throw new Fault(reply.status, faults.length ? faults : [{ code: 'internal' }], body?.request_id);
}

export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  const address = withQuery(path, query);
  const keep = remembering(address);
  const came = brought(address);
  if (came !== undefined) {
    keep?.(Response.json(came));
    return came as T;
  }
  let reply: Response;
  try {
    reply = await fetch(address, { headers: headersOf(), signal: signal ?? null });
  } catch (fault) {
    const old = signal?.aborted ? undefined : await recall(address);
    if (old === undefined) throw fault;
    return old as T;
  }
  if (reply.ok) keep?.(reply.clone());
  if (reply.status === 401) await forgetMine();
  return (await read(reply)) as T;
}

/* A thing and its version, for who will write it back (write's `tag`). */
export async function getTagged<T>(path: string, query?: Query): Promise<{ value: T; tag: string | undefined }> {
  const reply = await fetch(withQuery(path, query), { headers: headersOf(), cache: 'no-store' });
  return { value: (await read(reply)) as T, tag: reply.headers.get('etag') ?? undefined };
}

/* The token went with somebody's logging out in another tab: the page itself
 * brings a new one. */
async function stale(reply: Response): Promise<boolean> {
  const body = (await reply.clone().json().catch(() => undefined)) as OneFault | undefined;
  if (body?.code !== 'csrf') return false;
  await fetch(location.pathname, { headers: { accept: 'text/html' }, cache: 'no-store' });
  return true;
}

/* Keys of the writes whose answer has not come: the same press of the same
 * button again is the same attempt. */
const attempts = new Map<string, string>();
const tries = 4;

/* With `tag` only when nobody else has written since: else the fault "changed". */
export async function write<T = void>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, tag?: string): Promise<T> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const attempt = `${method} ${path} ${tag} ${text}`;
  const key = attempts.get(attempt) ?? uuid();
  attempts.set(attempt, key);

  for (let k = 1; ; k++) {
    const headers = headersOf({ 'idempotency-key': key, 'x-csrf-token': cookie('prilavok_csrf') ?? '' });
    if (text !== undefined) headers['content-type'] = 'application/json';
    if (tag) headers['if-match'] = tag;
    let wait_ms = 250 * 2 ** k;
    try {
      const reply = await fetch(path, { method, headers, body: text ?? null });
      if (reply.status === 403 && k === 1 && (await stale(reply))) continue;
      if (reply.status !== 503 || k === tries) {
        if (reply.status !== 503) attempts.delete(attempt);
        if (/\/(login|logout)$/.test(path)) await forgetMine();
        return (await read(reply)) as T;
      }
      wait_ms = Math.max(wait_ms, 1000 * Number(reply.headers.get('retry-after') ?? 0));
    } catch (fault) {
      if (fault instanceof Fault || k === tries) throw fault;
    }
    await new Promise((done) => setTimeout(done, wait_ms));
  }
}

export const post = <T = void>(path: string, body?: unknown) => write<T>('POST', path, body);
export const put = <T = void>(path: string, body?: unknown, tag?: string) => write<T>('PUT', path, body, tag);
export const del = <T = void>(path: string, body?: unknown) => write<T>('DELETE', path, body);

/* Watch a topic until the returned function is called. The browser reconnects by
 * itself with Last-Event-ID; `reset` means: read anew. */
export function watch(path: string, hear: (event: string, data: unknown) => void, events: string[]): () => void {
  const source = new EventSource(path);
  for (const name of events) {
    source.addEventListener(name, (e) => hear(name, (e as MessageEvent<string>).data ? JSON.parse((e as MessageEvent<string>).data) : undefined));
  }
  source.addEventListener('reset', () => hear('reset', undefined));
  return () => source.close();
}
