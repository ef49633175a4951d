// The language of the reader: chosen by hand, else the browser's, else Russian.
import { kept, tell } from '../hint';

export type Lang = 'ru' | 'en';

function first(): Lang {
  const chosen = kept('lang');
  if (chosen === 'ru' || chosen === 'en') return chosen;
  return navigator.languages.some((l) => l.startsWith('ru')) || !navigator.language.startsWith('en') ? 'ru' : 'en';
}

const begun = first();
document.documentElement.lang = begun;
let lang = $state<Lang>(begun);

export function current(): Lang {
  return lang;
}

export function setLang(to: Lang): void {
  lang = to;
  document.documentElement.lang = to;
  tell('lang', to);
}
