// What was looked at on this device, newest first.
import { keep, kept } from 'kit/hint';

const most = 12;

export function seen(): string[] {
  return kept('seen').split(',').filter(Boolean);
}

export function see(product: string): void {
  keep('seen', [product, ...seen().filter((id) => id !== product)].slice(0, most).join());
}
