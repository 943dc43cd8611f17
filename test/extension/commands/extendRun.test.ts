import {beforeEach, describe, expect, it} from 'vitest';
import {extendRun} from '../../../extension/commands/extendRun.ts';
import type {Run} from '../../../extension/runs/run.ts';
import type {Studio} from '../../../extension/studio.ts';
import {DemeConfig} from '../../../trainer/contract/config/config.ts';
import type {OwnerRequest} from '../../../trainer/contract/run/ownerMessages.ts';
import {editor} from '../../helpers/editor/fakeVscode.ts';

beforeEach(() => editor.reset());

function runOf(config: object, stages: readonly string[] = ['expert-0'], state = 'done'): Run {
  const parsed = DemeConfig.parse({name: 'a', data: {kind: 'mnist'}, ...config});
  const progress = {stages: new Map(stages.map((stage) => [stage, {}]))};
  return {path: '/r/a-1', record: {id: 'a-1'}, config: {config: parsed}, progress, state: {state}} as unknown as Run;
}

async function extend(run: Run, ...answers: unknown[]): Promise<OwnerRequest[]> {
  editor.answers = answers;
  const asked: OwnerRequest[] = [];
  const add = (_: string, request: OwnerRequest) => asked.push(request);
  await extendRun({queue: {add}} as unknown as Studio, run);
  return asked;
}

const decouple = {ranges: 2, updates: 100, schedule: {kind: 'cosine'}};
const wanted = {action: 'resume', run: '/r/a-1', updates: 150};

describe('training a run longer', () => {
  it('asks for the updates in all, and what becomes of a learning rate that a schedule would raise', async () => {
    const run = runOf({base: 'b', decouple});
    expect(await extend(run, '150', 'Keep')).toEqual([{...wanted, learningRate: 'keep'}]);
    expect(await extend(run, '150', 'Follow the schedule')).toEqual([{...wanted, learningRate: 'schedule'}]);
  });

  it('asks only for the updates where the learning rate is constant', async () => {
    const run = runOf({base: 'b', decouple: {ranges: 2, updates: 100}});
    expect(await extend(run, '150')).toEqual([{...wanted, learningRate: 'schedule'}]);
  });

  it.each([0, 1])('does nothing where step %d is left without an answer', async (step) => {
    expect(await extend(runOf({base: 'b', decouple}), ...['150'].slice(0, step))).toEqual([]);
  });

  it('refuses a run that trains nothing, and one that is still running', async () => {
    await expect(extend(runOf({base: 'b'}), '150')).rejects.toMatchObject({code: 'nothing-to-extend'});
    const running = runOf({base: 'b', decouple}, ['expert-0'], 'running');
    await expect(extend(running, '150')).rejects.toMatchObject({code: 'run-busy'});
  });
});
