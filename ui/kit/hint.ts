// Small things a browser keeps for its next visit. Nothing depends on them: a
// browser that keeps nothing asks once more.
export function kept(name: string): string {
  try {
    return localStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
}

/* Kept, and told to the server with each page: it draws the first picture by it. */
export function tell(name: string, value: string): void {
  keep(name, value);
  document.cookie = `prilavok_${name}=${value}; path=/; max-age=${value ? 31_536_000 : 0}; samesite=lax`;
}

export function keep(name: string, value: string): void {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // kept until the page is left
  }
}
