import {readdir} from 'node:fs/promises';
import {basename, join, resolve} from 'node:path';
import {markdownTable} from '../markdownTable.ts';
import {forecasts, type Forecast} from './replay.ts';
import {readRecordedRun} from './recordedRun.ts';

/** `npm run bench -- eta [FOLDER]`: what the panel would have said of the time left of recorded runs, and how wrong that was. */
const [folder = resolve('test', 'fixtures', 'etaRuns')] = process.argv.slice(2);
const shares = [0.1, 0.2, 0.5, 0.8];

const rows: string[][] = [];
for (const file of (await readdir(folder)).sort()) {
  const run = await readRecordedRun(join(folder, file));
  const seconds = run.events.at(-1)?.[0] ?? 0;
  rows.push([basename(file, '.json'), run.about, `${seconds.toFixed(0)} s`, ...forecasts(run, shares).map(text)]);
}
const head = ['run', 'how', 'took', ...shares.map((share) => `at ${100 * share} %`)];
process.stdout.write(
  `Seconds left as foreseen, those that were left, and the error:\n\n${markdownTable(head, rows)}\n`,
);

function text({left, truth}: Forecast): string {
  if (left === null) return `unknown (${truth.toFixed(0)})`;
  const error = 100 * (left.seconds / truth - 1);
  return `${left.low.toFixed(0)} to ${left.high.toFixed(0)} (${truth.toFixed(0)}), ${error > 0 ? '+' : ''}${error.toFixed(0)} %`;
}
