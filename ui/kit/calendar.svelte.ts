// Days for the calendars: strings outside, the library's dates inside. It would say
// English sentences into a live region of its own; one that is there already, and
// empty, keeps it silent, and the calendars speak the reader's language themselves.
import { CalendarDate, parseDate } from '@internationalized/date';
import { current } from './i18n';

export const toDate = (iso: string | undefined): CalendarDate | undefined => (iso ? parseDate(iso.slice(0, 10)) : undefined);

export const calendarLocale = () => (current() === 'ru' ? 'ru-RU' : 'en-GB');

export function silence(): void {
  if (document.querySelector('[data-bits-announcer]')) return;
  const mute = document.createElement('div');
  mute.dataset.bitsAnnouncer = '';
  mute.hidden = true;
  document.body.append(mute);
}

export interface Range {
  from: string;
  to: string;
}

const before = (days: number): Date => {
  const date = new Date();
  date.setDate(date.getDate() - days);
  return date;
};

/* The ranges that people ask for most, ends included. */
export const ranges = {
  today: () => [before(0), before(0)],
  yesterday: () => [before(1), before(1)],
  week: () => [before(6), before(0)],
  month: () => [before(29), before(0)],
  this_month: () => [new Date(before(0).getFullYear(), before(0).getMonth(), 1), before(0)],
  last_month: () => [new Date(before(0).getFullYear(), before(0).getMonth() - 1, 1), new Date(before(0).getFullYear(), before(0).getMonth(), 0)],
} satisfies Record<string, () => [Date, Date]>;
