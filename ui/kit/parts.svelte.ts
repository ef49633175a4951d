// A long list is drawn a part in each frame, so that a press meanwhile is not kept
// waiting. `rest` is how many have no place yet: keep room for them.
import { untrack } from 'svelte';
import { painted } from './paint';

export function parts<T>(list: () => readonly T[], first = 12, step = 6) {
  let upTo = $state(first);
  let head: T | undefined;

  $effect.pre(() => {
    const all = list();
    if (all[0] !== head) upTo = first; // another list: from its beginning
    head = all[0];
    let going = true;
    const draw = async () => {
      while (going && untrack(() => upTo) < all.length) {
        await painted();
        if (going) upTo += step;
      }
    };
    void draw();
    return () => (going = false);
  });
  return {
    get shown() {
      return list().slice(0, upTo);
    },
    get rest() {
      return Math.max(0, list().length - upTo);
    },
  };
}
