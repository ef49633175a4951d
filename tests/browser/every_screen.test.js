// Every screen of shop, till and desk, in both languages, at three widths.
import { after, before, test } from 'node:test';
import { start } from '../support/server.js';
import { open, person } from './pages.js';
import { enterTill, letterToken } from './staff.js';
import { every, logIn, things, ways, widths } from './visit.js';
import { say } from './words.js';

let server, browser, at;
before(async () => {
  server = await start();
  browser = await open();
  const who = await person(browser, server.url, { width: 1280 });
  await logIn(who, say('ru'), '/office');
  await who.page.locator('.office').waitFor();
  at = { ...(await things(who.page)), token_of_letter: await letterToken(server, '+79035554433') };
  await who.close();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const begin = {
  shop: async ({ page }) => {
    await page.goto('/');
    await page.evaluate((id) => localStorage.setItem('shop', id), at.place);
  },
  till: (who, t) => enterTill(who, t),
  desk: async (who, t) => {
    await logIn(who, t, '/desk');
    await who.page.getByRole('combobox', { name: t('desk.find') }).waitFor();
  },
};

for (const [lang, scheme] of ways)
  for (const app of Object.keys(begin))
    test(`every screen of the ${app} in ${lang}, ${scheme}, at ${widths.join(', ')} px`, async () => {
      const who = await person(browser, server.url, { width: 1280, lang, scheme });
      await begin[app](who, say(lang));
      await every(who, at, app, lang, scheme);
      await who.close();
    });
