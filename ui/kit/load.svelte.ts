// What a page shows while its content comes, when it came, when it did not. A
// newer call makes an older answer worthless; the old content stays in sight
// until the new one is here, so nothing jumps.
export class Loaded<T> {
  value = $state.raw<T | undefined>();
  fault = $state.raw<unknown>();
  busy = $state(false);
  #turn = 0;
  #last: (() => Promise<T>) | undefined;

  async load(from: () => Promise<T>): Promise<void> {
    const turn = ++this.#turn;
    this.#last = from;
    this.busy = true;
    try {
      const value = await from();
      if (turn !== this.#turn) return;
      this.value = value;
      this.fault = undefined;
    } catch (fault) {
      if (turn !== this.#turn) return;
      this.fault = fault;
      this.value = undefined;
    }
    this.busy = false;
  }

  /* Once more, quietly: an error keeps what is shown. */
  async again(): Promise<void> {
    const from = this.#last;
    if (!from) return;
    if (this.fault) return this.load(from);
    const turn = ++this.#turn;
    try {
      const value = await from();
      if (turn === this.#turn) this.value = value;
    } catch {
      // what is shown stays; the next change asks again
    }
  }
}
