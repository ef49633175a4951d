// Colleagues who may have a customer or a task about one; asked for once.
import * as api from 'kit/api/desk';
import type { Option } from 'kit/option';

let people = $state.raw<Option[]>([]);
let asked: Promise<void> | undefined;

export function colleagues(): Option[] {
  asked ??= api.mayKeep().then(
    ({ items }) => void (people = items.map((p) => ({ value: p.id, text: p.name }))),
    () => void (asked = undefined),
  );
  return people;
}

/* A day and an hour of the one who types them, as one moment and back. */
const evening = '18:00';
const two = (n: number) => String(n).padStart(2, '0');
export const moment = (day: string, hour: string): string | undefined => (day ? new Date(`${day}T${hour || evening}`).toISOString() : undefined);
export function dayOf(at: string | undefined): string {
  const d = at ? new Date(at) : undefined;
  return d ? `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}` : '';
}
export function timeOf(at: string | undefined): string {
  const d = at ? new Date(at) : undefined;
  return d ? `${two(d.getHours())}:${two(d.getMinutes())}` : evening;
}
