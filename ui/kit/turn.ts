// One after another: what is asked while an answer is on its way waits for it. So no
// answer overtakes another, and a press or a scan that comes meanwhile is not lost.
export function inTurn(): <T>(work: () => T | Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
