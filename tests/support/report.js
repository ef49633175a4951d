// What node's test runner tells of one file, for tests/support/run.js: nothing of what
// passed but its number, everything of what failed: where it stands, what it is called,
// the error with its stack, and what stood on the open screens.
const told = (error) => {
  const why = error?.cause ?? error;
  const lines = [why?.stack ?? String(why)];
  /* A stack begins with its message, but not where the message was changed later. */
  if (why?.message && !lines[0].includes(why.message)) lines.unshift(why.message);
  if (why?.cause) lines.push(`because of ${why.cause.stack ?? why.cause}`);
  return lines.join('\n').replace(/\n +at [^\n]*\(?node:internal[^\n]*|\n +at [^\n]*node:async_hooks[^\n]*/g, '');
};
const indented = (text) => text.replace(/^/gm, '    ');

/* Screens say by themselves how to read them: pages.js. */
async function screens() {
  const said = [];
  for (const tell of globalThis[Symbol.for('prilavok.screens')] ?? []) said.push(await tell().catch((fault) => `a screen that does not answer: ${fault.message}`));
  return said;
}

export default async function* report(source) {
  const path = [];
  let [passed, failed] = [0, 0];
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      path.length = data.nesting;
      path.push(data.name);
    }
    if (type === 'test:pass' && data.details.type !== 'suite') passed++;
    if (type !== 'test:fail') continue;
    const kind = data.details.error?.failureType;
    if (kind === 'subtestsFailed') continue;
    failed++;
    const name = [...path.slice(0, data.nesting), data.name].join(' > ');
    const seen = await screens();
    yield `\nFAILED ${data.file ?? ''}:${data.line ?? ''} after ${Math.round(data.details.duration_ms)} ms\n  ${name}\n${indented(told(data.details.error))}\n`;
    for (const text of seen) yield `${indented(text)}\n`;
  }
  yield `# told ${passed} ${failed}\n`;
}
