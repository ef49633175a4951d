// Small things a browser keeps for its next visit. Nothing depends on them: a
// browser that keeps nothing asks once more.
export function kept(name: string): string {
  try {
    return localStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
}

export function keep(name: string, value: string): void {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // kept until the page is left
  }
}
