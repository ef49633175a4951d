// A press is answered in the next frame; what takes long to draw comes after it.
// Resolves when the frame that shows what was changed until now has been painted (in a
// tab that nobody sees no frame comes: then soon).
export function painted(): Promise<void> {
  return new Promise((done) => {
    const late = setTimeout(done, 120);
    requestAnimationFrame(() =>
      setTimeout(() => {
        clearTimeout(late);
        done();
      }),
    );
  });
}
