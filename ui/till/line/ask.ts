// The device speaks for itself: with its own key, without anybody's cookie.
import { Fault, type OneFault } from 'kit/api/client';
import { current } from 'kit/i18n';

export async function ask<T>(key: string, path: string, body: unknown = {}, ms = 15_000): Promise<T> {
  const reply = await fetch(`/v1/till/${path}`, {
    method: 'POST',
    credentials: 'omit',
    cache: 'no-store',
    headers: { accept: 'application/json', 'content-type': 'application/json', 'accept-language': current(), 'x-till-key': key },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ms),
  });
  const text = await reply.text();
  const json = text && reply.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined;
  if (reply.ok) return json as T;
  if (!json?.code || reply.status >= 500) throw new Error(`${reply.status}`); // no word of ours: as if the line were down
  throw new Fault(reply.status, (json.errors ?? [json]) as OneFault[], json.request_id);
}
