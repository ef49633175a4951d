// Distances on the sphere, for sorting shops: good to a metre or two.
import type { Place } from './api/shop';

export interface Point {
  lat: number;
  lon: number;
}

const rad = Math.PI / 180;

export function metres(a: Point, b: Point): number {
  const s =
    Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * 6_371_000 * Math.asin(Math.sqrt(s));
}

export function point(place: Place): Point | undefined {
  if (place.lat_e6 === undefined || place.lon_e6 === undefined) return undefined;
  return { lat: place.lat_e6 / 1e6, lon: place.lon_e6 / 1e6 };
}

/* A place without coordinates is farther than any other. */
export function metresFrom(from: Point, place: Place): number {
  const to = point(place);
  return to ? metres(from, to) : Infinity;
}
