// Every screen of the office, in both languages, at three widths.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { open, person } from './pages.js';
import { every, logIn, things, ways, widths } from './visit.js';
import { say } from './words.js';

let server, browser, at;
before(async () => {
  server = await start();
  browser = await open();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [lang, scheme] of ways)
  test(`every screen of the office in ${lang}, ${scheme}, at ${widths.join(', ')} px`, async () => {
    const who = await person(browser, server.url, { width: 1280, lang, scheme });
    await logIn(who, say(lang), '/office');
    await who.page.locator('.office').waitFor();
    at ??= await things(who.page);
    await every(who, at, 'office', lang, scheme);
    await who.close();
  });
