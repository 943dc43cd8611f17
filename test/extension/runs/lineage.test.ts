import {cp, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {lineageOf} from '../../../extension/runs/lineage.ts';
import {lineageRows} from '../../../extension/views/lineageRows.ts';
import {modelElements} from '../../../extension/views/modelsTree.ts';
import {MergeMethod} from '../../../trainer/contract/config/merge/mergeMethod.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeFolder} from '../../trainer/merge/tinyModels.ts';
import {mergedRun} from '../mergedRun.ts';

describe('the lineage of a merged model', () => {
  it('finds base and experts where they are', async () => {
    const {run, base, experts, merged} = await mergedRun(await temporaryFolder());
    const lineage = await lineageOf(merged, [run]);
    expect(lineage.base).toEqual({state: 'same', path: base});
    expect(lineage.experts).toEqual(experts.map((path) => ({state: 'same', path})));
  });

  it('sees that an expert was trained again, and that another is gone', async () => {
    const {run, experts, merged} = await mergedRun(await temporaryFolder());
    await lineageOf(merged, [run]);
    await rm(experts[0] ?? '', {recursive: true});
    await writeFolder(experts[0] ?? '', {value: 9, record: {role: 'expert'}});
    await rm(experts[1] ?? '', {recursive: true});
    const lineage = await lineageOf(merged, [run]);
    expect(lineage.experts).toEqual([
      {state: 'changed', path: experts[0]},
      {state: 'missing', path: null},
    ]);
  });

  it('finds an input in another run by its weights', async () => {
    const [one, other] = [await mergedRun(await temporaryFolder()), await mergedRun(await temporaryFolder())];
    const copy = join(other.run.path, 'models', 'expert-1');
    await rm(copy, {recursive: true});
    await rename(one.experts[1] ?? '', copy);
    const {experts} = await lineageOf(one.merged, [one.run, other.run]);
    expect(experts[1]).toEqual({state: 'same', path: copy});
  });

  it('finds what lies beside a merge of files', async () => {
    const {merged, base, experts} = await mergedRun(await temporaryFolder());
    const folder = await temporaryFolder();
    for (const from of [merged, base, ...experts]) {
      await cp(from, join(folder, from.split('/').at(-1) ?? ''), {recursive: true});
    }
    const lineage = await lineageOf(join(folder, 'merged'), []);
    expect([lineage.base, ...lineage.experts].map(({path}) => path)).toEqual(
      ['base', 'expert-0', 'expert-1'].map((name) => join(folder, name)),
    );
  });
});

describe('the rows below a merged model', () => {
  it('say weights, timesteps, method and rules', async () => {
    const method = MergeMethod.parse({kind: 'ties', density: 0.5});
    const rules = [{match: 'in', weights: [1, [0, 0.5]]}];
    const {run, experts, merged} = await mergedRun(await temporaryFolder(), {method, rules});
    const rows = await lineageRows(merged, 'model:m', [run]);
    expect(rows.map(({label, description, icon}) => [label, description, icon])).toEqual([
      ['base', 'base', 'package'],
      ['expert-0', 'weight 0.75 · timesteps 0 to 499', 'package'],
      ['expert-1', 'weight -0.125 · timesteps 500 to 999', 'package'],
      ['Method', 'ties, density 0.5, lambda 1, mean true, F32', 'git-merge'],
      ['in', 'weights 1, 0 to 0.5 · 2 tensors', 'symbol-ruler'],
    ]);
    expect(rows.map(({folder}) => folder).slice(1)).toEqual([...experts, null, null]);
    expect(new Set(rows.map(({id}) => id)).size).toBe(rows.length);
  });

  it('say in words what has changed or is missing', async () => {
    const {run, base, experts, merged} = await mergedRun(await temporaryFolder());
    await rm(base, {recursive: true});
    await writeFolder(base, {value: 9, record: {role: 'base'}});
    await rm(experts[1] ?? '', {recursive: true});
    const rows = await lineageRows(merged, 'model:m', [run]);
    expect(rows.slice(0, 3).map(({description, icon}) => [description, icon])).toEqual([
      ['base · has changed since', 'warning'],
      ['weight 0.75 · timesteps 0 to 499', 'package'],
      ['weight -0.125 · timesteps 500 to 999 · not found here', 'question'],
    ]);
  });

  it('say why the record cannot be read', async () => {
    const {run, merged} = await mergedRun(await temporaryFolder());
    await writeFile(join(merged, 'merge.json'), '{}');
    const rows = await lineageRows(merged, 'model:m', [run]);
    expect(rows).toMatchObject([
      {icon: 'warning', description: expect.stringContaining('the record of the merge') as string},
    ]);
  });

  it('are there for merged models only', async () => {
    const {run} = await mergedRun(await temporaryFolder());
    const models = (await modelElements([run])).flatMap(({children}) => children);
    expect(models.map(({label, isMerged = false}) => [label, isMerged])).toEqual([
      ['base', false],
      ['expert-0', false],
      ['expert-1', false],
      ['merged', true],
    ]);
  });
});
