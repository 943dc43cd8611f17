import {existsSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {type Browser, chromium} from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Said where a test needs a browser and there is none. */
export const chromiumMissing =
  'No Chromium was found: install it (Debian and Ubuntu: apt-get install -y --no-install-recommends chromium) or set DEME_CHROMIUM to the program of a Chromium or Chrome.';

/** An installed Chromium or a browser made of it: DEME_CHROMIUM, else the first on the PATH; null where there is none. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | null {
  if (environment.DEME_CHROMIUM) return environment.DEME_CHROMIUM;
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...elsewhere];
  return candidates.find((path) => existsSync(path)) ?? null;
}

/**
 * The Chromium for a test; null where there is none and the test is to be skipped. Throws instead where DEME_REQUIRE_CHROMIUM is set,
 * so that no test is skipped unnoticed in CI.
 */
export function chromiumForTests(): string | null {
  const found = findChromium();
  if (found === null && process.env.DEME_REQUIRE_CHROMIUM) throw new Error(chromiumMissing);
  return found;
}

/** Starts a browser without a window that asks nothing of any outside host. */
export function startChromium(executablePath: string): Promise<Browser> {
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
  // Containers give Chromium's sandbox no user namespaces; all pages here are our own.
  return chromium.launch({executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-sync', ...quiet]});
}
