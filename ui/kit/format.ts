// Money, dates, phones, distances as a reader of this language writes them.
import { current } from './i18n';

type Format = Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat;
const cache = new Map<string, Format>();

function made<T extends Format>(key: string, make: () => T): T {
  let format = cache.get(key) as T | undefined;
  if (!format) cache.set(key, (format = make()));
  return format;
}

/* Kopecks: "1 234,50 ₽", whole roubles without decimals: "1 234 ₽". */
export function money(minor: number): string {
  const lang = current();
  const digits = minor % 100 === 0 ? 0 : 2;
  const format = made(`money ${lang} ${digits}`, () =>
    new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  return `${format.format(minor / 100).replace(/\s/g, '\u00a0')}\u00a0₽`;
}

/* What a person typed: "1 234,5" to 123450; null when it is no amount. */
export function moneyRead(text: string): number | null {
  const clean = text.replace(/[\s\u00a0₽]/g, '').replace(',', '.');
  if (!/^\d{1,12}(\.\d{1,2})?$/.test(clean)) return null;
  return Math.round(Number(clean) * 100);
}

/* As it stands in a field: 123450 to "1234,50", 123400 to "1234". */
export function moneyTyped(minor: number): string {
  const text = minor % 100 ? (minor / 100).toFixed(2) : String(minor / 100);
  return current() === 'ru' ? text.replace('.', ',') : text;
}

export function count(n: number): string {
  const lang = current();
  return made(`count ${lang}`, () => new Intl.NumberFormat(lang)).format(n);
}

/* The clock of a place: its offset from UTC in minutes; absent: the reader's. */
function clock(at: string | Date, offsetMin: number | undefined): [Date, string | undefined] {
  const date = typeof at === 'string' ? new Date(at) : at;
  return offsetMin === undefined ? [date, undefined] : [new Date(date.getTime() + offsetMin * 60_000), 'UTC'];
}

function dated(at: string | Date, offsetMin: number | undefined, name: string, parts: Intl.DateTimeFormatOptions): string {
  const lang = current();
  const [date, timeZone] = clock(at, offsetMin);
  return made(`${name} ${lang} ${timeZone}`, () => new Intl.DateTimeFormat(lang === 'ru' ? 'ru-RU' : 'en-GB', { ...parts, timeZone }))
    .format(date)
    .replace(/ (?=\S)/g, '\u00a0');
}

export function time(at: string | Date, offsetMin?: number): string {
  return dated(at, offsetMin, 'time', { hour: '2-digit', minute: '2-digit' });
}

/* "22 ноября"; of another year "22 ноября 2025". */
export function day(at: string | Date, offsetMin?: number): string {
  const year = new Date().getFullYear() === new Date(at).getFullYear() ? undefined : 'numeric';
  return dated(at, offsetMin, `day ${year}`, { day: 'numeric', month: 'long', year }).replace(/\u00a0г\.$/, '');
}

export function dayTime(at: string | Date, offsetMin?: number): string {
  return `${day(at, offsetMin)}, ${time(at, offsetMin)}`;
}

function dayNumber(at: string | Date, offsetMin: number | undefined): number {
  const [date, timeZone] = clock(at, offsetMin);
  return Math.floor((date.getTime() - (timeZone ? 0 : date.getTimezoneOffset() * 60_000)) / 86_400_000);
}

/* "сегодня, 18:30", "завтра, 10:00", "24 ноября, 10:00". */
export function when(at: string | Date, offsetMin?: number): string {
  const days = dayNumber(at, offsetMin) - dayNumber(new Date(), offsetMin);
  if (days < -1 || days > 1) return dayTime(at, offsetMin);
  const near = made(`near ${current()}`, () => new Intl.RelativeTimeFormat(current(), { numeric: 'auto' }));
  return `${near.format(days, 'day')}, ${time(at, offsetMin)}`;
}

/* "+79161234567" to "+7 916 123-45-67". */
export function phone(e164: string): string {
  const m = /^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(e164);
  return m ? `+7\u00a0${m[1]}\u00a0${m[2]}-${m[3]}-${m[4]}` : e164;
}

export function distance(metres: number): string {
  const lang = current();
  const [value, unit] = metres < 950 ? [Math.round(metres / 50) * 50, 'meter'] : [metres / 1000, 'kilometer'];
  const format = made(`distance ${lang} ${unit}`, () =>
    new Intl.NumberFormat(lang, { style: 'unit', unit, maximumFractionDigits: unit === 'meter' || value >= 10 ? 0 : 1 }),
  );
  return format.format(value);
}

/* Minutes after midnight: 600 to "10:00". */
export function minutes(min: number): string {
  return `${String(Math.floor(min / 60)).padStart(2, '0')}:${String(min % 60).padStart(2, '0')}`;
}

/* 0.256 to "26 %". */
export function percent(share: number, digits = 0): string {
  const lang = current();
  return made(`percent ${lang} ${digits}`, () => new Intl.NumberFormat(lang, { style: 'percent', maximumFractionDigits: digits })).format(share).replace('-', '\u2212');
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/* "5 минут назад", "через 2 часа"; within a minute "сейчас", past a month the day. */
export function ago(at: string | Date, now: Date = new Date()): string {
  const seconds = (new Date(at).getTime() - now.getTime()) / 1000;
  const lang = current();
  const format = made(`ago ${lang}`, () => new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }));
  if (Math.abs(seconds) > 30 * 86_400) return day(at);
  const step = steps.find(([, size]) => Math.abs(seconds) >= size);
  return step ? format.format(Math.trunc(seconds / step[1]), step[0]) : format.format(0, 'second');
}

/* A day without a clock: "2026-11-21" to "21.11.2026" (English: "21/11/2026"). */
export function dayShort(iso: string): string {
  const m = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso);
  return m ? [m[3], m[2], m[1]].join(current() === 'ru' ? '.' : '/') : '';
}

/* What a person typed for a day: "21.11.2026", "21.11" (this year), "211126"; null
 * when there is no such day. */
export function dayRead(text: string, today: Date = new Date()): string | null {
  const m = /^(\d{1,2})[.\/ -](\d{1,2})(?:[.\/ -](\d{2}|\d{4}))?$/.exec(text.trim()) ?? /^(\d{2})(\d{2})(\d{2}|\d{4})?$/.exec(text.trim());
  if (!m) return null;
  const year = m[3] === undefined ? today.getFullYear() : Number(m[3]) + (m[3].length === 2 ? 2000 : 0);
  const [month, of] = [Number(m[2]), Number(m[1])];
  const date = new Date(Date.UTC(year, month - 1, of));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== of) return null;
  return date.toISOString().slice(0, 10);
}

/* The day of a moment on the reader's calendar: "2026-11-21". */
export function isoDay(at: Date): string {
  return [at.getFullYear(), String(at.getMonth() + 1).padStart(2, '0'), String(at.getDate()).padStart(2, '0')].join('-');
}

/* Digits of a Russian number as they are typed: "9161234567", "8916…", "+7916…". */
export function phoneDigits(text: string): string {
  const digits = text.replace(/\D/g, '');
  return (/^[78]/.test(digits) ? digits.slice(1) : digits).slice(0, 10);
}

/* As far as it is typed: "+7 916 12". */
export function phoneTyped(text: string): string {
  const d = phoneDigits(text);
  if (!d) return '';
  const [a, b, c, e] = [d.slice(0, 3), d.slice(3, 6), d.slice(6, 8), d.slice(8, 10)];
  return `+7 ${a}${b && ` ${b}`}${c && `-${c}`}${e && `-${e}`}`;
}
