import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {WeightsRecord} from '../../../trainer/contract/run/pipeline.ts';
import {MergeRecord} from '../../../trainer/contract/run/records.ts';
import {readJson} from '../../../trainer/store/files/jsonFile.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeTinyBase, writeTinyExperiment} from '../../helpers/runs/tinyExperiment.ts';

describe('deme merge after a search', {timeout: 300_000}, () => {
  useCpuBackend();

  it('merges with the weights that were found for the parts of the network', async () => {
    const folder = await temporaryFolder();
    const experts = ['a', 'b'].map((model) => ({model}));
    const search = {strategy: 'cma-es', budget: 9, images: 4, timesteps: 1, groups: {budget: 40, sigma: 0.3}};
    const config = await writeTinyExperiment(folder, {
      experts,
      merge: {search},
      decouple: undefined,
      evaluate: undefined,
    });
    for (const [i, {model}] of experts.entries()) await writeTinyBase(join(folder, model), i + 2);
    const {code, stderr} = await deme(['merge', config]);
    expect(code, stderr).toBe(0);
    const run = join(folder, '.deme', 'runs', 'tiny-1');
    const found = await readJson(join(run, 'search.json'), WeightsRecord, 'the weights');
    const merged = await readJson(join(run, 'models', 'merged', 'merge.json'), MergeRecord, 'the merge');
    expect(found.search?.groups?.rules).toHaveLength(3);
    expect(merged.rules?.map(({match, weights}) => ({match, weights}))).toEqual(found.search?.groups?.rules);
    expect(merged.experts.map(({weight}) => weight)).toEqual(found.weights);
    for (const {match, tensors} of merged.rules ?? []) expect(tensors, match).toBeGreaterThan(0);
  });
});
