// Puts an app's service worker to work once the page is quiet, and sees to it that a
// new build is used: the next walk to another page loads that page anew.
import { renew } from '../router.svelte';

const hour = 3_600_000;

export function register(file: string, scope: string): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  let had = !!serviceWorker.controller;
  serviceWorker.addEventListener('controllerchange', () => {
    if (had) renew();
    had = true;
  });
  const begin = async () => {
    try {
      const at = await serviceWorker.register(file, { scope });
      let looked = Date.now();
      addEventListener('visibilitychange', () => {
        if (document.visibilityState !== 'visible' || Date.now() - looked < hour) return;
        looked = Date.now();
        at.update().catch(() => undefined); // no line: the next look is soon enough
      });
    } catch {
      // a browser that keeps nothing: the site works without
    }
  };
  const later = () => setTimeout(() => void begin(), 1500);
  if (document.readyState === 'complete') later();
  else addEventListener('load', later, { once: true });
}
