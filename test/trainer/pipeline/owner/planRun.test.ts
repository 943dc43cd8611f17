import {describe, expect, it} from 'vitest';
import {DemeConfig, type EngineConfig} from '../../../../trainer/contract/config/config.ts';
import type {RunRecord} from '../../../../trainer/contract/run/records.ts';
import {planRun, type PlanRequest} from '../../../../trainer/pipeline/owner/planRun.ts';
import {golden} from '../../store/golden.ts';

const engine: RunRecord['engine'] = {name: 'tensorflow', version: '2.21.0', device: 'CPU', threads: 2};
const experts = (count: number) =>
  Array.from({length: count}, (_, index) => ({stage: {kind: 'expert', index} as const}));

function plan(
  asked: Partial<EngineConfig>,
  stages: PlanRequest['stages'],
  cores?: number,
  {precision = 'f32', parts}: {precision?: string; parts?: number} = {},
) {
  const config = DemeConfig.parse({
    name: 'x',
    base: 'cifar',
    data: {kind: 'images', path: 'images', resolution: 16},
    decouple: {precision},
    engine: asked,
  });
  const own = {...engine, name: asked.name === 'wasm' ? ('wasm' as const) : engine.name};
  return planRun({folder: '/', baseFolder: golden('cifar'), config}, {stages, engine: own, gpus: [], cores, parts});
}

describe('the plan of a run', () => {
  it('refuses trainings that cannot fit, and only those', async () => {
    await expect(plan({memory: 0.1}, experts(1))).rejects.toMatchObject({code: 'memory-insufficient'});
    expect((await plan({memory: 0.1}, [{stage: {kind: 'merge'}}])).warnings).toEqual([]);
  });

  it('refuses number formats that the engine does not have, of the stages that use them', async () => {
    const name = 'wasm';
    await expect(plan({name}, experts(1), 1, {precision: 'bf16'})).rejects.toMatchObject({
      code: 'precision-unsupported',
      hint: expect.stringContaining('decouple.precision') as string,
    });
    await plan({name}, [{stage: {kind: 'merge'}}], 1, {precision: 'bf16'});
    await plan({}, experts(1), 1, {precision: 'bf16'});
  });

  it('has no more processes than fit into the free memory, unless the config says so, which it warns of', async () => {
    // More than half a gigabyte each.
    const many = experts(100_000);
    const bounded = await plan({}, many, many.length);
    expect(bounded.plan.parallel).toBeLessThan(many.length);
    expect(bounded.warnings).toEqual([]);
    // A run of a thousand at once does not take the memory of the others.
    expect((await plan({}, many, many.length, {parts: 1000})).plan.parallel).toBeLessThan(bounded.plan.parallel);
    const forced = await plan({processes: many.length}, many);
    expect(forced.plan.parallel).toBe(many.length);
    expect(forced.warnings).toEqual([expect.stringContaining('100000 training processes at once need about')]);
  });

  it('keeps the threads that the run began with, and shares only the cores that they leave', async () => {
    const {plan: resumed} = await plan({threads: 2, processes: undefined}, experts(20), 3);
    expect(resumed.engine.threads).toBe(2);
    expect(resumed.parallel).toBeLessThanOrEqual(3);
  });
});
