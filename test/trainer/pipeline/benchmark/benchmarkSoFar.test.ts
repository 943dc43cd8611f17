import {mkdir} from 'node:fs/promises';
import {dirname} from 'node:path';
import {expect, it} from 'vitest';
import {BenchmarkResult} from '../../../../trainer/contract/benchmark/benchmarkResult.ts';
import {RunRecord} from '../../../../trainer/contract/run/records.ts';
import {GrowingTable} from '../../../../trainer/cli/verbs/benchmark/growingTable.ts';
import {benchmarkConfig} from '../../../../trainer/pipeline/benchmark/benchmarkConfig.ts';
import {planBenchmark} from '../../../../trainer/pipeline/benchmark/benchmarkPlan.ts';
import {readJson, writeJsonAtomic} from '../../../../trainer/store/files/jsonFile.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {writeStageRecord} from '../../../../trainer/store/run/stageRecord.ts';
import {fakeRun} from '../../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

it('the table of a benchmark is there from its start, and grows by each model that is drawn', async () => {
  const folder = await temporaryFolder();
  const request = {name: 'cifar10' as const, folder, scale: 0.01};
  const derived = await benchmarkConfig(request);
  const {run} = await fakeRun(folder, {updates: 0});
  const about = {plan: await planBenchmark(request, derived), config: derived.config, prompts: null, tool: 'deme 1'};
  const begun = {...about, run: {path: run.path, record: RunRecord.parse(run.record)}};
  const file = `${folder}/benchmark.json`;
  const result = () => readJson(file, BenchmarkResult, 'the table');

  const table = (await GrowingTable.begin(file, begun)) ?? expect.fail();
  await table.written();
  const models = ['base', 'ordinary', 'ensemble', 'merged'];
  expect(await result()).toMatchObject({run: run.record.id, rows: [], heldOut: {}, open: models, scale: 0.01});

  const measure = async (model: string, loss: number, isDrawn = true) => {
    await mkdir(dirname(runPaths.losses(run.path, model)), {recursive: true});
    const values = [loss, loss + 0.01];
    await writeJsonAtomic(runPaths.losses(run.path, model), {
      ranges: [[0, 1000]],
      images: 2,
      timestepsPerRange: 1,
      values,
    });
    if (isDrawn) {
      await mkdir(dirname(runPaths.stage(run.path, `evaluate-${model}`)), {recursive: true});
      await writeStageRecord(run.path, {stage: `evaluate-${model}`, seconds: 1, finished: new Date(0).toISOString()});
    }
    table.show({type: 'stage', time: 0, stage: `evaluate-${model}`, state: 'done'});
    await table.written();
  };
  // The losses of others are differences to the base.
  await measure('merged', 0.02);
  expect((await result()).open).toEqual(models);
  await measure('base', 0.03);
  await measure('ordinary', 0.025, false);
  table.measured([{network: 'inception', images: 10, self: 0, split: 1}]);
  await table.written();
  const {rows, heldOut, open, ruler} = await result();
  expect(rows.map(({model, updates, scores}) => [model, updates > 0, scores])).toEqual([
    ['base', false, []],
    ['merged', true, []],
  ]);
  expect(heldOut['merged']?.differenceToBase.mean).toBeCloseTo(-0.01, 12);
  expect([open, ruler.length]).toEqual([['ordinary', 'ensemble'], 1]);

  // Run again, a table that is whole stays as it is.
  const {open: _, ...whole} = await result();
  await writeJsonAtomic(file, whole);
  expect(await GrowingTable.begin(file, begun)).toBeNull();
  const record = {...begun.run.record, id: 'cifar10-2'};
  const other = (await GrowingTable.begin(file, {...begun, run: {...begun.run, record}})) ?? expect.fail();
  await other.written();
  expect((await result()).run).toBe('cifar10-2');
});
