// What the command line does not know it says, and does nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { binary } from '../support/server.js';

test('a demo chain is not begun with a word that nobody knows, nor by asking for help', () => {
  const folder = mkdtempSync(join(tmpdir(), 'prilavok-test-'));
  const db = join(folder, 'chain.db');
  const make = (...words) => execFileSync(binary, ['demo', '--db', db, '--state', folder, ...words], { encoding: 'utf8', stdio: 'pipe' });
  try {
    for (const [word, ...more] of [['--shops', '3'], ['three'], ['--stores', '3', '4']])
      assert.throws(() => make(word, ...more), ({ status, stderr }) => status === 1 && /no option/.test(stderr), word);
    for (const word of ['--help', '-h']) assert.match(make(word), /^usage: prilavok COMMAND/m);
    assert.ok(!existsSync(db));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
