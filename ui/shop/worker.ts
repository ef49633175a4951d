// The shop without a line. Its scope is the whole site, and what belongs to others
// passes by it untouched.
import { serveShell, type Shell, type Worker } from 'kit/worker/shell';

declare const SHELL: Shell;

const others = /^\/(till|desk|office|kit|v1|exchange|bitrix|openapi\.json|healthz|readyz|metrics|sw\.js)(\/|$)/;

serveShell(self as unknown as Worker, 'shop', SHELL, (path) => !others.test(path));
