import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {analyseTasks} from '../../../trainer/merge/analysis/analyseTasks.ts';
import {plainLinear} from './plainLinear.ts';
import {mergeModels} from '../../../trainer/merge/files/mergeFiles.ts';
import {readModelFolder} from '../../../trainer/store/weights/modelFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeStateDict} from '../store/stateDict.ts';
import {openReader} from './goldenMerge.ts';
import {writeBare, writeFolder} from './tinyModels.ts';

/** A tiny model with a projection on its last hook, as DeMe's training script saves it. */
function writeExpert(path: string, value: number): Promise<string> {
  return writeStateDict(path, {
    'conv_in.weight': {shape: [2, 1, 1, 1], values: Float32Array.of(value, -value)},
    'conv_in.bias': {shape: [2], values: Float32Array.of(value / 3, 1)},
    'adapter_list.4.weight': {shape: [2, 2, 1, 1], values: Float32Array.of(1, value, 0, 1)},
  });
}

async function stateDicts() {
  const root = await temporaryFolder();
  const experts = [await writeExpert(join(root, 'a.bin'), 2), await writeExpert(join(root, 'b.bin'), -1)];
  return {root, experts: experts.map((path) => ({path}))};
}

/** theta + 0.5 tau_0 - 0.25 tau_1, with the identity where the base has no projection. */
const expected: Readonly<Record<string, Float32Array>> = {
  'conv_in.weight': merged([1, -1], [2, -2], [-1, 1]),
  'conv_in.bias': merged([1 / 3, 1], [2 / 3, 1], [-1 / 3, 1]),
  'adapter_list.4.weight': merged([1, 0, 0, 1], [1, 2, 0, 1], [1, -1, 0, 1]),
};

function merged(base: number[], ...experts: number[][]): Float32Array {
  return plainLinear(
    Float32Array.from(base),
    experts.map((values) => Float32Array.from(values)),
    [0.5, -0.25],
  );
}

const settings = {weights: [0.5, -0.25], dtype: 'F32' as const, tool: 'deme 0'};

describe('experts trained elsewhere', () => {
  it('as state dicts with projections merge into a folder of the base, without any ranges', async () => {
    const {root, experts} = await stateDicts();
    const base = await writeFolder(join(root, 'base'), {value: 1, record: {role: 'base'}});
    const out = join(root, 'merged');
    const record = await mergeModels({base, experts, out, ...settings});
    expect(record.experts.map(({name, range}) => [name, range])).toEqual([
      ['a.bin', undefined],
      ['b.bin', undefined],
    ]);
    expect(record.warnings.join()).toContain('the timestep range was not checked');
    const reader = await openReader(join(out, 'unet', 'diffusion_pytorch_model.safetensors'));
    for (const [name, values] of Object.entries(expected)) expect(await reader.read(name), name).toEqual(values);
    expect((await readModelFolder(out)).record).toMatchObject({role: 'merged', projection: 'stock-compatible'});
  });

  it('merge into a bare file where all are files, with ranges given by hand', async () => {
    const {root, experts} = await stateDicts();
    const base = await writeBare(join(root, 'base.safetensors'), {value: 1});
    const ranges = [[500, 1000] as const, [0, 500] as const];
    const out = join(root, 'merged.safetensors');
    const ranged = experts.map(({path}, i) => ({path, range: ranges[i]}));
    const record = await mergeModels({base, experts: ranged, out, ...settings});
    expect(record.experts.map(({range}) => range)).toEqual(ranges);
    const reader = await openReader(out);
    for (const [name, values] of Object.entries(expected)) expect(await reader.read(name), name).toEqual(values);
  });

  it('may mix folders and files', async () => {
    const {root, experts} = await stateDicts();
    const base = await writeFolder(join(root, 'base'), {value: 1, record: {role: 'base'}});
    const folder = await writeFolder(join(root, 'expert'), {value: 3, record: {role: 'expert', range: [0, 500]}});
    const mixed = [{path: folder}, ...experts.slice(0, 1)];
    const record = await mergeModels({base, experts: mixed, out: join(root, 'merged'), ...settings});
    expect(record.experts.map(({name}) => name)).toEqual(['expert', 'a.bin']);
  });

  it('are analysed as they are', async () => {
    const {root, experts} = await stateDicts();
    const base = await writeFolder(join(root, 'base'), {value: 1, record: {role: 'base'}});
    const {overall, groups} = await analyseTasks({base, experts, tool: 'deme 0'});
    expect(groups.map(({name}) => name)).toEqual(['in', 'projections']);
    expect(groups[1]?.norms).toEqual([2, 1]);
    expect(groups[1]?.cosines).toEqual([[], [-1]]);
    expect(overall.norms[0]).toBeCloseTo(Math.sqrt(2 + 1 / 9 + 4), 6);
  });
});
