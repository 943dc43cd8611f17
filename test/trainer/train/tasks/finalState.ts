import {flatLayout} from '../../../../trainer/nn/flatParams.ts';
import type {Params} from '../../../../trainer/nn/params.ts';
import {loadLatestCheckpoint} from '../../../../trainer/train/checkpoint.ts';
import type {TrainTask} from '../../../../trainer/train/trainTask.ts';
import {hashParams} from '../../../../trainer/train/paramsHash.ts';
import {joined} from '../../../helpers/models/joined.ts';

/** All that a training leaves behind, as numbers. */
export async function finalState(task: TrainTask, outcome: Params | null) {
  const layout = flatLayout(task.initial);
  const identity = {seed: task.config.seed, dataFingerprint: task.images.fingerprint};
  const loaded = await loadLatestCheckpoint(task.checkpoints, layout, identity, task.config.ema !== null);
  if (loaded === null || outcome === null) throw new Error('the training did not end');
  const {state} = loaded;
  return {
    update: state.update,
    weights: await joined(state.weights).data(),
    ema: state.ema && (await joined(state.ema).data()),
    first: await joined(state.first).data(),
    second: await joined(state.second).data(),
    outcome: await hashParams(outcome),
  };
}
