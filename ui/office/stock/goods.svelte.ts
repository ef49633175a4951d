// What the goods of a paper are called: its lines name them by number alone.
import { said } from 'kit/api/client';
import { nameOf } from 'kit/api/floor';
import type { Shapes } from 'kit/api/shop';
import { complain } from 'kit/toast.svelte';

type Item = Shapes['CatalogItem'];

/* Those that `wanted` lists, asked for as it changes. Made while a component begins. */
export class Goods {
  #known = $state.raw(new Map<string, Item>());

  constructor(wanted: () => string[]) {
    $effect(() => {
      const strange = wanted().filter((id) => !this.#known.has(id));
      if (strange.length) void this.#ask(strange);
    });
  }

  of = (variant: string): Item | undefined => this.#known.get(variant);

  async #ask(strange: string[]): Promise<void> {
    try {
      const found = await Promise.all(strange.map(nameOf));
      this.#known = new Map([...this.#known, ...found.map((item) => [item.variant_id, item] as const)]);
    } catch (fault) {
      complain(said(fault));
    }
  }
}
