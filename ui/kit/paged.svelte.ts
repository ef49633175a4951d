// A list that comes page by page. What follows belongs to the first page it was asked
// after: when that is another, the list begins anew, and a page of the old one that
// comes late is not hung onto it.
import { Loaded } from './load.svelte';

interface Page<T> {
  items: T[];
  next?: string | undefined;
}

export class Paged<P extends Page<unknown>> extends Loaded<P> {
  #rest = $state.raw<{ first: P; items: P['items']; next: string | undefined }>();
  #read: ((after?: string) => Promise<P>) | undefined;
  reading = $state(false);

  get #mine() {
    return this.#rest?.first === this.value ? this.#rest : undefined;
  }
  get items(): P['items'] {
    return [...(this.value?.items ?? []), ...(this.#mine?.items ?? [])];
  }
  get next(): string | undefined {
    return this.#mine ? this.#mine.next : this.value?.next;
  }

  begin(read: (after?: string) => Promise<P>): Promise<void> {
    this.#read = read;
    return this.load(() => read());
  }

  async more(): Promise<void> {
    const [first, next] = [this.value, this.next];
    if (!first || !next || this.busy || this.reading) return;
    this.reading = true;
    try {
      const page = await this.#read!(next);
      if (first === this.value) this.#rest = { first, items: [...(this.#mine?.items ?? []), ...page.items], next: page.next };
    } finally {
      this.reading = false;
    }
  }
}
