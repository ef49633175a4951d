// Opening hours in words, by the shop's own clock.
import type { Place } from 'kit/api/shop';
import { minutes } from 'kit/format';
import { t } from 'kit/i18n';

export function localNow(place: Place, now = new Date()): { weekday: number; min: number } {
  const local = new Date(now.getTime() + place.utc_offset_min * 60_000);
  return { weekday: (local.getUTCDay() + 6) % 7, min: local.getUTCHours() * 60 + local.getUTCMinutes() };
}

export function openText(place: Place): string {
  const hours = place.hours ?? [];
  if (!hours.length) return t('hours.always');
  const { weekday, min } = localNow(place);
  const today = hours.filter((h) => h.weekday === weekday);
  const now = today.find((h) => h.open_min <= min && min < h.close_min);
  if (now) return t('hours.until', { time: minutes(now.close_min) });
  const later = today.find((h) => h.open_min > min);
  if (later) return t('hours.from', { time: minutes(later.open_min) });
  for (let k = 1; k <= 7; k++) {
    const next = hours.find((h) => h.weekday === (weekday + k) % 7);
    if (next && k === 1) return t('hours.tomorrow', { time: minutes(next.open_min) });
    if (next) return t('hours.closed');
  }
  return t('hours.closed');
}
