// The judge of every screen sees what he is there for, in the middle of a long list too.
import { after, before, test } from 'node:test';
import { assert, judge, open } from './pages.js';

let browser, page;
before(async () => {
  browser = await open();
  page = await browser.newPage({ viewport: { width: 360, height: 800 } });
});
after(() => browser?.close());

const row = (text, how = '') => `<li><span ${how}>${text}</span> <button>${text}</button></li>`;
const rows = Array.from({ length: 12 }, (_, k) => row(`row ${k}`));
const judged = async (list) => {
  await page.setContent(`<!doctype html><html lang="en"><title>rows</title><style>button { min-width: 3rem; min-height: 3rem }</style><main><h1>Rows</h1><ul>${list.join('')}</ul></main></html>`);
  return judge(page, 'rows', { width: 360, quick: false });
};
const fifth = (other) => rows.with(5, other);

test('a list that is in order passes', () => judged(rows));

for (const [what, list, said] of [
  ['one row among many whose button has no name', fifth('<li><span>row</span> <button></button></li>'), /button-name/],
  ['one row among many in another, pale colour', fifth(row('row', 'style="color: #ccc"')), /color-contrast/],
  ['many rows, each of them pale', Array.from({ length: 12 }, () => row('row', 'style="color: #ccc"')), /color-contrast/],
  ['one row among many with a picture nobody tells of', fifth('<li><img src="data:," width="9" height="9"> <button>row</button></li>'), /image-alt/],
  ['one row among many that runs out of the screen', fifth(row('<i style="display: block; width: 500px">row</i>')), /wider than the screen/],
  ['a sentence with a hole', fifth(row('undefined')), /missing in a sentence/],
])
  test(`seen: ${what}`, () => assert.rejects(judged(list), said));
