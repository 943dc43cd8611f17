import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {quantileShares, TaskAnalysis} from '../../../trainer/contract/run/measured/taskAnalysis.ts';
import {analyseTasks, type AnalysisRequest} from '../../../trainer/merge/analysis/analyseTasks.ts';
import {createRandom} from '../../../trainer/random.ts';
import {writeSafetensors, type TensorSource} from '../../../trainer/store/weights/safetensors.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {golden, goldenExperts, goldenPath} from './goldenMerge.ts';
import {counter, tensor, writeBare, writeFolder} from './tinyModels.ts';

const tool = 'deme 0';

function analyseGolden(change: Partial<AnalysisRequest> = {}): Promise<TaskAnalysis> {
  return analyseTasks({base: goldenPath('base'), experts: goldenExperts.map((path) => ({path})), tool, ...change});
}

/** Writes bare files from tensors, and gives their paths. */
async function bareFiles(
  models: readonly (readonly TensorSource[])[],
): Promise<{base: string; experts: {path: string}[]}> {
  const folder = await temporaryFolder();
  const paths = models.map((_, i) => join(folder, i === 0 ? 'base.safetensors' : `expert-${i - 1}.safetensors`));
  for (const [i, tensors] of models.entries()) await writeSafetensors(paths[i]!, tensors);
  const [base = '', ...experts] = paths;
  return {base, experts: experts.map((path) => ({path}))};
}

