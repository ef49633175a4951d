// node tests/support/run.js [-j N] [--again] FILE... -- run files of tests, N at a time,
// each in a process of its own, the files that took longest last time first. A line for
// each file, everything about what failed, and `N passed, N failed` at the end. --again:
// a file that failed is run once more when it has the machine to itself; what it said at
// first stays in the log, and the last lines name it.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { top } from './server.js';

const words = process.argv.slice(2);
const together = words[0] === '-j' ? Number(words.splice(0, 2)[1]) : 1;
const again = words[0] === '--again' && words.shift();
const reporter = join(top, 'tests/support/report.js');
const LIMIT_MS = 1000 * (process.env.TEST_LIMIT_S ?? 600); // no file needs a third of it: one that hangs is told, not waited for
const kept = mkdtempSync(join(tmpdir(), 'prilavok-kept-')); // chains, made once: server.js
const running = new Set();

function end() {
  for (const child of running) process.kill(-child.pid, 'SIGKILL');
  rmSync(kept, { recursive: true, force: true });
}
process.on('exit', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

function run(file) {
  return new Promise((done) => {
    const began = Date.now();
    const child = spawn(process.execPath, ['--test-reporter', reporter, file], { env: { ...process.env, PRILAVOK_TEST_KEPT: kept }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    running.add(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (said += part));
    const limit = setTimeout(() => {
      said += `\nFAILED ${file}: not at its end after ${LIMIT_MS / 1000} s\n`;
      process.kill(-child.pid, 'SIGKILL');
    }, LIMIT_MS);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      running.delete(child);
      const told = /^# told (\d+) (\d+)\n/m.exec(said);
      const passed = told ? Number(told[1]) : 0;
      let failed = told ? Number(told[2]) : 1;
      if (!failed && (code !== 0 || !passed)) failed = 1;
      done({ file, passed, failed, code: code ?? signal, seconds: (Date.now() - began) / 1000, said: said.replace(told?.[0] ?? '', '').trimEnd() });
    });
  });
}

/* A file without a known time may be long: it begins early. */
const times = join(top, process.env.B ?? 'build', 'test-seconds.json');
const usual = (() => {
  try {
    return JSON.parse(readFileSync(times, 'utf8'));
  } catch {
    return {};
  }
})();
const left = words.sort((a, b) => (usual[b] ?? 60) - (usual[a] ?? 60));
let [passed, failed] = [0, 0];
const unsure = [];

function count(end) {
  passed += end.passed;
  failed += end.failed;
}
function tell(end, word) {
  console.log(`${word} ${end.file.padEnd(44)} ${String(end.passed).padStart(3)} passed ${end.failed ? `${end.failed} failed (ended with ${end.code}) ` : ''}${end.seconds.toFixed(1).padStart(6)} s`);
  if (end.failed && end.said) console.log(end.said);
}
async function worker() {
  for (let file; (file = left.shift()); ) {
    const end = await run(file);
    usual[file] = end.seconds;
    if (end.failed && again) unsure.push(file);
    else count(end);
    tell(end, !end.failed ? 'ok    ' : again ? 'AGAIN ' : 'NOT OK');
  }
}
await Promise.all(Array.from({ length: together }, worker));
for (const file of unsure) {
  const end = await run(file);
  count(end);
  tell(end, end.failed ? 'NOT OK' : 'SECOND');
}
mkdirSync(dirname(times), { recursive: true });
writeFileSync(times, JSON.stringify(usual, null, 1));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
