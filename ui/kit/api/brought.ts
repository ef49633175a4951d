// Answers that came with the page: the server knows what a page's first screen asks.
// Each is taken once, by the same question in any order of its words, within the
// page's first seconds and in the page's language.
import { current } from '../i18n';

const fresh_ms = 10_000;
const answers = new Map<string, unknown>();

function sorted(path: string): string {
  const url = new URL(path, location.origin);
  url.searchParams.sort();
  return url.pathname + url.search;
}

const text = document.getElementById('first')?.textContent;
const page = text ? (JSON.parse(text) as { lang: string; answers: Record<string, unknown> }) : undefined;
if (page) {
  for (const [path, answer] of Object.entries(page.answers)) answers.set(sorted(path), answer);
  setTimeout(() => answers.clear(), fresh_ms);
}

export function brought(path: string): unknown {
  if (!answers.size || page?.lang !== current()) return undefined;
  const key = sorted(path);
  const answer = answers.get(key);
  answers.delete(key);
  return answer;
}
