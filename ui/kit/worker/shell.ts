// A service worker's common part: the app's page and its built files are there when
// the line is not. It keeps nothing else: what the API answered is the page's affair
// (kit/seen.ts), so nobody's answers lie in a worker's cache.
//
// A worker made of a new build takes over at once. Files of the build before stay
// one build longer: a page that is still open may want a lazy part of its own.
export interface Shell {
  version: string;
  page: string; // "/index.html": answers for every address of the app
  files: string[]; // of this build, by names that change with their content
}

const PATIENCE_MS = 5000;

/* What of a worker's own world is used here: its whole type library would change that
 * of the pages. */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lasting {
  readonly request: Request;
  readonly preloadResponse: Promise<Response | undefined>;
  respondWith(answer: Promise<Response>): void;
}
export interface Worker {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  readonly registration: ServiceWorkerRegistration;
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', hear: (e: Lasting) => void): void;
  addEventListener(type: 'fetch', hear: (e: Asked) => void): void;
}

export function serveShell(worker: Worker, app: string, shell: Shell, owns: (path: string) => boolean): void {
  const prefix = `${app}-`;
  const mine = prefix + shell.version;

  async function install(): Promise<void> {
    const cache = await caches.open(mine);
    await cache.addAll([new Request(shell.page, { cache: 'reload' }), ...shell.files]);
    await worker.skipWaiting();
  }

  async function activate(): Promise<void> {
    const names = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== mine);
    await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)));
    await worker.registration.navigationPreload?.enable();
    await worker.clients.claim();
  }

  const answer = async (e: Asked) => (await e.preloadResponse) ?? (await fetch(e.request));

  /* A line that swallows every word is none. */
  const soon = <T>(what: Promise<T>) => Promise.race([what, new Promise<T>((_, late) => setTimeout(() => late(new Error('late')), PATIENCE_MS))]);

  /* The server's page, which knows today's prices; without a line the shell. */
  async function page(e: Asked): Promise<Response> {
    try {
      return await soon(answer(e));
    } catch (fault) {
      const kept = await caches.match(shell.page, { cacheName: mine });
      if (kept) return kept;
      throw fault;
    }
  }

  const file = async (request: Request) => (await caches.match(request)) ?? fetch(request);

  worker.addEventListener('install', (e) => e.waitUntil(install()));
  worker.addEventListener('activate', (e) => e.waitUntil(activate()));
  worker.addEventListener('fetch', (e) => {
    const url = new URL(e.request.url);
    if (e.request.method !== 'GET' || url.origin !== worker.location.origin || !owns(url.pathname)) return;
    if (e.request.mode === 'navigate') e.respondWith(page(e));
    else if (shell.files.includes(url.pathname) || url.pathname.startsWith('/assets/')) e.respondWith(file(e.request));
  });
}
