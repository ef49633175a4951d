// What a page shows while its content comes, when it came, when it did not. A
// newer question makes an older answer worthless; the old content stays in sight
// until the new one is here, so nothing jumps.
import { untrack } from 'svelte';

export class Loaded<T> {
  #value = $state.raw<T | undefined>();
  fault = $state.raw<unknown>();
  busy = $state(false);
  #turn = 0;
  #last: (() => Promise<T>) | undefined;
  #going: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  get value(): T | undefined {
    return this.#value;
  }
  /* What a change answered. An answer that is still on its way may be older: it is not
   * taken, and asked for once more. */
  set value(value: T | undefined) {
    this.#turn++;
    this.#value = value;
    this.fault = undefined;
    this.busy = false;
    if (this.#going) void this.again();
  }

  load(from: () => Promise<T>): Promise<void> {
    this.#last = from;
    return this.#run(true);
  }

  /* Once more, quietly: an error keeps what is shown. While an answer is on its way it is
   * waited for first: however fast one asks, something comes. */
  again(): Promise<void> {
    if (!this.#last) return Promise.resolve();
    if (!this.#going) return this.#run(!!untrack(() => this.fault));
    return (this.#next ??= this.#going.then(() => {
      this.#next = undefined;
      return this.again();
    }));
  }

  #run(loud: boolean): Promise<void> {
    if (loud) this.busy = true;
    const going = this.#ask(++this.#turn, loud).then(() => {
      if (this.#going === going) this.#going = undefined;
    });
    return (this.#going = going);
  }

  async #ask(turn: number, loud: boolean): Promise<void> {
    try {
      const value = await this.#last!();
      if (turn !== this.#turn) return;
      this.#value = value;
      this.fault = undefined;
    } catch (fault) {
      if (turn !== this.#turn || !loud) return; // what is shown stays; the next change asks again
      this.fault = fault;
      this.#value = undefined;
    }
    this.busy = false;
  }
}
