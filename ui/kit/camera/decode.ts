// What code is in a picture: the browser's own reader where it has one that knows all
// our kinds, else a small one that is loaded when a camera is first opened.
export interface Code {
  text: string;
  kind: 'qr' | 'ean' | 'other';
}

export type Decoder = (picture: ImageData) => Promise<Code | null>;

interface Detector {
  detect(image: ImageData): Promise<{ rawValue: string; format: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const formats = ['qr_code', 'ean_13', 'ean_8', 'code_128'];

export function kindOf(format: string): Code['kind'] {
  if (/qr/i.test(format)) return 'qr';
  return /ean|upc/i.test(format) ? 'ean' : 'other';
}

async function native(): Promise<Decoder | null> {
  const Class = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (!Class) return null;
  const has = await Class.getSupportedFormats().catch((): string[] => []);
  if (!formats.every((f) => has.includes(f))) return null;
  const detector = new Class({ formats });
  return async (picture) => {
    const found = (await detector.detect(picture))[0];
    return found ? { text: found.rawValue, kind: kindOf(found.format) } : null;
  };
}

let one: Promise<Decoder> | undefined;

export function decoder(): Promise<Decoder> {
  return (one ??= native().then((found) => found ?? import('./reader').then((m) => m.decode)));
}
