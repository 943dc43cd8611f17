import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {stepsCsv, stepsJson, stepsOf} from '../../../extension/panel/exportSteps.ts';
import {newMetricsRun, noisyStep} from '../../trainer/store/metricsRun.ts';
import type {Run} from '../../../extension/runs/run.ts';

/** A run with three steps, the second of which has no finite denoising loss. */
async function exported(): Promise<{run: Run; path: string}> {
  const {path, emit} = await newMetricsRun();
  for (let update = 1; update <= 3; update++) {
    emit(noisyStep(update, update === 2 ? {denoise: NaN} : {}));
  }
  const run = {path, record: {id: 'a "b", c'}, config: {config: {name: 'x'}}} as unknown as Run;
  return {run, path};
}

describe('exported steps', () => {
  it('are lines of comma-separated values with an empty cell for a gap', async () => {
    const {run} = await exported();
    const lines = stepsCsv(await stepsOf([run])).split('\n');
    expect(lines[0]).toBe('run,stage,update,time,denoise,consistency,gradientNorm,learningRate,secondsPerUpdate');
    expect(lines).toHaveLength(5);
    expect(lines[2]).toMatch(/^"a ""b"", c",expert-0,2,\d{4}-\d\d-\d\dT[\d:.]+Z,,[\d.e-]+,[\d.e-]+,0\.0001,0\.1$/);
    expect(lines[1]).toContain(`,${noisyStep(1).losses.denoise},`);
  });

  it('are columns of JSON with null for a gap', async () => {
    const {run} = await exported();
    const Columns = z.record(z.string(), z.array(z.number().nullable()));
    const File = z.object({runs: z.array(z.object({id: z.string(), stages: z.record(z.string(), Columns)}))});
    const {runs} = File.parse(JSON.parse(stepsJson(await stepsOf([run]), [run])));
    expect(runs[0]?.stages['expert-0']).toMatchObject({update: [1, 2, 3], learningRate: [1e-4, 1e-4, 1e-4]});
    expect(runs[0]?.stages['expert-0']?.denoise?.map((value) => value === null)).toEqual([false, true, false]);
  });
});