describe('analyseTasks', () => {
  it('has the norms and cosines that PyTorch finds, projections relative to the identity', async () => {
    const {overall, tensors, groups, experts} = TaskAnalysis.parse(await analyseGolden());
    expectAllClose(overall.norms, golden.norms, 1e-6);
    overall.cosines.forEach((row, i) => expectAllClose(row.map(Number), golden.cosines[i]!.slice(0, i), 1e-6));
    expect(experts.map(({name, range}) => [name, range])).toEqual(
      [0, 1, 2, 3].map((i) => [`expert${i}.safetensors`, undefined]),
    );
    expect(groups.map(({name}) => name)).toEqual(['in', 'time', 'down', 'mid', 'up', 'out', 'projections']);
    expect(tensors).toHaveLength(212 + 7);
    const projection = tensors.find(({name}) => name === 'adapter_list.6.weight');
    expect(projection?.norms[0]).toBeGreaterThan(0);
    expect(projection?.group).toBe('projections');
  });

  it('splits the square of each norm by tensor and by group', async () => {
    const {overall, tensors, groups} = await analyseGolden();
    for (const parts of [tensors, groups]) {
      overall.norms.forEach((norm, i) => {
        const squares = parts.reduce((sum, {norms}) => sum + norms[i]! ** 2, 0);
        expect(Math.sqrt(squares)).toBeCloseTo(norm, 9);
      });
      expect(parts.reduce((sum, {elements}) => sum + elements, 0)).toBe(overall.elements);
    }
  });

  it('gives the same for every cut into chunks', async () => {
    expect(await analyseGolden({chunk: 256})).toEqual(await analyseGolden());
  });

  it('agrees with plain arithmetic on elements of many sizes', async () => {
    const random = createRandom(7);
    const draw = () => Array.from({length: 1237}, () => Math.fround(random.normal() * 10 ** random.int(-6, 1)));
    const [base, ...drawn] = [draw(), draw(), draw()];
    // The second expert leaves a third of the elements as they are.
    const experts = drawn.map((values, i) => values.map((value, k) => (i === 1 && k % 3 === 0 ? base[k]! : value)));
    const name = 'mid_block.attentions.0.to_q.weight';
    const request = await bareFiles([base, ...experts].map((values) => [tensor(name, [1237], values)]));
    const {overall, groups, tensors} = await analyseTasks({...request, tool, chunk: 256});
    const tasks = experts.map((values) => values.map((value, k) => Math.fround(value - base[k]!)));
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
    const norms = tasks.map((task) => Math.sqrt(dot(task, task)));
    expectAllClose(overall.norms, norms, 1e-6);
    const baseNorm = Math.sqrt(dot(base, base));
    expectAllClose(
      overall.relativeNorms.map(Number),
      norms.map((norm) => norm / baseNorm),
      1e-6,
    );
    expect(overall.cosines[1]?.[0]).toBeCloseTo(dot(tasks[0]!, tasks[1]!) / (norms[0]! * norms[1]!), 6);
    const both = tasks[0]!.map((value, k) => [value, tasks[1]![k]!] as const).filter(([a, b]) => a !== 0 && b !== 0);
    const same = both.filter(([a, b]) => a < 0 === b < 0);
    expect(overall.agreement).toEqual([[], [same.length / both.length]]);
    expect(overall.quantiles).toEqual(tasks.map(quantilesBySorting));
    expect(groups).toEqual([{name: 'mid', tensors: 1, ...overall}]);
    expect(tensors[0]).toMatchObject({name, group: 'mid', shape: [1237], norms: overall.norms});
  });

  it('has no cosine and no agreement with what has not moved', async () => {
    const request = await bareFiles([
      [tensor('a', [3], [1, 2, 3])],
      [tensor('a', [3], [1, 2, 3])],
      [tensor('a', [3], [1, 2, 2.5])],
    ]);
    const {overall, groups} = await analyseTasks({...request, tool});
    expect(overall).toMatchObject({norms: [0, 0.5], cosines: [[], [null]], agreement: [[], [null]]});
    expect(overall.quantiles[0]).toEqual(quantileShares.map(() => 0));
    expect(groups.map(({name}) => name)).toEqual(['other']);
  });

  it('has no relative norm where the base is zero', async () => {
    const request = await bareFiles([[tensor('a', [2], [0, 0])], [tensor('a', [2], [3, 4])]]);
    const {overall} = await analyseTasks({...request, tool});
    expect(overall).toMatchObject({baseNorm: 0, norms: [5], relativeNorms: [null]});
  });

  it('takes experts of some ranges only, and tells which', async () => {
    const root = await temporaryFolder();
    const base = await writeFolder(join(root, 'base'), {value: 1, record: {role: 'base'}});
    const expert = await writeFolder(join(root, 'expert-1'), {value: 2, record: {role: 'expert', range: [250, 500]}});
    const {experts} = await analyseTasks({base, experts: [{path: expert}], tool});
    expect(experts).toMatchObject([{name: 'expert-1', range: [250, 500]}]);
  });

  it('leaves integer buffers out', async () => {
    const folder = await temporaryFolder();
    const changes = {steps: counter(5n)};
    const base = await writeBare(join(folder, 'base.safetensors'), {value: 1, changes});
    const path = await writeBare(join(folder, 'expert.safetensors'), {value: 2, changes});
    const {tensors} = await analyseTasks({base, experts: [{path}], tool});
    expect(tensors.map(({name}) => name)).toEqual(['conv_in.bias', 'conv_in.weight']);
  });

  it.each([
    [
      'base',
      [
        [NaN, 1],
        [1, 1],
      ],
      'the base',
    ],
    [
      'expert',
      [
        [0, 1],
        [1, -Infinity],
      ],
      'expert 0',
    ],
    [
      'expert',
      [
        [0, 1, 2, 3],
        [1, 3e38, 1, 1],
      ],
      'expert 0',
    ],
  ] as const)('refuses values of the %s that are not finite', async (_, values, label) => {
    const request = await bareFiles(values.map((own) => [tensor('a', [own.length], own)]));
    await expect(analyseTasks({...request, tool})).rejects.toMatchObject({
      code: 'analysis-not-finite',
      message: expect.stringContaining(`a of ${label}`) as string,
    });
  });

  it('ends at a signal, and says how far it is', async () => {
    const abort = new AbortController();
    const seen: string[] = [];
    const onProgress = (done: number, total: number) => {
      seen.push(`${done} of ${total}`);
      if (done === 3) abort.abort();
    };
    await expect(analyseGolden({signal: abort.signal, onProgress})).rejects.toThrow('aborted');
    expect(seen).toEqual([1, 2, 3].map((done) => `${done} of 219`));
  });
});

/** Quantiles by nearest rank of the sorted elements, rounded to bfloat16 half to even. */
function quantilesBySorting(elements: readonly number[]): number[] {
  const sorted = [...elements].sort((a, b) => a - b);
  return quantileShares.map((share) => {
    const value = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? NaN;
    const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 7);
    const [down, rest] = [Math.floor(value / unit), value / unit - Math.floor(value / unit)];
    const isUp = rest > 0.5 || (rest === 0.5 && Math.abs(down) % 2 === 1);
    return value === 0 ? 0 : unit * (isUp ? down + 1 : down);
  });
}
