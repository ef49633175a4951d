// The rows of a file as text: a spreadsheet (XLSX) is a zip of XML, anything else is
// text already. A cell a tab, a row a line.

const end_mark = 0x06054b50;
const entry_mark = 0x02014b50;
const most_chars = 900_000;

interface Entry {
  name: string;
  packed: boolean;
  size: number;
  at: number;
}

/* What the zip's directory, which stands at its end, lists. */
function entries(view: DataView): Entry[] {
  let end = view.byteLength - 22;
  while (end > 0 && view.getUint32(end, true) !== end_mark) end--;
  const found: Entry[] = [];
  for (let at = view.getUint32(end + 16, true), n = view.getUint16(end + 10, true); n > 0 && view.getUint32(at, true) === entry_mark; n--) {
    const name_bytes = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, name_bytes));
    found.push({ name, packed: view.getUint16(at + 10, true) === 8, size: view.getUint32(at + 20, true), at: view.getUint32(at + 42, true) });
    at += 46 + name_bytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return found;
}

async function unpack(view: DataView, e: Entry): Promise<string> {
  const from = e.at + 30 + view.getUint16(e.at + 26, true) + view.getUint16(e.at + 28, true);
  const bytes = new Uint8Array(view.buffer.slice(from, from + e.size) as ArrayBuffer);
  if (!e.packed) return new TextDecoder().decode(bytes);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text();
}

const inside = (of: Element, tag: string) => [...of.getElementsByTagNameNS('*', tag)];
const textOf = (of: Element) => inside(of, 't').map((x) => x.textContent ?? '').join('');
const parse = (xml: string) => new DOMParser().parseFromString(xml, 'application/xml').documentElement;

function sheetLines(sheet: Element, shared: string[]): string[] {
  return inside(sheet, 'row').map((row) =>
    inside(row, 'c')
      .map((cell) => {
        const value = inside(cell, 'v')[0]?.textContent ?? '';
        return cell.getAttribute('t') === 's' ? (shared[Number(value)] ?? '') : textOf(cell) || value;
      })
      .join('\t'),
  );
}

async function spreadsheet(bytes: ArrayBuffer): Promise<string> {
  const view = new DataView(bytes);
  const all = entries(view);
  const read = async (name: string) => {
    const entry = all.find((e) => e.name === name);
    return entry ? parse(await unpack(view, entry)) : undefined;
  };
  const strings = await read('xl/sharedStrings.xml');
  const shared = strings ? inside(strings, 'si').map(textOf) : [];
  const lines: string[] = [];
  for (const sheet of all.filter((e) => /^xl\/worksheets\/[^/]+\.xml$/.test(e.name))) lines.push(...sheetLines(parse(await unpack(view, sheet)), shared));
  /* Its properties say whose it is, as long as nobody took them out. */
  const said = await read('docProps/core.xml');
  return [...lines, said?.textContent ?? ''].join('\n');
}

export async function rowsOf(file: File): Promise<string> {
  const bytes = await file.arrayBuffer();
  const zip = bytes.byteLength > 22 && new DataView(bytes).getUint32(0, true) === 0x04034b50;
  if (zip) return (await spreadsheet(bytes)).slice(0, most_chars);
  const utf8 = new TextDecoder().decode(bytes);
  return (utf8.includes('\ufffd') ? new TextDecoder('windows-1251').decode(bytes) : utf8).slice(0, most_chars);
}
