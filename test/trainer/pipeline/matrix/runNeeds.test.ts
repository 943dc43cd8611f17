import {expect, it} from 'vitest';
import {parseConfig} from '../../../../trainer/contract/config/parseConfig.ts';
import {planStages} from '../../../../trainer/pipeline/graph/stagePlan.ts';
import {runNeeds} from '../../../../trainer/pipeline/matrix/runNeeds.ts';

function runOf(changes: Record<string, unknown>) {
  const config = parseConfig(
    JSON.stringify({
      name: 'a',
      base: 'base',
      data: {kind: 'images', path: 'images', resolution: 8},
      decouple: {ranges: 2, updates: 1, batch: 1},
      ...changes,
    }),
    'a.deme.yaml',
  );
  return {resolved: {folder: '/', baseFolder: '/base', config}, stages: planStages(config)};
}

it('a run of a matrix waits for what it takes over, and for one whose folder it would work in', () => {
  const merge = {weights: [1, 1]};
  const other = {ranges: 2, updates: 2, batch: 1};
  const runs = [
    runOf({merge}),
    runOf({decouple: other, merge}),
    runOf({merge: {weights: [0, 1]}}),
    // The same settings, and what computes is no setting of a result.
    runOf({merge, engine: {threads: 2}}),
    runOf({decouple: other, merge, engine: {threads: 2}}),
    // All three of them one after the other.
    runOf({merge}),
  ];
  expect(runNeeds(runs)).toEqual([[], [], ['0'], ['0'], ['1'], ['0', '3']]);
});
