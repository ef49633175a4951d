// What can be done by one key on the screen that is open. A component says its keys
// while it is shown; `?` lists them all (Keys.svelte).
import { untrack } from 'svelte';
import type { Key } from './i18n';

export interface OneKey {
  /* "F2", "Ctrl+Enter", "/": as KeyboardEvent.key names it. */
  keys: string;
  name: Key;
  /* Absent: somebody else listens to it; here it is only listed. */
  act?: () => void;
}

let groups = $state.raw<OneKey[][]>([]);

export const known = (): OneKey[] => {
  const seen = new Set<string>();
  return groups.flat().filter((k) => !seen.has(k.keys + k.name) && seen.add(k.keys + k.name));
};

const typing = (e: KeyboardEvent) => e.target instanceof Element && !!e.target.closest('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]');

function pressed(e: KeyboardEvent, keys: string): boolean {
  const parts = keys.split('+');
  const key = keys === '+' ? '+' : parts.pop()!;
  const has = (name: string) => parts.includes(name);
  if (e.ctrlKey !== has('Ctrl') || e.altKey !== has('Alt') || e.metaKey) return false;
  if (key.length > 1) return e.key === key && e.shiftKey === has('Shift');
  // A letter or a sign without Ctrl belongs to the field that has the cursor.
  if (!has('Ctrl') && !has('Alt') && typing(e)) return false;
  return e.key === key || (key === '/' && e.code === 'Slash' && !e.shiftKey) || (key === '?' && e.code === 'Digit7' && e.shiftKey) || (key === '?' && e.code === 'Slash' && e.shiftKey);
}

function hear(e: KeyboardEvent) {
  if (e.defaultPrevented || document.querySelector('dialog[open]')) return;
  const found = groups.flat().findLast((k) => k.act && pressed(e, k.keys));
  if (!found) return;
  e.preventDefault();
  found.act!();
}

let listeners = 0;

/* In a component's script: these keys are its own while it is shown. */
export function keyed(keys: OneKey[]): void {
  $effect(() => {
    untrack(() => (groups = [...groups, keys]));
    if (!listeners++) addEventListener('keydown', hear);
    return () => {
      untrack(() => (groups = groups.filter((g) => g !== keys)));
      if (!--listeners) removeEventListener('keydown', hear);
    };
  });
}
