import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {MergeMethod} from '../../../trainer/contract/config/merge/mergeMethod.ts';
import type {TaskProducts} from '../../../trainer/merge/chunks/taskProducts.ts';
import {mergeModels, type MergeRequest} from '../../../trainer/merge/files/mergeFiles.ts';
import {createRandom} from '../../../trainer/random.ts';
import {hashFile} from '../../../trainer/store/hashes/sha256.ts';
import {writeSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {openReader} from './goldenMerge.ts';
import {tensor} from './tinyModels.ts';

/** Sizes that no chunk and no group of lanes divides. */
const sizes: Record<string, number> = {'conv_in.weight': 1000, 'mid_block.a': 301, 'up_blocks.0.b': 7};

type Model = Record<string, Float32Array>;

function randomModel(seed: number, spread: number, around?: Model): Model {
  const entries = Object.entries(sizes).map(([name, size]) => {
    const random = createRandom(seed, name);
    return [name, Float32Array.from({length: size}, (_, k) => (around?.[name]?.[k] ?? 0) + spread * random.normal())];
  });
  return Object.fromEntries(entries) as Model;
}

async function write(folder: string, name: string, model: Model): Promise<string> {
  const path = join(folder, `${name}.safetensors`);
  const sources = Object.entries(model).map(([name, values]) => tensor(name, [values.length], [...values]));
  await writeSafetensors(path, sources);
  return path;
}

/** Random base and experts, merged; and what they hold. */
async function merge(method: MergeMethod, weights: readonly number[], change: Partial<MergeRequest> = {}) {
  const folder = await temporaryFolder();
  const base = randomModel(0, 1);
  const experts = weights.map((_, i) => randomModel(i + 1, 0.1 * (i + 1), base));
  const paths = await Promise.all(experts.map((expert, i) => write(folder, `expert${i}`, expert)));
  const out = join(folder, 'out.safetensors');
  const request = {base: await write(folder, 'base', base), experts: paths.map((path) => ({path})), weights, out};
  await mergeModels({...request, dtype: 'F32', tool: 'test', method, ...change});
  const reader = await openReader(out);
  const merged = async (name: string) => reader.read(name);
  const tasks = (name: string) => experts.map((expert) => expert[name]!.map((value, k) => value - base[name]![k]!));
  return {base, tasks, merged, out, hash: await hashFile(out)};
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, k) => sum + value * (b[k] ?? NaN), 0);
}

function expectClose(actual: Float32Array, expected: readonly number[]) {
  actual.forEach((value, k) => expect(value, `element ${k}`).toBeCloseTo(expected[k] ?? NaN, 5));
}

/** The k largest by magnitude; the others are zero. */
function trimmed(task: Float32Array, kept: number): number[] {
  const order = [...task.keys()].sort((a, b) => Math.abs(task[b]!) - Math.abs(task[a]!));
  const stays = new Set(order.slice(0, kept));
  return Array.from(task, (value, k) => (stays.has(k) ? value : 0));
}

const weights = [0.5, -0.25, 1.5];

