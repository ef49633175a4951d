// Somebody without a mouse and without a screen: what has the focus, as the browser's
// accessibility tree tells it to a screen reader.
import assert from 'node:assert/strict';

const sessions = new WeakMap();
const plain = (text) => (text ?? '').replace(/\u00a0/g, ' ').replace(/ \*$/, '').trim();

async function session(page) {
  if (!sessions.has(page)) {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Accessibility.enable');
    sessions.set(page, cdp);
  }
  return sessions.get(page);
}

/* { role, name, expanded, checked … } of what has the focus. */
export async function focused(page) {
  const cdp = await session(page);
  const { result } = await cdp.send('Runtime.evaluate', { expression: 'document.activeElement' });
  const { nodes } = await cdp.send('Accessibility.getPartialAXTree', { objectId: result.objectId, fetchRelatives: false });
  const node = nodes[0];
  const outside = await page.evaluate(() => document.activeElement === document.body || document.activeElement.matches('dialog'));
  const seen = await page.evaluate(() => document.activeElement === document.body || (document.activeElement.getClientRects().length > 0 && document.activeElement.checkVisibility({ visibilityProperty: true })));
  return { role: node.role?.value ?? '', name: plain(node.name?.value), seen, outside, ...Object.fromEntries((node.properties ?? []).map((p) => [p.name, p.value.value])) };
}

const fits = (said, wanted) => (wanted instanceof RegExp ? wanted.test(said) : said === plain(wanted));

/* On with Tab until a control of this role and name; every stop on the way has a role
 * and a name and can be seen. */
export async function tabTo(page, role, name, { most = 140, back = false } = {}) {
  const way = [];
  const now = await focused(page);
  if (now.role === role && fits(now.name, name)) return now;
  for (let k = 0; k < most; k++) {
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
    const at = await focused(page);
    if (at.outside) continue;
    way.push(`${at.role} "${at.name}"`);
    assert.ok(at.role && at.role !== 'generic' && at.name, `a stop that a screen reader cannot tell: ${way.slice(-3).join(', ')} ${at.name ? '' : await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200))}`);
    assert.ok(at.seen, `a stop that cannot be seen: ${way.at(-1)}`);
    if (at.role === role && fits(at.name, name)) return at;
  }
  throw new Error(`${role} "${name}" was never reached: ${way.slice(-12).join(', ')}`);
}

export const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
