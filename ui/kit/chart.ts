// The arithmetic of small charts.

/* Round numbers from zero (or below) past the highest: 0, 20, 40, 60. */
export function scale(values: number[], about = 4): number[] {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const rough = (high - low || 1) / about;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * ten).find((n) => n >= rough)!;
  const first = Math.floor(low / step);
  const steps = Math.max(1, Math.ceil(high / step) - first); // nothing but zeros has a height too
  return Array.from({ length: steps + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/* A line through what is known; a gap stays a gap. */
export function line(values: readonly (number | null)[], x: (k: number) => number, y: (v: number) => number): string {
  let pen = 'M';
  return values
    .map((v, k) => {
      if (v === null) return ((pen = 'M'), '');
      const part = `${pen}${x(k).toFixed(1)} ${y(v).toFixed(1)}`;
      pen = 'L';
      return part;
    })
    .join('');
}

/* At most `room` of the labels, evenly, the last one among them. */
export function thinned(n: number, room: number): number[] {
  const step = Math.max(1, Math.ceil(n / Math.max(1, room)));
  return Array.from({ length: n }, (_, k) => k).filter((k) => (n - 1 - k) % step === 0);
}