describe('a merge by', () => {
  it('linear with lambda scales the sum', async () => {
    const {base, tasks, merged} = await merge(MergeMethod.parse({kind: 'linear', lambda: 0.5}), weights);
    for (const name of Object.keys(sizes)) {
      const expected = Array.from(base[name]!, (value, k) => {
        return value + 0.5 * tasks(name).reduce((sum, task, i) => sum + weights[i]! * task[k]!, 0);
      });
      expectClose(await merged(name), expected);
    }
  });

  it.each([true, false])('ties keeps the largest, elects signs and adds those that agree (mean: %s)', async (mean) => {
    const method = MergeMethod.parse({kind: 'ties', density: 0.3, lambda: 0.8, mean});
    const {base, tasks, merged} = await merge(method, weights);
    for (const [name, size] of Object.entries(sizes)) {
      const kept = tasks(name).map((task) => trimmed(task, Math.floor(0.3 * size)));
      const expected = Array.from(base[name]!, (value, k) => {
        const terms = kept.map((task, i) => weights[i]! * task[k]!);
        const sign = terms.reduce((sum, term) => sum + term, 0) < 0 ? -1 : 1;
        const agreeing = terms
          .map((term, i) => ({term, weight: Math.abs(weights[i]!)}))
          .filter(({term}) => term * sign > 0);
        const sum = agreeing.reduce((total, {term}) => total + term, 0);
        const mass = agreeing.reduce((total, {weight}) => total + weight, 0);
        return value + 0.8 * (mean ? sum / (mass || 1) : sum);
      });
      expectClose(await merged(name), expected);
    }
  });

  it('ties with density 1 and one expert is that expert', async () => {
    const {base, tasks, merged} = await merge(MergeMethod.parse({kind: 'ties', density: 1}), [0.7]);
    for (const name of Object.keys(sizes))
      expectClose(
        await merged(name),
        Array.from(base[name]!, (value, k) => value + tasks(name)[0]![k]!),
      );
  });

  it('breadcrumbs drops the largest and the smallest', async () => {
    const method = MergeMethod.parse({kind: 'breadcrumbs', density: 0.6, gamma: 0.1});
    const {base, tasks, merged} = await merge(method, weights);
    for (const [name, size] of Object.entries(sizes)) {
      const [top, last] = [Math.floor(0.1 * size), Math.floor(0.1 * size) + Math.floor(0.6 * size)];
      const kept = tasks(name).map((task) => {
        const [without, whole] = [trimmed(task, top), trimmed(task, Math.min(size, last))];
        return whole.map((value, k) => value - without[k]!);
      });
      const expected = Array.from(base[name]!, (value, k) => {
        return value + kept.reduce((sum, task, i) => sum + weights[i]! * task[k]!, 0);
      });
      expectClose(await merged(name), expected);
    }
  });

  it('dare keeps about the share it should, scaled up, and other elements for another seed', async () => {
    const dare = (seed: number) => merge(MergeMethod.parse({kind: 'dare', density: 0.25, seed}), [1]);
    const [one, other] = [await dare(1), await dare(2)];
    const name = 'conv_in.weight';
    const [merged, task, base] = [await one.merged(name), one.tasks(name)[0]!, one.base[name]!];
    const kept = [...merged.keys()].filter((k) => merged[k] !== base[k]);
    for (const k of kept) expect(merged[k]! - base[k]!).toBeCloseTo(4 * task[k]!, 4);
    // Four standard deviations of a binomial draw.
    expect(Math.abs(kept.length - 250)).toBeLessThan(4 * Math.sqrt(1000 * 0.25 * 0.75));
    expect(other.hash).not.toBe(one.hash);
    expect((await dare(1)).hash).toBe(one.hash);
  });

  it('slerp goes along the sphere, and in a line where there is none', async () => {
    const {base, tasks, merged} = await merge({kind: 'slerp'}, [0.3]);
    for (const name of Object.keys(sizes)) {
      const start = base[name]!;
      const end = start.map((value, k) => value + tasks(name)[0]![k]!);
      const cosine = dot(start, end) / Math.sqrt(dot(start, start) * dot(end, end));
      const angle = Math.acos(cosine);
      const share = (t: number) => (Math.abs(cosine) > 0.9995 ? t : Math.sin(t * angle) / Math.sin(angle));
      expectClose(
        await merged(name),
        Array.from(start, (value, k) => share(0.7) * value + share(0.3) * end[k]!),
      );
    }
  });

  it('model stock moves to the mean as far as the angles say', async () => {
    const {base, tasks, merged} = await merge({kind: 'model-stock'}, [1, 1, 1]);
    for (const name of Object.keys(sizes)) {
      const own = tasks(name);
      const pairs = [0, 1, 2].flatMap((i) => [0, 1, 2].filter((j) => j < i).map((j) => [own[i]!, own[j]!] as const));
      const cosines = pairs.map(([a, b]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
      const mean = Math.max(0, cosines.reduce((sum, cosine) => sum + cosine, 0) / 3);
      const share = (3 * mean) / (1 + 2 * mean);
      const expected = Array.from(
        base[name]!,
        (value, k) => value + (share * own.reduce((s, task) => s + task[k]!, 0)) / 3,
      );
      expectClose(await merged(name), expected);
    }
  });

  it.each([
    {kind: 'linear'},
    {kind: 'ties', density: 0.3},
    {kind: 'dare', density: 0.4, elect: true},
    {kind: 'breadcrumbs'},
    {kind: 'model-stock'},
  ])('$kind gives the same bytes for every cut into chunks', async (method) => {
    const parsed = MergeMethod.parse(method);
    const whole = await merge(parsed, weights);
    const cut = await merge(parsed, weights, {chunk: 256});
    expect(cut.hash).toBe(whole.hash);
  });

  it('any method measures the task vectors on the way', async () => {
    const seen = new Map<string, TaskProducts>();
    const onProducts = (name: string, products: TaskProducts) => void seen.set(name, products);
    const {base, tasks} = await merge(MergeMethod.parse({kind: 'linear'}), [1, 0, 0], {onProducts, chunk: 256});
    for (const name of Object.keys(sizes)) {
      const products = seen.get(name)!;
      const own = tasks(name);
      expect(products.base / dot(base[name]!, base[name]!)).toBeCloseTo(1, 5);
      own.forEach((task, i) => {
        expect(products.baseTasks[i]).toBeCloseTo(dot(base[name]!, task), 3);
        for (let j = 0; j <= i; j++) expect(products.tasks[i]?.[j]).toBeCloseTo(dot(task, own[j]!), 4);
        for (let j = 0; j < i; j++) {
          const same = task.filter((value, k) => value * own[j]![k]! > 0).length;
          expect(products.agreement[i]?.[j]).toEqual({both: task.length, same});
        }
      });
    }
  });
});

describe('a value of an input that is not finite', () => {
  const methods: Record<string, MergeMethod> = {
    linear: {kind: 'linear', lambda: 1},
    'scaled linear': {kind: 'linear', lambda: 0.5},
    ties: MergeMethod.parse({kind: 'ties', density: 0.5}),
    dare: MergeMethod.parse({kind: 'dare', density: 0.01}),
    breadcrumbs: MergeMethod.parse({kind: 'breadcrumbs', density: 0.5, gamma: 0.1}),
    slerp: {kind: 'slerp'},
    'model-stock': {kind: 'model-stock'},
  };
  const cases = Object.entries(methods).flatMap(([name, method]) =>
    [NaN, Infinity, -Infinity].map((value) => [name, value, method] as const),
  );

  it.each(cases)('is refused with its model, tensor and element: %s, %s', async (_, value, method) => {
    const folder = await temporaryFolder();
    const base = randomModel(0, 1);
    const experts = [randomModel(1, 0.1, base), randomModel(2, 0.1, base)].slice(0, method.kind === 'slerp' ? 1 : 2);
    experts.at(-1)!['mid_block.a']![300] = value;
    const paths = await Promise.all(experts.map((expert, i) => write(folder, `expert${i}`, expert)));
    const out = join(folder, 'out.safetensors');
    const request = {experts: paths.map((path) => ({path})), weights: experts.map(() => 0.5), out, method};
    const merging = mergeModels({...request, base: await write(folder, 'base', base), dtype: 'F32', tool: 'test'});
    const last = experts.length - 1;
    await expect(merging).rejects.toMatchObject({
      code: 'merge-not-finite',
      message: `In expert ${last} (expert${last}.safetensors), mid_block.a holds ${value} at element 300.`,
      where: paths[last],
    });
  });

  it('is refused in the base, too', async () => {
    const folder = await temporaryFolder();
    const good = await write(folder, 'good', randomModel(0, 1));
    const bad = await write(folder, 'bad', {...randomModel(0, 1), 'up_blocks.0.b': new Float32Array(7).fill(NaN)});
    const request = {experts: [{path: good}], weights: [0], out: join(folder, 'out.safetensors')};
    const message = 'In the base, up_blocks.0.b holds NaN at element 0.';
    const merging = mergeModels({...request, base: bad, dtype: 'F32', tool: 'test'});
    await expect(merging).rejects.toMatchObject({message, where: bad});
  });
});
