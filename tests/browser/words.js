// What the screens say: tests look for the words their readers see.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { top } from '../support/server.js';

const folders = ['kit/i18n', 'shop/words', 'till/words', 'desk/words', 'office/words', 'kit/gallery/words'];
const read = (lang, folder) => JSON.parse(readFileSync(join(top, `ui/${folder}/${lang}.json`), 'utf8'));
const words = Object.fromEntries(['ru', 'en'].map((lang) => [lang, Object.assign({}, ...folders.map((folder) => read(lang, folder)))]));

export const keys = Object.keys(words.ru);

/* As the screen sets it: a short word or a number is bound to its neighbour. */
export const say = (lang) => (key, args = {}) => words[lang][key].replace(/\{(\w+)\}/g, (_, name) => args[name]);
