import {writeShownRun, type ShownRun} from './shownRun.ts';

/** Three runs that differ in their rate, all with curves and images; `first`: changes of the first. Returns their paths. */
export async function writeTriedRuns(folder: string, first: Partial<ShownRun> = {}): Promise<[string, string, string]> {
  const run = {name: 'digits', config: 'digits.deme.yaml'} as const;
  const good = {learningRate: 2e-4, gain: 1.6, hours: 2, seed: 1, notes: {tags: ['good'], note: ''}};
  const poor = {learningRate: 5e-5, gain: 0.55, hours: 3, seed: 2, notes: {tags: [], note: ''}};
  return [
    await writeShownRun(folder, {...run, notes: {tags: ['first'], note: 'as in the paper'}, ...first}),
    await writeShownRun(folder, {...run, ...good}),
    await writeShownRun(folder, {...run, ...poor}),
  ];
}
