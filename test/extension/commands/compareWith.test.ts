import {beforeEach, expect, it} from 'vitest';
import {compareCommands} from '../../../extension/commands/compareWith.ts';
import type {Run} from '../../../extension/runs/run.ts';
import type {Studio} from '../../../extension/studio.ts';
import {editor} from '../../helpers/editor/fakeVscode.ts';
import {knownRun} from '../../helpers/runs/knownRun.ts';

const runs = Array.from({length: 12}, (_, i) => knownRun({id: `digits-${i + 1}`}));

beforeEach(() => editor.reset());

/** Calls the command on the row of the first run; returns what was opened. */
async function compare(known: readonly Run[], chosen?: readonly string[]): Promise<unknown[]> {
  editor.answers = [chosen];
  const opened: unknown[] = [];
  const studio = {
    experiments: {node: (id: string) => (id === 'run:row' ? {run: known[0]} : undefined)},
    runs: {all: () => known, get: (path: string) => known.find((run) => run.path === path)},
    openPanel: async (run: unknown, shown: unknown) => void opened.push(run, shown),
  } as unknown as Studio;
  await compareCommands['deme.compareWith']?.(studio, 'run:row');
  return opened;
}

it('a run is compared with those that are chosen, which are compared with it', async () => {
  const compared = [runs[0], runs[3], runs[1]].map((run) => run?.path);
  expect(await compare(runs, ['digits-2', 'digits-4'])).toEqual([undefined, {compared}]);
});

it('a run is compared with none, with no other and with too many nowhere', async () => {
  expect(await compare(runs)).toEqual([]);
  expect(await compare(runs, [])).toEqual([]);
  await expect(compare(runs.slice(0, 1))).rejects.toMatchObject({code: 'run-missing'});
  const others = runs.slice(1).map(({record}) => record.id);
  await expect(compare(runs, others.slice(0, 10))).rejects.toMatchObject({code: 'compare-limit'});
  expect(await compare(runs, others.slice(0, 9))).toHaveLength(2);
});
