import {expect} from 'vitest';
import {train} from '../../../../trainer/train/loop.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {finalState} from './finalState.ts';
import {recordingHooks} from './recordingHooks.ts';
import {tinyTask} from './tinyTask.ts';

/**
 * Trains the tiny model twice, the second time stopped before its fifth update and resumed from its checkpoint. Returns the states in which both end, and
 * what the whole training and both parts of the other one have said.
 */
export async function resumedTraining(settings: Parameters<typeof tinyTask>[0]) {
  const whole = tinyTask(settings, await temporaryFolder());
  const unbroken = recordingHooks();
  const expected = await finalState(whole, await train(whole, unbroken));

  const parted = tinyTask(settings, await temporaryFolder());
  const [before, after] = [recordingHooks(4), recordingHooks()];
  expect(await train(parted, before)).toBeNull();
  const resumed = tinyTask(settings, parted.checkpoints);
  const actual = await finalState(resumed, await train(resumed, after));
  return {expected, actual, unbroken, before, after};
}
