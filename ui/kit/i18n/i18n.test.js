// The dictionaries hold together: the same keys and names in both languages, every
// key that a screen asks for, a wording for every error and right of the server.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const ui = fileURLToPath(new URL('../..', import.meta.url));
const read = (path) => readFileSync(join(ui, path), 'utf8');
const apps = ['shop', 'till', 'desk', 'office'];
const folders = ['kit/i18n', 'kit/gallery/words', ...apps.map((app) => `${app}/words`)];
const all = (lang) => folders.map((folder) => JSON.parse(read(`${folder}/${lang}.json`)));
const ru = Object.assign({}, ...all('ru'));
const en = Object.assign({}, ...all('en'));
const forms = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry));
const names = (entry) => [...new Set(forms(entry).flatMap((s) => s.match(/\{\w+\}/g) ?? []))].sort();

const textOf = (folder) =>
  readdirSync(join(ui, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => /\.(svelte|ts)$/.test(name))
    .map((name) => read(name))
    .join('\n');
const sources = ['kit', ...apps].map(textOf).join('\n');
const askedIn = (text) => [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map((m) => m[1]);

/* Families are asked for by a word of the API: word('order_state', …). */
const families = [...sources.matchAll(/(?:word\('|family=")([\w.]+)['"]/g)].map((m) => m[1]).concat('error', 'wrong');

test('both languages say the same things', () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(ru).sort());
});

test('a word stands in one place: the kit has those that several apps say', () => {
  const seen = all('ru').flatMap((words) => Object.keys(words));
  assert.deepEqual(seen.filter((key, at) => seen.indexOf(key) !== at), []);
});

test('a sentence names the same values in both languages', () => {
  for (const key of Object.keys(ru)) assert.deepEqual(names(en[key]), names(ru[key]), key);
});

test('a count has all forms that its language needs', () => {
  for (const [key, entry] of Object.entries(ru)) {
    if (typeof entry === 'string') continue;
    assert.deepEqual(Object.keys(entry).sort(), ['few', 'many', 'one', 'other'], key);
    assert.deepEqual(Object.keys(en[key]).sort(), ['one', 'other'], key);
  }
});

test('every key that a screen asks for is in the dictionary', () => {
  const asked = askedIn(sources);
  assert.ok(asked.length > 50, 'the screens speak');
  for (const key of asked) assert.ok(key in ru, `no wording for ${key}`);
});

test('an app asks for no word of another app: it would not be there', () => {
  for (const app of apps) {
    const own = JSON.parse(read(`${app}/words/ru.json`));
    const kit = JSON.parse(read('kit/i18n/ru.json'));
    for (const key of askedIn(textOf(app))) assert.ok(key in own || key in kit, `${app} asks for ${key}`);
  }
});

test('no wording is left that no screen asks for', () => {
  for (const key of Object.keys(ru)) {
    const family = key.slice(0, key.lastIndexOf('.'));
    assert.ok(families.includes(family) || sources.includes(`'${key}'`), `${key} is asked for by nobody`);
  }
});

test('every error of the server has a wording', () => {
  const table = readFileSync(join(ui, '../src/base/err.def'), 'utf8');
  const codes = [...table.matchAll(/^ERR\(\w+,\s*\d+,\s*\d,\s*"(\w+)"/gm)].map((m) => m[1]).filter((code) => code !== 'ok');
  assert.ok(codes.length > 10);
  for (const code of codes) assert.ok(`error.${code}` in ru, `no wording for the error ${code}`);
});

test('every right that a role can have has a wording', () => {
  const table = readFileSync(join(ui, '../src/base/right.def'), 'utf8');
  const rights = [...table.matchAll(/^RIGHT\(\w+,\s*"(\w+)"/gm)].map((m) => m[1]).slice(3);
  assert.ok(rights.includes('sell') && !rights.includes('staff'));
  for (const right of rights) assert.ok(`right.${right}` in ru, `no wording for the right ${right}`);
});

test('the Russian text is set as Russian text', () => {
  for (const [key, entry] of Object.entries(ru))
    for (const text of forms(entry)) {
      assert.doesNotMatch(text, /"|“|”| - |\.\.\./, `${key}: «ёлочки», тире, многоточие`);
      assert.doesNotMatch(text.replace(/\{\w+\}|Excel|IMEI|CommerceML/g, ''), /[a-z]{4,}/, `${key}: an English word`);
    }
});

test('every act that the journal may name has a wording', () => {
  const src = join(ui, '..', 'src');
  const rules = readdirSync(src, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.c') && !/_(test|fuzz)\.c$/.test(name))
    .map((name) => readFileSync(join(src, name), 'utf8'))
    .join('\n');
  const acts = [...new Set([...rules.matchAll(/\b(?:staff_audit(?:_read)?|saved)\(\s*c,\s*"([a-z_]+\.[a-z_.]+)"/g)].map((m) => m[1]))];
  assert.ok(acts.length > 50, 'people do many things');
  assert.deepEqual(acts.filter((act) => !(`act.${act.replace('.', '_')}` in ru)), []);
});

const rules = () => {
  const src = join(ui, '..', 'src');
  const names = readdirSync(src, { recursive: true }).map(String);
  const of = (form) => names.filter((name) => form.test(name) && !/_(test|fuzz)\.c$/.test(name)).map((name) => [name, readFileSync(join(src, name), 'utf8')]);
  return { c: of(/\.c$/), h: of(/\.h$/) };
};
const unworded = (family, all) => [...new Set(all)].filter((name) => !(`${family}.${name.replace('.', '_')}` in ru));

test('every kind of job has a name', () => {
  const tables = rules().c.flatMap(([, text]) => [...text.matchAll(/struct job_kind \w+\[\] = \{([\s\S]*?)\n\};/g)].map((m) => m[1]));
  const kinds = tables.flatMap((table) => [...table.matchAll(/\{\s*(?:\.name = )?"([a-z]+\.[a-z_]+)"/g)].map((m) => m[1]));
  assert.ok(kinds.length > 50, 'much is done by itself');
  for (const added of rules().c.flatMap(([, text]) => [...text.matchAll(/\bjob_add\(\s*\w+,\s*"([a-z_.]+)"/g)].map((m) => m[1]))) assert.ok(kinds.includes(added), added);
  assert.deepEqual(unworded('job_kind', kinds), []);
});

test('everyone who listens to facts has a name', () => {
  const tables = rules().c.flatMap(([, text]) => [...text.matchAll(/struct subscriber \w+\[\] = \{([\s\S]*?)\n\s*\};/g)].map((m) => m[1]));
  const names = tables.flatMap((table) => [...table.matchAll(/\{\s*(?:\.name = )?"([a-z]+\.[a-z_]+)"/g)].map((m) => m[1]));
  assert.ok(names.length > 10);
  assert.deepEqual(unworded('listener', names), []);
});

/* A room's header names what it emits; what is emitted by name is looked for as well. */
test('every fact that a room tells has a name', () => {
  const { c, h } = rules();
  const told = h.flatMap(([name, text]) => {
    const said = /Emits\s+([\s\S]*?)(?=\n \* [A-Z][a-z]+ |\*\/)/.exec(text)?.[1].replace(/\n \*/g, ' ').replace(/\{.*?\}|\(.*?\)/g, '') ?? '';
    return [...said.matchAll(/(?<![\w.])([a-z]+)?\.([a-z_]+)\b/g)].map((m) => `${m[1] ?? name.split(/[\\/]/)[0]}.${m[2]}`);
  });
  const calls = c.flatMap(([, text]) => [...text.matchAll(/\bevent_emit\(([\s\S]*?)\);|\.event = ([^,;]*)/g)].map((m) => m[1] ?? m[2]));
  const emitted = calls.flatMap((call) => [...call.matchAll(/"([a-z]+\.[a-z_]+)"/g)].map((m) => m[1]));
  assert.ok(told.length > 50 && emitted.length > 20, 'much happens');
  assert.deepEqual(unworded('fact', [...told, ...emitted]), []);
});

/* exchange_reason.def; whoever reads a file may also be refused by the rooms it fills. */
test('every reason for which something of a file is not taken has words', () => {
  const def = readFileSync(join(ui, '../src/exchange/exchange_reason.def'), 'utf8');
  const text = (c) => c.replace(/\\"/g, '"');
  const known = [...def.matchAll(/^REASON(?:_ABOUT)?\("((?:[^"\\]|\\.)*)"/gm)].map((m) => text(m[1]));
  assert.ok(known.length > 80);
  const readers = /^exchange[\\/](csv|xml|yml|exchange_(commerceml|csv|csv_level|document|good|key|level|number|price|run|spool|yml))\.c$|^catalog[\\/]catalog(_brand|_class|_price)?\.c$|^customer[\\/]customer_key\.c$|^place[\\/]place\.c$|^order[\\/]order_exchange\.c$/;
  const open = new Set(['%s', '%s is not yours', '%s is the last to log in with', 'nothing is its own accessory']); // a caller's words; what a person asks of himself
  const said = rules().c.filter(([name]) => readers.test(name)).flatMap(([, source]) =>
    [...source.matchAll(/\b(?:run_reject|FAIL|FAIL_FIELD|FAIL_MORE|BAD_CELL)\(([\s\S]*?)\);|\b(?:why|broken) = ("[^"]*")/g)].flatMap((m) =>
      [...(m[1] ?? m[2]).matchAll(/"((?:[^"\\]|\\.)*)"(?:\s*"((?:[^"\\]|\\.)*)")?/g)].map((l) => text(l[1] + (l[2] ?? ''))).filter((l) => / |%s/.test(l) && !/^[\w.]*\[%/.test(l) && !/^%\.?\d/.test(l)),
    ),
  );
  assert.ok(said.length > 80, 'much may be wrong with a file');
  const plain = (l) => l.replace(/%(?:\.\*s|l*[du]|zu|s)/g, '%s');
  const fits = (l) => known.includes(l) || open.has(l) || known.includes(l.replace(/^(?:%s|line %s|[a-z]+|(?:%s|[a-z]+): "%s"): /, '')) || /^(?:(?:line |count |instock |price )?%s: )+%s$|^%s: "%s": %s$/.test(l);
  assert.deepEqual([...new Set(said.map(plain))].filter((l) => !fits(l)), []);
});
