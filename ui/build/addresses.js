// The addresses that the shop's script knows, for the server: any other is answered
// with 404 (and the page, which says so kindly). Read from the shop's own source, so
// that a new screen needs no second list.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function addresses(ui, dist) {
  const source = readFileSync(join(ui, 'shop/App.svelte'), 'utf8');
  const found = [...new Set([...source.matchAll(/['"`](\/[a-z:/_-]*)['"`]/g)].map((m) => m[1]))].sort();
  if (!found.includes('/') || !found.includes('/basket')) throw new Error('the shop\'s addresses were not found in its source');
  writeFileSync(join(dist, 'addresses.txt'), found.join('\n') + '\n');
}
