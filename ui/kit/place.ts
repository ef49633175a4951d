// How a place is called, whichever way its chain writes names: the city stands
// before it once.
import type { Place } from './api/shop';

export function title(p: Place): string {
  return !p.city || p.name.includes(p.city) ? p.name : `${p.city}, ${p.name}`;
}

export function street({ city, address = '' }: { city?: string; address?: string }): string {
  return city && address.startsWith(`${city}, `) ? address.slice(city.length + 2) : address;
}
