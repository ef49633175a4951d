// A barcode scanner is a keyboard that types faster than any hand and ends with
// Enter. What it typed goes to the screen's listener wherever the focus is, and
// not into the field that happened to have it.
//
// A busy computer may hold one key back for a moment, so the pace is judged over
// the whole code: nobody types five characters at 50 ms each.
const PAUSE_MS = 200;
const PACE_MS = 50;
const SHORTEST_CODE = 5;

interface Typed {
  text: string;
  first: number;
  last: number;
  field: HTMLInputElement | null;
  before: string;
}

export function scanner(hear: (code: string) => void): () => void {
  const nothing: Typed = { text: '', first: 0, last: -Infinity, field: null, before: '' };
  let typed = nothing;

  function key(e: KeyboardEvent) {
    if (e.ctrlKey || e.altKey || e.metaKey || e.isComposing) return;
    const at = e.timeStamp;
    const goesOn = at - typed.last < PAUSE_MS;
    if (e.key === 'Enter') {
      if (goesOn && typed.text.length >= SHORTEST_CODE && (at - typed.first) / typed.text.length < PACE_MS) {
        e.preventDefault();
        e.stopImmediatePropagation();
        putBack(typed);
        hear(typed.text);
      }
      typed = nothing;
      return;
    }
    if (e.key.length !== 1) return;
    if (!goesOn) {
      const field = e.target instanceof HTMLInputElement ? e.target : null;
      typed = { text: '', first: at, last: at, field, before: field?.value ?? '' };
    }
    typed = { ...typed, text: typed.text + e.key, last: at };
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
