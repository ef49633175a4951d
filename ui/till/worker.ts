// The till without a line: its page opens, and what it sells lies in its own store.
import { serveShell, type Shell, type Worker } from 'kit/worker/shell';

declare const SHELL: Shell;

serveShell(self as unknown as Worker, 'till', SHELL, (path) => /^\/(till(\/|$)|assets\/)/.test(path) || path === '/icon.svg');
