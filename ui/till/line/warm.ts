// The first scan of a day finds the code of a line compiled: one is drawn, where nobody
// sees it, while the till waits for something to do.
import { flushSync, mount, unmount } from 'svelte';
import Lines from '../Lines.svelte';
import type { Item } from 'kit/api/till';

const nothing = () => {};

export function warm(): void {
  requestIdleCallback(
    () => {
      const item: Item = { variant_id: '0', product_id: '0', name: '-', sku: '0', price_minor: 100, vat_bp: 0, weight_g: 0, warranty_days: 0, unit_tracked: false, active: true };
      const lines = [{ key: 0, item, qty: 1, serial: '', free: 1 }];
      const drawn = mount(Lines, { target: document.createElement('div'), props: { lines, at: 0, fault: undefined, drop: nothing, scanned: nothing } });
      flushSync();
      void unmount(drawn);
    },
    { timeout: 5000 },
  );
}
