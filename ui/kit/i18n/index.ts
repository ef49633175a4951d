// Words of the screens in Russian and English: the kit's here, each app's own in its
// `words/`, which its first script hands to learn(). The same keys in both languages
// (i18n.test.js); a count chooses the form by the language's own plural rules.
import en from './en.json';
import ru from './ru.json';
import { current, type Lang } from './lang.svelte';

export { current, setLang, type Lang } from './lang.svelte';

export type Key =
  | keyof typeof ru
  | keyof typeof import('../../shop/words/ru.json')
  | keyof typeof import('../../till/words/ru.json')
  | keyof typeof import('../../desk/words/ru.json')
  | keyof typeof import('../../office/words/ru.json')
  | keyof typeof import('../gallery/words/ru.json');
type Forms = Partial<Record<Intl.LDMLPluralRule, string>>;
type Args = Record<string, string | number>;

type Words = Record<string, string | Forms>;

const dictionaries: Record<Lang, Words> = { ru: { ...ru }, en: { ...en } };
const numbers = { ru: new Intl.NumberFormat('ru'), en: new Intl.NumberFormat('en') };
const plurals = { ru: new Intl.PluralRules('ru'), en: new Intl.PluralRules('en') };

/* The words of an app join the kit's. */
export function learn(words: Record<Lang, Words>): void {
  Object.assign(dictionaries.ru, words.ru);
  Object.assign(dictionaries.en, words.en);
}

/* A short word never stays alone at the end of a line, nor a number without its
 * unit. */
function bind(text: string): string {
  return text
    .replace(/(?<=^|[\s(«])([А-Яа-яёЁ]{1,2}) (?=\S)/g, '$1\u00a0')
    .replace(/ — /g, '\u00a0— ')
    .replace(/(\d) (?=[а-яё₽%])/g, '$1\u00a0');
}

export function has(key: string): key is Key {
  return key in dictionaries.ru;
}

export function t(key: Key, args: Args = {}): string {
  const lang = current();
  const entry = dictionaries[lang][key];
  if (entry === undefined) return key;
  const text = typeof entry === 'string' ? entry : (entry[plurals[lang].select(Number(args.n ?? 0))] ?? entry.other);
  const full = (text ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = args[name];
    return value === undefined ? whole : typeof value === 'number' ? numbers[lang].format(value) : value;
  });
  return lang === 'ru' ? bind(full) : full;
}

/* A word of the API ("pickup", "placed") in the reader's language; a word that
 * is newer than this page is shown as it came. */
export function word(family: string, value: string | undefined): string {
  const key = `${family}.${value}`;
  return has(key) ? t(key) : (value ?? '');
}
