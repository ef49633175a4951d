// What people do on our own pages, told as any other site's pages would tell it: by
// Segment's protocol, a few together. Who asks not to be followed is not.
import { uuid } from './api/client';
import { keep, kept } from './hint';

type Event = Record<string, unknown>;
let waiting: Event[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let key = '';
let app = false;
let who: string | undefined;

/* The browser's own wish, or what was said on the page of consents. */
export const asked = (): boolean => navigator.doNotTrack === '1' || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
export const silent = (): boolean => asked() || kept('no_track') === '1';

export function beSilent(on: boolean): void {
  keep('no_track', on ? '1' : '');
  if (!on) return;
  waiting = [];
  keep('device', '');
}

/* A number of this browser's own; it says nothing about who it is. */
function device(): string {
  const was = kept('device');
  if (was) return was;
  const now = uuid();
  keep('device', now);
  return now;
}

function context(): Event {
  const at = new URLSearchParams(location.search);
  const campaign = Object.fromEntries(['source', 'medium', 'campaign', 'term', 'content'].flatMap((n) => (at.get(`utm_${n}`) ? [[n === 'campaign' ? 'name' : n, at.get(`utm_${n}`)]] : [])));
  return {
    page: { path: location.pathname, url: location.href, referrer: document.referrer, title: document.title },
    locale: document.documentElement.lang,
    ...(Object.keys(campaign).length && { campaign }),
  };
}

/* The server says when the chain wants no reports of its pages: then there are none. */
async function send(body: string): Promise<void> {
  const reply = await fetch('/v1/batch', { method: 'POST', body, keepalive: true });
  if (reply.ok && ((await reply.json()) as { off?: boolean }).off) key = '';
}

function flush(leaving = false): void {
  clearTimeout(timer);
  timer = undefined;
  if (!waiting.length || !navigator.onLine) return;
  const body = JSON.stringify({ writeKey: key, sentAt: new Date().toISOString(), batch: waiting.splice(0, 100) });
  if (!leaving || !navigator.sendBeacon?.('/v1/batch', new Blob([body], { type: 'text/plain' }))) void send(body).catch(() => {});
}

function put(event: Event): void {
  if (!key || silent()) return;
  if (waiting.length >= 200) waiting.shift();
  waiting.push({ messageId: uuid(), anonymousId: event.anonymousId ?? device(), ...(who && { userId: who }), timestamp: new Date().toISOString(), context: context(), ...event });
  if (waiting.length >= 20 && navigator.onLine) flush();
  else timer ??= setTimeout(flush, 1500, false);
}

/* Once, by an app: its write key. What was not sent goes when the page is left. An
 * installed page has screens. */
export function reportAs(writeKey: string, installed = false): void {
  key = writeKey;
  app = installed;
  addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && flush(true));
  addEventListener('pagehide', () => flush(true));
}

export function reportPerson(id: string | undefined): void {
  if (id === who) return;
  who = id;
  if (id) put({ type: 'identify', traits: {} });
}

export const page = (properties: Event = {}): void => put({ ...(app ? { type: 'screen', name: location.pathname } : { type: 'page' }), properties: { path: location.pathname, ...properties } });
export const did = (event: string, properties: Event = {}): void => put({ type: 'track', event, properties });

/* What is done for somebody else at this screen: `as` is not this browser's own. */
export const didFor = (as: { anonymousId: string; userId?: string }, event: string, properties: Event): void => put({ type: 'track', event, properties, ...as });
