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
