// Short words at the edge of the screen: what was done, and how to undo it.
export interface Toast {
  id: number;
  text: string;
  bad?: boolean | undefined;
  undo?: (() => void) | undefined;
}

let shown = $state<Toast[]>([]);
const ends = new Map<number, () => void>();
let last = 0;

export function toasts(): Toast[] {
  return shown;
}

function show(toast: Omit<Toast, 'id'>, ms: number, end?: () => void): number {
  const id = ++last;
  shown = [...shown.slice(-2), { id, ...toast }];
  const timer = setTimeout(() => close(id), ms);
  ends.set(id, () => (clearTimeout(timer), end?.()));
  return id;
}

export function close(id: number): void {
  shown = shown.filter((t) => t.id !== id);
  ends.get(id)?.();
  ends.delete(id);
}

export const tell = (text: string) => void show({ text }, 5000);
export const complain = (text: string) => void show({ text, bad: true }, 8000);

/* It is done; here is the way back. The answer takes the way back away. */
export function tellUndo(text: string, takeBack: () => void): () => void {
  const id = show({ text, undo: () => (close(id), takeBack()) }, 8000);
  return () => close(id);
}

/* Instead of "are you sure?": it is done unless taken back in time. `act` runs
 * when the toast goes, also when the page is left. */
export function unlessUndone(text: string, act: () => void, takeBack: () => void, ms = 6000): void {
  let over = false;
  const finish = () => {
    if (over) return;
    over = true;
    removeEventListener('pagehide', finish);
    act();
  };
  addEventListener('pagehide', finish);
  const id = show(
    {
      text,
      undo: () => {
        over = true;
        removeEventListener('pagehide', finish);
        takeBack();
        close(id);
      },
    },
    ms,
    finish,
  );
}
