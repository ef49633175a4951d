// How a place is called, whichever way its chain writes names: the city stands
// before it once.
import type { Place } from './api/shop';

export function title(p: Place): string {
  return !p.city || p.name.includes(p.city) ? p.name : `${p.city}, ${p.name}`;
}

export function street(p: Place): string {
  return p.city && p.address.startsWith(`${p.city}, `) ? p.address.slice(p.city.length + 2) : p.address;
}
