import type {Training} from '../checkpointing.ts';
import {Divergence} from '../divergence.ts';
import type {UpdateLosses} from '../trainProgram.ts';

/**
 * Settles whether the update that was just run was made, and with which loss scale the next one is: for a training in f16, which has to wait for the
 * norm of its gradient. Throws a `Divergence` where no scale helps.
 */
export async function settleScale(
  {lossScale, program, task, hooks}: Training,
  made: UpdateLosses,
): Promise<UpdateLosses> {
  if (lossScale === null) return made;
  const [norm = NaN] = await made.gradientNorm.data();
  const {scale} = lossScale;
  const outcome = lossScale.took(norm);
  if (outcome === 'made') return made;
  const update = program.updates;
  const {stage} = task;
  if (outcome === 'hopeless') {
    throw new Divergence({stage, what: 'gradient', update, learningRate: program.rates(update - 1), timesteps: []});
  }
  const message = `update ${update} was left out, as its gradient is too large for f16 with the loss times ${scale}; it goes on with half of that (${lossScale.skipped} left out so far).`;
  hooks.emit({type: 'log', stage, level: 'info', message});
  return {...made, skipped: true};
}
