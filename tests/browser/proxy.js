// A line that breaks where a test wants it to. It stands between a browser and the
// server and understands one thing: where a sale is told.
import { connect, createServer } from 'node:net';

export async function proxy(target) {
  const open = new Set();
  const line = {
    mode: 'up', // up, down, swallow (a sale never arrives), deaf (its answer never comes back)
    told: 0,
    target,
    port: 0,
    /* down: whatever is open breaks too */
    set(mode) {
      line.mode = mode;
      if (mode === 'down') for (const socket of open) socket.destroy();
    },
    close: () => new Promise((done) => {
      for (const socket of open) socket.destroy();
      listener.close(done);
    }),
  };
  const listener = createServer((here) => {
    if (line.mode === 'down') return here.destroy();
    const there = connect(line.target, '127.0.0.1');
    for (const [a, b] of [[here, there], [there, here]]) {
      open.add(a);
      a.on('error', () => {});
      a.on('close', () => (open.delete(a), b.destroy()));
    }
    let deaf = false;
    here.on('data', (part) => {
      if (part.includes('POST /v1/till/sale ')) {
        line.told++;
        if (line.mode === 'swallow') return here.destroy();
        deaf = line.mode === 'deaf';
      }
      there.write(part);
    });
    there.on('data', (part) => (deaf ? here.destroy() : here.write(part)));
  });
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  line.port = listener.address().port;
  line.url = `http://127.0.0.1:${line.port}`;
  return line;
}
