import {join} from 'node:path';
import type {DemeConfig} from '../../contract/config/config.ts';
import {UserError} from '../../contract/errors.ts';
import type {ExtendedRate} from '../../contract/run/ownerMessages.ts';
import type {TrainingHistoryRecord} from '../../contract/run/records.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {checkpointName} from '../../store/run/checkpointFiles.ts';
import {newestIntact, readRecord} from '../../train/checkpointFolder.ts';
import {extended, learningRates, readHistory, withHold, writeHistory} from '../../train/trainingHistory.ts';
import type {PlannedStage} from '../graph/stagePlan.ts';
import {definitionOf} from '../stages/registry.ts';

/** What becomes of the learning rate of a training when it is extended. */
export interface ExtendedTraining {
  readonly stage: string;
  /** Folder of its checkpoints. */
  readonly folder: string;
  readonly history: TrainingHistoryRecord;
  /** Learning rate of the last update so far, and of the next one, where the schedule would raise it by the extension; null elsewhere. */
  readonly rise: {readonly from: number; readonly to: number; readonly updates: number} | null;
}

/** The learning rates of a training with checkpoints, under the configs before and after; null for one that starts from the beginning. */
export async function extendedTraining(
  run: string,
  {stage, name}: PlannedStage,
  before: DemeConfig,
  after: DemeConfig,
): Promise<ExtendedTraining | null> {
  const {training} = definitionOf(stage);
  const [earlier, later] = [training?.(before), training?.(after)];
  const folder = runPaths.checkpoints(run, name);
  const update = await newestIntact(folder);
  if (!earlier || !later || update === null || update === 0) return null;
  const {updates = earlier.updates} = await readRecord(join(folder, checkpointName(update)));
  const known = await readHistory(folder);
  const history = withHold(extended(known, update, updates, later.updates), false);
  // From where on the new number of updates counts: later than the checkpoint if that is older than an earlier extension.
  const start = history.extensions.at(-1)?.until ?? update;
  const rates = learningRates(earlier, known);
  const [from, expected, to] = [rates(start - 1), rates(start), learningRates(later, history)(start)];
  // A warm-up that is not over raises the rate in any case.
  const rises = to > Math.max(from, expected) * (1 + 1e-9);
  return {stage: name, folder, history, rise: rises ? {from, to, updates: later.updates} : null};
}

/**
 * Records for each training how its learning rate continues. Throws a UserError where a schedule would raise one and no choice was made: the
 * user of a training that has converged may not expect that its loss rises again.
 */
export async function settleRates(
  trainings: readonly ExtendedTraining[],
  choice: ExtendedRate | undefined,
): Promise<void> {
  const rising = trainings.find(({rise}) => rise !== null);
  if (rising?.rise && choice === undefined) throw rateRises(rising.stage, rising.rise);
  for (const {folder, history, rise} of trainings) {
    await writeHistory(folder, withHold(history, rise !== null && choice === 'keep'));
  }
}

function rateRises(stage: string, {from, to, updates}: NonNullable<ExtendedTraining['rise']>): UserError {
  const message = `Spread over ${updates} updates, the schedule would raise the learning rate of ${stage} from ${text(from)} to ${text(to)}.`;
  return new UserError('learning-rate-rises', message, {
    hint: `Choose: --learning-rate keep trains on with ${text(from)}, --learning-rate schedule takes ${text(to)} and follows the schedule down.`,
  });
}

/** `1.1e-5` */
function text(rate: number): string {
  return rate.toExponential(1);
}
