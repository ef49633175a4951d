// What was read last, kept on the device for when there is no line. An app says what
// of it: what is everybody's ("all") and what belongs to who is logged in ("mine").
// The latter is forgotten at every login and logout; an answer that was asked for
// before that and comes after it is not kept.
import { current } from './i18n';
import { keep, kept } from './hint';

export type Whose = 'all' | 'mine' | undefined;

const names = { all: 'seen', mine: 'seen-mine' };
const most = 150; // answers of each kind; the oldest go

let rule: (path: string) => Whose = () => undefined;

export function rememberReads(of: (path: string) => Whose): void {
  if ('caches' in globalThis) rule = of;
}

const keyOf = (path: string) => `/seen/${current()}${path}`;

async function put(whose: 'all' | 'mine', key: string, answer: Response): Promise<void> {
  const cache = await caches.open(names[whose]);
  await cache.delete(key); // so that the newest stands last
  await cache.put(key, answer);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - most)).map((old) => cache.delete(old)));
}

/* Call before asking; call what comes back with the answer. */
export function remembering(path: string): ((answer: Response) => void) | undefined {
  const whose = rule(path);
  if (!whose) return undefined;
  const key = keyOf(path);
  const turn = kept('seen.turn');
  return (answer) => {
    if (whose === 'all' || turn === kept('seen.turn')) put(whose, key, answer).catch(() => undefined); // no room: the next time
  };
}

/* What was answered the last time, undefined when nothing was kept. */
export async function recall(path: string): Promise<unknown> {
  const whose = rule(path);
  const found = whose && (await caches.match(keyOf(path), { cacheName: names[whose] }));
  return found ? found.json() : undefined;
}

export async function forgetMine(): Promise<void> {
  keep('seen.turn', String(Date.now()));
  if ('caches' in globalThis) await caches.delete(names.mine);
}
