/* Which colours: the reader's choice, else the machine's. It runs in the head of every page, before anything is painted. */
(globalThis.dress = () => {
  let theme = '';
  try {
    theme = localStorage.getItem('theme') ?? '';
  } catch {}
  const asks = (what) => matchMedia(`(${what})`).matches;
  const on = document.documentElement.dataset;
  on.scheme = theme === 'dark' || (theme !== 'light' && asks('prefers-color-scheme: dark')) ? 'dark' : 'light';
  on.contrast = theme === 'contrast' || asks('prefers-contrast: more') ? 'more' : 'normal';
})();
