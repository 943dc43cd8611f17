import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {readRecordedRun} from '../../../../bench/eta/recordedRun.ts';
import {forecasts} from '../../../../bench/eta/replay.ts';
import {median} from '../../../../bench/median.ts';

const folder = fileURLToPath(new URL('../../../../fixtures/etaRuns', import.meta.url));
const shares = [0.2, 0.5, 0.8];

/** Sizes of the errors of what the panel said of a run, as shares of what was left. */
async function errorsOf(file: string): Promise<number[]> {
  const run = await readRecordedRun(`${folder}/${file}`);
  return forecasts(run, shares).map(({left, truth}) => Math.abs((left?.seconds ?? NaN) / truth - 1));
}

it('of quiet machines are foreseen to a tenth by their median, and each to a fifth, from a fifth of their time on', async () => {
  // What other programs will do to a machine nobody can know.
  const files = readdirSync(folder).filter((file) => file !== 'benchmark.json');
  expect(files.length).toBeGreaterThanOrEqual(10);
  const errors = await Promise.all(files.map(errorsOf));
  for (const [i, file] of files.entries()) {
    for (const error of errors[i] ?? []) expect(error, file).toBeLessThan(0.2);
  }
  for (const i of shares.keys()) expect(median(errors.map((each) => each[i] ?? NaN))).toBeLessThan(0.1);
});
