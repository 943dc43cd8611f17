import {describe, expect, it} from 'vitest';
import {UserError} from '../../../../trainer/contract/errors.ts';
import type {StageContext, StageOutcome} from '../../../../trainer/pipeline/stages/stageContext.ts';
import {whenRoom} from '../../../../trainer/pipeline/stages/whenRoom.ts';
import {recordingHooks} from '../../train/tasks/recordingHooks.ts';

const disk = {free: () => Promise.resolve(1e12), poll: 1};
const full = () => Promise.reject(new UserError('disk-full', 'The disk is full.'));
const done = (): Promise<StageOutcome> => Promise.resolve('done');

/** The outcome of a stage whose work has these fates one after the other. */
async function outcome(fates: (() => Promise<StageOutcome>)[], stopBefore?: number) {
  const hooks = recordingHooks(stopBefore);
  const context = {run: '/runs/a-1', stage: 'merge', emit: hooks.emit, nextAction: hooks.nextAction} as StageContext;
  const result = await whenRoom(context, () => (fates.shift() ?? done)(), disk);
  return {result, said: hooks.of('log').map(({level}) => level)};
}

describe('a stage that finds the disk full', () => {
  it('waits and begins again until its result fits', async () => {
    expect(await outcome([full, full, full, done])).toEqual({result: 'done', said: ['warning', 'info']});
  });

  it('is stopped while it waits', async () => {
    expect(await outcome([full, full, full], 1)).toEqual({result: 'stopped', said: ['warning']});
  });

  it('says nothing where there is room, and passes other failures on', async () => {
    expect(await outcome([done])).toEqual({result: 'done', said: []});
    await expect(outcome([() => Promise.reject(new Error('broken'))])).rejects.toThrow('broken');
  });
});
