// Reads what a spreadsheet program would: CSV as RFC 4180 says, the first sheet of an XLSX.
import { inflateRawSync } from 'node:zlib';

/* Rows of texts. */
export function csv(text, separator = ';') {
  const rows = [[]];
  let cell = '', quoted = false;
  for (let k = 0; k < text.length; k++) {
    const c = text[k];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[k + 1] === '"') cell += text[++k];
      else quoted = false;
    } else if (c === '"' && !cell) quoted = true;
    else if (c === separator || c === '\n') {
      rows.at(-1).push(cell);
      cell = '';
      if (c === '\n') rows.push([]);
    } else cell += c;
  }
  if (quoted || cell || rows.pop().length) throw new Error('the text ends inside a row');
  return rows;
}

/* { name: text } of an archive. */
export function unzip(bytes) {
  const files = {};
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = bytes.readUInt32LE(end + 16);
  for (let n = bytes.readUInt16LE(end + 10); n > 0; n--) {
    const [size, nameSize, extra, note] = [20, 28, 30, 32].map((k) => (k === 20 ? bytes.readUInt32LE(at + k) : bytes.readUInt16LE(at + k)));
    const from = bytes.readUInt32LE(at + 42);
    const data = from + 30 + bytes.readUInt16LE(from + 26) + bytes.readUInt16LE(from + 28);
    const part = bytes.subarray(data, data + size);
    files[bytes.toString('utf8', at + 46, at + 46 + nameSize)] = (bytes.readUInt16LE(at + 10) ? inflateRawSync(part) : part).toString();
    at += 46 + nameSize + extra + note;
  }
  return files;
}

const plain = (xml) => xml.replace(/&(lt|gt|amp|quot|apos|#(\d+));/g, (_, name, code) => (code ? String.fromCodePoint(Number(code)) : { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }[name]));

/* Rows of { A: text or number, ... }, and whatever is a formula. */
export function xlsx(bytes) {
  const files = unzip(bytes);
  const sheet = files['xl/worksheets/sheet1.xml'];
  const rows = [...sheet.matchAll(/<row [^>]*?(?:\/>|>(.*?)<\/row>)/gs)].map(([, row = '']) =>
    Object.fromEntries(
      [...row.matchAll(/<c r="([A-Z]+)\d+"([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)].map(([, column, how, inside = '']) => [
        column,
        how.includes('inlineStr') ? plain(/<t[^>]*>(.*?)<\/t>/s.exec(inside)?.[1] ?? '') : Number(/<v>(.*?)<\/v>/.exec(inside)?.[1]),
      ]),
    ),
  );
  return { rows, formulas: [...sheet.matchAll(/<f[ >]/g)].length, properties: files['docProps/core.xml'] };
}
