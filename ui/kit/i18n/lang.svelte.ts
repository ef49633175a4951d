// The language of the reader: chosen by hand, else the browser's, else Russian.
export type Lang = 'ru' | 'en';

function first(): Lang {
  try {
    const chosen = localStorage.getItem('lang');
    if (chosen === 'ru' || chosen === 'en') return chosen;
  } catch {
    // storage may be closed to us: the browser's language stands
  }
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
  try {
    localStorage.setItem('lang', to);
  } catch {
    // kept for this page only
  }
}
