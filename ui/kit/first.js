/* Which colours: the reader's choice, else the machine's; and how much stood first on his
 * home page. It runs in the head of every page, before anything is painted. */
(globalThis.dress = () => {
  const kept = (name) => {
    try {
      return localStorage.getItem(name) ?? '';
    } catch {
      return '';
    }
  };
  const theme = kept('theme');
  const asks = (what) => matchMedia(`(${what})`).matches;
  const on = document.documentElement.dataset;
  on.scheme = theme === 'dark' || (theme !== 'light' && asks('prefers-color-scheme: dark')) ? 'dark' : 'light';
  if (kept('going')) on.going = kept('going');
  on.contrast = theme === 'contrast' || asks('prefers-contrast: more') ? 'more' : 'normal';
})();
