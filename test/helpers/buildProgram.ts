import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

/** Before the first test: makes the bundles in dist/ that are older than their sources. */
export function setup(): void {
  const script = fileURLToPath(new URL('../../trainer/setup.mjs', import.meta.url));
  execFileSync(process.execPath, [script, 'build'], {stdio: 'inherit'});
}
