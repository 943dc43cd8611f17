import {expect, it} from 'vitest';
import {runDetails} from '../../../../extension/panel/runs/runDetails.ts';
import {parseConfig} from '../../../../trainer/contract/config/parseConfig.ts';
import {knownRun} from '../../../helpers/runs/knownRun.ts';

const run = knownRun();

/** What the panel is told of how a run merges that has settled nothing yet. */
async function mergeOf(text: string) {
  const config = parseConfig(`name: a\nbase: b\ndata: {kind: mnist}\ndecouple: {ranges: 2}\n${text}`, 'a.deme.yaml');
  const begun = {...run, path: '/nowhere', report: null, config: {...run.config, config}};
  const {merge, weights} = await runDetails(begun, [], (file) => file);
  return {merge, weights};
}

it('a run merges as its config says, before the stage that settles its weights as well', async () => {
  const ties = 'merge: {weights: [0.5, 1], method: {kind: ties, density: 0.3}}';
  expect(await mergeOf(ties)).toMatchObject({
    merge: {weights: [0.5, 1], method: {kind: 'ties', density: 0.3}},
    weights: null,
  });
  expect(await mergeOf('merge: {search: {images: 8}}')).toEqual({merge: null, weights: null});
});
