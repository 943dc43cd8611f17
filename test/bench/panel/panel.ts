import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import type {Browser} from 'playwright-core';
import {chromiumMissing, findChromium, startChromium} from '../../helpers/editor/chromium.ts';
import {bundlePanel} from '../../webview/bundlePanel.ts';
import {writeBigRun} from './bigRun.ts';
import {comparedBuilds} from './comparedBuilds.ts';
import {curveFigures} from './curves.ts';
import {eventDelays} from './eventDelays.ts';
import {figureTable} from './figures.ts';
import {runTableFigures} from './runTable.ts';

/**
 * Entry of `npm run bench:panel -- [curves] [table] [against FOLDER]`: the panel with 8 experts of 100,000 steps each, from files on disk through its host to pixels,
 * and the table of 2,000 runs. Prints the figures beside their limits and ends with 1 where nine of ten are not under. With `against`: how long the page of these
 * sources and that of another checkout take to be ready, in turn.
 */
type Part = (browser: Browser, folder: string) => Promise<void>;

const parts: Readonly<Record<string, Part>> = {
  curves: async (browser, folder) => {
    const files = await bundlePanel();
    const figures = await curveFigures(browser, files, await writeBigRun(folder));
    const delays = await eventDelays(browser, files, folder);
    print(figureTable([...figures, {what: 'event to pixels', values: delays, limit: 500, unit: 'ms'}]));
  },
  table: async (browser, folder) => print(figureTable(await runTableFigures(browser, await bundlePanel(), folder))),
};

const [what, other] = process.argv.slice(2);
if (what === 'against' && other !== undefined) {
  await measure(async (browser, folder) => {
    process.stdout.write(await comparedBuilds(browser, resolve(other), folder));
  });
} else if (what === undefined || what in parts) {
  for (const [name, part] of Object.entries(parts)) if (what === undefined || name === what) await measure(part);
} else {
  throw new Error(`usage: npm run bench:panel -- [${Object.keys(parts).join('|')}|against FOLDER]`);
}

/** In a browser of its own, whose memory no other part has filled. */
async function measure(part: Part): Promise<void> {
  const executable = findChromium();
  if (executable === null) throw new Error(chromiumMissing);
  const folder = await mkdtemp(join(tmpdir(), 'deme-panel-bench-'));
  const browser = await startChromium(executable);
  try {
    await part(browser, folder);
  } finally {
    await browser.close();
    await rm(folder, {recursive: true, force: true});
  }
}

function print({text, isUnder}: ReturnType<typeof figureTable>): void {
  process.stdout.write(`${text}\n`);
  if (!isUnder) process.exitCode = 1;
}
