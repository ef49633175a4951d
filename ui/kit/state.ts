// How an order's state looks: which colour, how far on its line.
export function tone(state: string): string {
  if (state === 'ready' || state === 'done') return 'good';
  if (state === 'cancelled' || state === 'expired') return 'bad';
  return 'warn';
}

export const open = (state: string) => ['placed', 'picking', 'ready'].includes(state);

export function stations(kind: string): string[] {
  if (kind === 'delivery') return ['placed', 'picking', 'shipped', 'done'];
  return ['placed', 'picking', 'ready', 'done'];
}

export function stationAt(kind: string, state: string): number {
  return stations(kind).indexOf(kind === 'delivery' && state === 'ready' ? 'picking' : state);
}
