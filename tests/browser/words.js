// What the screens say: tests look for the words their readers see.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { top } from '../support/server.js';

const words = Object.fromEntries(['ru', 'en'].map((lang) => [lang, JSON.parse(readFileSync(join(top, `ui/kit/i18n/${lang}.json`), 'utf8'))]));

export const keys = Object.keys(words.ru);

/* As the screen sets it: a short word or a number is bound to its neighbour. */
export const say = (lang) => (key, args = {}) => words[lang][key].replace(/\{(\w+)\}/g, (_, name) => args[name]);
