// 1C as it speaks to a site: HTTP Basic, a cookie, parts, zip, import until it is done.
import { readFileSync, mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const sleep = (ms) => new Promise((later) => setTimeout(later, ms));

export class OneC {
  constructor(server, { login = '1c', password = 'prilavok', path = '/exchange/1c', type = 'catalog' } = {}) {
    Object.assign(this, { server, login, password, path, type, cookie: null, slowest: 0 });
  }

  async ask(mode, { filename, body, query = '' } = {}) {
    const headers = { Authorization: `Basic ${Buffer.from(`${this.login}:${this.password}`).toString('base64')}` };
    if (this.cookie) headers.Cookie = this.cookie;
    if (body) headers['Content-Type'] = 'application/octet-stream';
    const name = filename ? `&filename=${encodeURIComponent(filename)}` : '';
    const begun = performance.now();
    const answer = await fetch(`${this.server.url}${this.path}?type=${this.type}&mode=${mode}${name}${query}`, {
      method: body ? 'POST' : 'GET', headers, body,
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    this.slowest = Math.max(this.slowest, performance.now() - begun);
    const charset = /charset=([\w-]+)/.exec(answer.headers.get('content-type') ?? '')?.[1] ?? 'utf-8';
    const text = new TextDecoder(charset).decode(bytes);
    return { status: answer.status, text, bytes, charset, lines: text.split('\n') };
  }

  async checkauth() {
    const answer = await this.ask('checkauth');
    const [verdict, name, value] = answer.lines;
    if (verdict === 'success') this.cookie = `${name}=${value}`;
    return answer;
  }

  async init() {
    const answer = await this.ask('init');
    this.limit = Number(/file_limit=(\d+)/.exec(answer.text)?.[1]);
    return answer;
  }

  // The file in parts of the size the site asked for.
  async send(filename, bytes, part = this.limit) {
    for (let at = 0; at < bytes.length; at += part) {
      const answer = await this.ask('file', { filename, body: bytes.subarray(at, at + part) });
      if (answer.lines[0] !== 'success') return answer;
    }
    return { lines: ['success'] };
  }

  // 1C asks again as long as it is told "progress".
  async load(filename) {
    for (let k = 0; k < 600; k++) {
      const answer = await this.ask('import', { filename });
      if (answer.lines[0] !== 'progress') return { ...answer, asked: k + 1 };
    }
    throw new Error('the import does not end');
  }

  async exchange(files) {
    await this.checkauth();
    await this.init();
    const answers = [];
    for (const [name, bytes] of Object.entries(files)) {
      await this.send(name, Buffer.from(bytes));
      answers.push(await this.load(name));
    }
    return answers;
  }
}

export function zip(files) {
  const folder = mkdtempSync(join(tmpdir(), 'zip-'));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  execFileSync('zip', ['-q', '-r', 'all.zip', ...Object.keys(files)], { cwd: folder });
  const bytes = readFileSync(join(folder, 'all.zip'));
  rmSync(folder, { recursive: true });
  return bytes;
}

const head = (inside) => `<?xml version="1.0" encoding="UTF-8"?>
<КоммерческаяИнформация ВерсияСхемы="2.09" ДатаФормирования="2026-01-15T10:00:00">${inside}</КоммерческаяИнформация>`;

export const catalogue = (n, { full = false, from = 0 } = {}) => head(`
<Классификатор><Группы><Группа><Ид>group-1</Ид><Наименование>Из 1С</Наименование></Группа></Группы></Классификатор>
<Каталог СодержитТолькоИзменения="${!full}"><Ид>c</Ид><Товары>
${Array.from({ length: n }, (_, k) => `<Товар><Ид>good-${from + k}</Ид><Артикул>ONEC-${from + k}</Артикул><Наименование>Товар из 1С № ${from + k}</Наименование><Группы><Ид>group-1</Ид></Группы><СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>22</Ставка></СтавкаНалога></СтавкиНалогов></Товар>`).join('\n')}
</Товары></Каталог>`);

export const offers = (n, { stores = ['w-1'], qty = (k) => k + 1, price = 1000, from = 0, full = false } = {}) => head(`
<ПакетПредложений СодержитТолькоИзменения="${!full}"><Ид>c#</Ид>
<ТипыЦен><ТипЦены><Ид>retail</Ид><Наименование>Розничная</Наименование><Валюта>руб</Валюта><Налог><Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме></Налог></ТипЦены></ТипыЦен>
<Склады>${stores.map((s) => `<Склад><Ид>${s}</Ид><Наименование>Склад ${s}</Наименование></Склад>`).join('')}</Склады><Предложения>
${Array.from({ length: n }, (_, k) => `<Предложение><Ид>good-${from + k}</Ид><Наименование>Товар из 1С № ${from + k}</Наименование><Цены><Цена><ИдТипаЦены>retail</ИдТипаЦены><ЦенаЗаЕдиницу>${price + k}</ЦенаЗаЕдиницу><Валюта>руб</Валюта></Цена></Цены>${stores.map((s) => `<Склад ИдСклада="${s}" КоличествоНаСкладе="${qty(k)}"/>`).join('')}</Предложение>`).join('\n')}
</Предложения></ПакетПредложений>`);

export const rests = (n, stores, qty = () => 3) => head(`
<ПакетПредложений СодержитТолькоИзменения="true"><Ид>c#</Ид><Предложения>
${Array.from({ length: n }, (_, k) => `<Предложение><Ид>good-${k}</Ид><Остатки>${stores.map((s) => `<Остаток><Склад><Ид>${s}</Ид><Количество>${qty(k)}</Количество></Склад></Остаток>`).join('')}</Остатки></Предложение>`).join('\n')}
</Предложения></ПакетПредложений>`);

export const documents = (inside) => head(inside);
