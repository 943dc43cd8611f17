import {readdir} from 'node:fs/promises';
import {basename, join, resolve} from 'node:path';
import {markdownTable} from '../markdownTable.ts';
import {median} from '../median.ts';
import {forecasts, type Forecast} from './replay.ts';
import {readRecordedRun} from './recordedRun.ts';

/** `npm run bench -- eta [FOLDER]`: what the panel would have said of the time left of recorded runs, and how wrong that was. */
const [folder = resolve('test', 'fixtures', 'etaRuns')] = process.argv.slice(2);
const shares = [0.1, 0.2, 0.5, 0.8];

const rows: string[][] = [];
const all: Forecast[] = [];
for (const file of (await readdir(folder)).sort()) {
  const run = await readRecordedRun(join(folder, file));
  const seconds = run.events.at(-1)?.[0] ?? 0;
  const made = forecasts(run, shares);
  all.push(...made);
  rows.push([basename(file, '.json'), run.about, `${seconds.toFixed(0)} s`, ...made.map(text)]);
}
rows.push(['median', 'of the sizes of the errors', '', ...shares.map(medianText)]);
const head = ['run', 'how', 'took', ...shares.map((share) => `at ${100 * share} %`)];
process.stdout.write(
  `Seconds left as foreseen, those that were left, and the error:\n\n${markdownTable(head, rows)}\n`,
);

function text({left, truth}: Forecast): string {
  if (left === null) return `unknown (${truth.toFixed(0)})`;
  const error = 100 * (left.seconds / truth - 1);
  const isInside = left.low <= truth && truth <= left.high ? '' : ', out of range';
  const range = `${left.low.toFixed(0)} to ${left.high.toFixed(0)} (${truth.toFixed(0)}${isInside})`;
  return `${range}, ${error > 0 ? '+' : ''}${error.toFixed(0)} %`;
}

/** What is unknown counts as infinitely wrong. */
function medianText(share: number): string {
  const errors = all
    .filter((forecast) => forecast.share === share)
    .map(({left, truth}) => (left === null ? Infinity : Math.abs(left.seconds / truth - 1)));
  return `${(100 * median(errors)).toFixed(0)} %`;
}
