// A barcode scanner is a keyboard that types faster than any hand and ends with
// Enter. What it typed goes to the screen's listener wherever the focus is, and
// not into the field that happened to have it.
const FASTEST_HAND_MS = 45;
const SHORTEST_CODE = 5;

interface Typed {
  text: string;
  last: number;
  field: HTMLInputElement | null;
  before: string;
}

export function scanner(hear: (code: string) => void, now: () => number = () => performance.now()): () => void {
  let typed: Typed = { text: '', last: 0, field: null, before: '' };

  function key(e: KeyboardEvent) {
    if (e.ctrlKey || e.altKey || e.metaKey || e.isComposing) return;
    const at = now();
    const fast = at - typed.last < FASTEST_HAND_MS;
    if (e.key === 'Enter') {
      if (fast && typed.text.length >= SHORTEST_CODE) {
        e.preventDefault();
        e.stopImmediatePropagation();
        putBack(typed);
        hear(typed.text);
      }
      typed = { text: '', last: 0, field: null, before: '' };
      return;
    }
    if (e.key.length !== 1) return;
    if (!fast) {
      const field = e.target instanceof HTMLInputElement ? e.target : null;
      typed = { text: '', last: at, field, before: field?.value ?? '' };
    }
    typed.text += e.key;
    typed.last = at;
  }

  addEventListener('keydown', key, true);
  return () => removeEventListener('keydown', key, true);
}

/* What the scanner typed into a field is not what the field was meant to say. */
function putBack({ field, before }: Typed): void {
  if (!field || field.value === before) return;
  field.value = before;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
