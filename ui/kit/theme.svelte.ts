// Light, dark, high contrast, or as the machine says. first.js puts the choice on the
// page before the first paint; here it is made, kept, and followed.
import { keep, kept } from './hint';

export const themes = ['auto', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof themes)[number];

declare global {
  var dress: () => void;
}

let theme = $state<Theme>(themes.find((t) => t === kept('theme')) ?? 'auto');

export const chosen = (): Theme => theme;

export function choose(to: Theme): void {
  theme = to;
  keep('theme', to === 'auto' ? '' : to);
  globalThis.dress();
}

for (const what of ['prefers-color-scheme: dark', 'prefers-contrast: more']) matchMedia(`(${what})`).addEventListener('change', () => globalThis.dress());
window.addEventListener('storage', (e) => {
  if (e.key !== 'theme') return;
  theme = themes.find((t) => t === e.newValue) ?? 'auto';
  globalThis.dress();
});
