import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {WeightsRecord} from '../../../trainer/contract/run/pipeline.ts';
import {MergeRecord} from '../../../trainer/contract/run/records.ts';
import {TaskAnalysis} from '../../../trainer/contract/run/measured/taskAnalysis.ts';
import {createRandom} from '../../../trainer/random.ts';
import {writeSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {openWeightsFile} from '../../../trainer/store/weights/weightsFile.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {deme, demeJson} from '../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../helpers/runs/tinyExperiment.ts';
import {writeStateDict, type DictTensor} from '../store/stateDict.ts';

/** The weights of a model with a little noise. */
async function noisy(base: string, seed: number): Promise<Record<string, DictTensor>> {
  const reader = await openWeightsFile(join(base, 'unet', 'diffusion_pytorch_model.safetensors'));
  const random = createRandom(seed);
  const tensors: Record<string, DictTensor> = {};
  for (const [name, shape] of reader.shapes) {
    const values = (await reader.read(name)).map((value) => value + 0.01 * random.normal());
    tensors[name] = {shape, values};
  }
  await reader.close();
  return tensors;
}

describe('experts trained elsewhere', {timeout: 300_000}, () => {
  useCpuBackend();

  it('as bare files of both formats and without ranges are searched, merged and analysed', async () => {
    const folder = await temporaryFolder();
    const experts = [{model: 'first.bin'}, {model: 'second.safetensors'}];
    const config = await writeTinyExperiment(folder, {decouple: undefined, experts, evaluate: undefined});
    const [first, second] = [await noisy(join(folder, 'base'), 1), await noisy(join(folder, 'base'), 2)];
    await writeStateDict(join(folder, 'first.bin'), first);
    const tensors = Object.entries(second).map(([name, {shape, values}]) => ({
      name,
      shape,
      dtype: 'F32' as const,
      read: () => values,
    }));
    await writeSafetensors(join(folder, 'second.safetensors'), tensors);
    const {code, stderr} = await deme(['merge', config], {cwd: folder});
    expect(code, stderr).toBe(0);

    const run = join(folder, '.deme', 'runs', 'tiny-1');
    const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(join(run, file), 'utf8'));
    const {weights, search} = WeightsRecord.parse(await read('search.json'));
    expect(search?.candidates.map(({origin}) => origin)).toEqual(
      expect.arrayContaining(['base', 'uniform', 'expert-1']),
    );
    const record = MergeRecord.parse(await read('models/merged/merge.json'));
    expect(record.experts.map(({name, range, weight}) => [name, range, weight])).toEqual([
      ['first.bin', undefined, weights[0]],
      ['second.safetensors', undefined, weights[1]],
    ]);
    const analysis = await demeJson(TaskAnalysis, ['analyse', run]);
    const deviation = Math.sqrt(analysis.overall.elements);
    for (const norm of analysis.overall.norms) expect(norm / deviation).toBeCloseTo(0.01, 3);
    expect(Math.abs(analysis.overall.cosines[1]?.[0] ?? NaN)).toBeLessThan(0.1);
  });

  it('are told apart from those of another network', async () => {
    const folder = await temporaryFolder();
    const config = await writeTinyExperiment(folder, {decouple: undefined, experts: [{model: 'other.bin'}]});
    const values = Float32Array.of(1);
    await writeStateDict(join(folder, 'other.bin'), {'fc.weight': {shape: [1], values}});
    const {code, stderr} = await deme(['merge', config], {cwd: folder});
    expect(code).toBe(2);
    expect(stderr).toContain('other.bin');
  });
});
