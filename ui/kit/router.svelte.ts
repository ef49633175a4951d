// Which page of an app is open. A path pattern is "/product/:id"; links are plain
// <a href>, so that a middle click, a copied address and the back button work.
import { painted } from './paint';

export interface Here {
  path: string;
  query: URLSearchParams;
}

const read = (): Here => ({ path: location.pathname, query: new URLSearchParams(location.search) });
let here = $state.raw<Here>(read());

export function route(): Here {
  return here;
}

/* The site has changed since this page was loaded: the next page comes from there. */
let old = false;
export function renew(): void {
  old = true;
}

/* `by`: the link that was pressed. It shows that it was before another page is drawn. */
export function go(to: string, replace = false, by: Element = document.documentElement): void {
  if (to === location.pathname + location.search) return;
  if (old && new URL(to, location.href).pathname !== location.pathname) return location.assign(to);
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  if (here.path === location.pathname) here = read();
  else void walk(by);
}

async function walk(by: Element): Promise<void> {
  by.ariaBusy = 'true';
  await painted();
  by.ariaBusy = null;
  const from = here.path;
  here = read();
  if (here.path !== from) arrive();
}

/* A new page begins at its top, and a screen reader begins with its heading; a screen
 * that has put the cursor into its one field keeps it there. */
function arrive(): void {
  const before = document.activeElement;
  scrollTo(0, 0);
  requestAnimationFrame(() => {
    const now = document.activeElement;
    if (now === before || now === document.body) document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  });
}

export function match(pattern: string, path: string): Record<string, string> | null {
  const want = pattern.split('/');
  const have = path.replace(/\/$/, '').split('/');
  if (want.length !== have.length && !(pattern === '/' && path === '/')) return null;
  const args: Record<string, string> = {};
  for (const [k, part] of want.entries()) {
    if (part.startsWith(':')) args[part.slice(1)] = decodeURIComponent(have[k] ?? '');
    else if (part !== (have[k] ?? '')) return null;
  }
  return args;
}

/* `base` is the app's own path; links out of it load their page whole. */
export function start(base: string): void {
  addEventListener('popstate', () => (here = read()));
  document.addEventListener('click', (e) => {
    const link = (e.target as Element | null)?.closest?.('a[href]') as HTMLAnchorElement | null;
    if (!link || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    if (link.target || link.hasAttribute('download') || link.origin !== location.origin || link.hash) return;
    const others = ['/till', '/desk', '/office', '/kit', '/v1', '/openapi.json'].filter((p) => p !== base);
    if (base ? !link.pathname.startsWith(base) : others.some((p) => link.pathname.startsWith(p))) return;
    e.preventDefault();
    go(link.pathname + link.search, false, link);
  });
}
