// The icons that phones and old browsers want as pictures, drawn from public/icon.svg:
// home screen (192, 512, one to be cut to any shape), Apple's (180, no corners of its
// own), favicon.ico (32). The drawing uses little of SVG: a rounded rectangle and
// strokes of straight lines, each a colour; anything else here is an error.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

/* ---- Reading the drawing ---- */

const attributes = (tag) => Object.fromEntries([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map((m) => [m[1], m[2]]));
const colour = (hex) => {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, '$&$&') : hex;
  return [1, 3, 5].map((at) => parseInt(full.slice(at, at + 2), 16));
};

/* "M9 21V9h14v12" as the ends of its lines. */
function lines(d) {
  const parts = [...d.matchAll(/([a-zA-Z])|(-?\d*\.?\d+)/g)].map((m) => m[1] ?? Number(m[2]));
  const list = [];
  let [x, y, command] = [0, 0, ''];
  while (parts.length) {
    if (typeof parts[0] === 'string') command = parts.shift();
    const [fromX, fromY] = [x, y];
    const base = command === command.toLowerCase() ? [x, y] : [0, 0];
    if (/[mlh]/i.test(command)) x = base[0] + parts.shift();
    if (/[mlv]/i.test(command)) y = base[1] + parts.shift();
    if (!/[mlhv]/i.test(command)) throw new Error(`icon.svg: "${command}" in a path is not known here`);
    if (/m/i.test(command)) command = command === 'm' ? 'l' : 'L';
    else list.push([fromX, fromY, x, y]);
  }
  return list;
}

function read(svg) {
  const [, , width, height] = attributes(svg.match(/<svg[^>]*>/)[0]).viewBox.split(' ').map(Number);
  const shapes = [...svg.matchAll(/<(rect|path)\b[^>]*>/g)].map(([tag, kind]) => {
    const a = attributes(tag);
    if (kind === 'rect') return { kind, round: Number(a.rx ?? 0), colour: colour(a.fill) };
    return { kind, lines: lines(a.d), half: Number(a['stroke-width']) / 2, colour: colour(a.stroke) };
  });
  if (width !== height || shapes[0]?.kind !== 'rect') throw new Error('icon.svg: a square with a ground is wanted');
  return { size: width, shapes };
}

/* ---- Drawing ---- */

function inRect(size, round, x, y) {
  const [dx, dy] = [x, y].map((v) => Math.max(round - v, v - (size - round), 0));
  return dx * dx + dy * dy <= round * round || (round === 0 && dx === 0 && dy === 0);
}

function onLine([x1, y1, x2, y2], half, x, y) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const t = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)));
  const [ex, ey] = [x - x1 - t * dx, y - y1 - t * dy];
  return ex * ex + ey * ey <= half * half;
}

/* What lies at a point: the last shape drawn there. `whole`: the ground fills the
 * square; `scale`: how much of it the drawing takes. */
function at(drawing, x, y, { whole, scale }) {
  const middle = drawing.size / 2;
  const [sx, sy] = [x, y].map((v) => (v - middle) / scale + middle);
  let found;
  for (const s of drawing.shapes) {
    if (s.kind === 'rect' && (whole || inRect(drawing.size, s.round, x, y))) found = s.colour;
    if (s.kind === 'path' && s.lines.some((line) => onLine(line, s.half, sx, sy))) found = s.colour;
  }
  return found;
}

const finer = 4; // points a pixel, each way

function pixels(drawing, size, how) {
  const out = Buffer.alloc(size * size * 4);
  const step = drawing.size / (size * finer);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sum = [0, 0, 0];
      let n = 0;
      for (let k = 0; k < finer * finer; k++) {
        const c = at(drawing, (x * finer + (k % finer) + 0.5) * step, (y * finer + Math.floor(k / finer) + 0.5) * step, how);
        if (!c) continue;
        c.forEach((v, i) => (sum[i] += v));
        n++;
      }
      out.set([...sum.map((v) => (n ? Math.round(v / n) : 0)), Math.round((n * 255) / (finer * finer))], (y * size + x) * 4);
    }
  }
  return out;
}

/* ---- Writing ---- */

const crcs = Int32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});
const crc = (bytes) => ~bytes.reduce((sum, byte) => crcs[(sum ^ byte) & 255] ^ (sum >>> 8), -1);

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeInt32BE(crc(body), body.length + 4);
  return whole;
}

function png(size, rgba) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const rows = Buffer.concat(Array.from({ length: size }, (_, y) => Buffer.concat([Buffer.from([0]), rgba.subarray(y * size * 4, (y + 1) * size * 4)])));
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

/* An .ico with one PNG in it. */
function ico(size, picture) {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(1, 4);
  head.set([size, size, 0, 0, 1, 0, 32, 0], 6);
  head.writeUInt32LE(picture.length, 14);
  head.writeUInt32LE(22, 18);
  return Buffer.concat([head, picture]);
}

export function icons(svg, dist) {
  const drawing = read(readFileSync(svg, 'utf8'));
  const draw = (size, how) => png(size, pixels(drawing, size, { whole: false, scale: 1, ...how }));
  writeFileSync(join(dist, 'icon-192.png'), draw(192));
  writeFileSync(join(dist, 'icon-512.png'), draw(512));
  writeFileSync(join(dist, 'icon-maskable-512.png'), draw(512, { whole: true, scale: 0.8 }));
  writeFileSync(join(dist, 'apple-touch-icon.png'), draw(180, { whole: true, scale: 0.9 }));
  writeFileSync(join(dist, 'favicon.ico'), ico(32, draw(32)));
}
