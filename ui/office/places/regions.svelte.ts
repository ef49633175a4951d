// The regions, which the screens of places choose from.
import * as api from 'kit/api/goods';

let regions = $state.raw<api.Region[]>([]);

export const known = {
  get regions() {
    return regions;
  },
};

export async function readRegions(): Promise<void> {
  const all: api.Region[] = [];
  let after: string | undefined;
  do {
    const page = await api.regions({}, after);
    all.push(...page.items);
    after = page.next;
  } while (after);
  regions = all;
}

export const regionName = (id: string) => regions.find((r) => r.id === id)?.name ?? '';
export const regionOptions = () => regions.map((r) => ({ value: r.id, text: r.name, note: r.code }));

const hour = 60;
/* "10:00" of minutes after midnight, and back; undefined: no time. */
export const clock = (min: number | undefined) => (min === undefined ? '' : `${String(Math.floor(min / hour) % 24).padStart(2, '0')}:${String(min % hour).padStart(2, '0')}`);
export function minutesOf(text: string): number | undefined {
  const [, h, m] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  return h === undefined ? undefined : Number(h) * hour + Number(m);
}
/* The end of a day is its 24th hour, which a clock shows as 00:00. */
export const endOf = (text: string) => minutesOf(text) || 24 * hour;
