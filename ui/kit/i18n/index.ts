// Words of the screens in Russian and English. One dictionary file per language,
// the same keys in both (i18n.test.js); a count chooses the form by the language's
// own plural rules.
import en from './en.json';
import ru from './ru.json';
import { current, type Lang } from './lang.svelte';

export { current, setLang, type Lang } from './lang.svelte';

export type Key = keyof typeof ru;
type Forms = Partial<Record<Intl.LDMLPluralRule, string>>;
type Args = Record<string, string | number>;

const dictionaries: Record<Lang, Record<string, string | Forms>> = { ru, en };
const plurals = { ru: new Intl.PluralRules('ru'), en: new Intl.PluralRules('en') };

/* A short word never stays alone at the end of a line, nor a number without its
 * unit. */
function bind(text: string): string {
  return text
    .replace(/(?<=^|[\s(«])([А-Яа-яёЁ]{1,2}) (?=\S)/g, '$1\u00a0')
    .replace(/ — /g, '\u00a0— ')
    .replace(/(\d) (?=[а-яё₽%])/g, '$1\u00a0');
}

export function has(key: string): key is Key {
  return key in ru;
}

export function t(key: Key, args: Args = {}): string {
  const lang = current();
  const entry = dictionaries[lang][key];
  if (entry === undefined) return key;
  const text = typeof entry === 'string' ? entry : (entry[plurals[lang].select(Number(args.n ?? 0))] ?? entry.other);
  const full = (text ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = args[name];
    return value === undefined ? whole : typeof value === 'number' ? value.toLocaleString(lang) : value;
  });
  return lang === 'ru' ? bind(full) : full;
}

/* A word of the API ("pickup", "placed") in the reader's language; a word that
 * is newer than this page is shown as it came. */
export function word(family: string, value: string | undefined): string {
  const key = `${family}.${value}`;
  return has(key) ? t(key) : (value ?? '');
}
