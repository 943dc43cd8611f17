import type {DecoupleConfig} from '../../contract/config/config.ts';
import type {RunModel} from '../../contract/run/runModel.ts';
import {equalRanges} from '../../deme/timesteps.ts';
import {architectureOf} from '../../models/architectures.ts';
import type {Pretrained} from '../../models/pretrained.ts';
import {disposeParams, type Params} from '../../nn/params.ts';
import {addIdentityProjections} from '../../nn/projections.ts';
import {ordinaryTraining, withBaseline} from '../graph/trainingInputs.ts';
import {loadBase, openBaseComponents} from '../runModels.ts';
import {expertSnapshots} from './expertSnapshots.ts';
import {loadStart} from './expertStart.ts';
import type {StageContext, StageOutcome} from './stageContext.ts';
import {trainModel, type ModelTraining} from './trainModel.ts';

/** Finetunes expert `index` on its own range with the three techniques of the paper. */
export async function expertStage(context: StageContext, index: number): Promise<StageOutcome> {
  const decouple = requireDecouple(context);
  const base = await loadBase(context);
  const range = (await context.watch.ranges(base.schedule.timesteps))[index];
  if (range === undefined) throw new Error(`there is no range ${index}`);
  const {consistency, teacherPrecision, projection, probability} = decouple;
  return finetune(context, base, {
    model: {kind: 'expert', index},
    config: decouple,
    consistency,
    teacherPrecision,
    range,
    probability,
    heldOutRanges: [range],
    start: await loadStart(context, base, index),
    snapshots: (write) => expertSnapshots(context, index, decouple, write),
    record: {role: 'expert', range: [range[0], range[1]], base: base.weightsHash, projection},
  });
}

/**
 * The fair comparison: one ordinary finetune of the same base on all timesteps, with the updates of all experts together and the
 * same batch, learning rate, clipping and EMA, without teacher and projections.
 */
export async function ordinaryStage(context: StageContext): Promise<StageOutcome> {
  return plainFinetune(context, {kind: 'ordinary'}, requireDecouple(context));
}

/** The same by another method of the literature, on the same images, noise and, where they are uniform, timesteps. */
export async function baselineStage(context: StageContext, name: string): Promise<StageOutcome> {
  return plainFinetune(context, {kind: 'baseline', name}, withBaseline(context.resolved.config, name).decouple);
}

async function plainFinetune(context: StageContext, model: RunModel, decouple: DecoupleConfig): Promise<StageOutcome> {
  const base = await loadBase(context);
  const {timesteps} = base.schedule;
  return finetune(context, base, {
    model,
    drawsAs: 'ordinary',
    config: ordinaryTraining(decouple),
    consistency: 0,
    range: [0, timesteps],
    probability: 0,
    heldOutRanges: equalRanges(4, timesteps),
    start: null,
    record: {role: 'ordinary', base: base.weightsHash, projection: 'off'},
  });
}

type Finetune = Omit<ModelTraining, 'network' | 'components' | 'teacher' | 'initial' | 'saved'> & {
  /** Null: the weights of the base. */
  readonly start: Params | null;
};

async function finetune(context: StageContext, base: Pretrained, given: Finetune): Promise<StageOutcome> {
  const {start, ...training} = given;
  const {unetConfig, pipeline} = base.folder;
  const {projectionSites} = architectureOf(unetConfig);
  const components = await openBaseComponents(context, base);
  const initial = addIdentityProjections(start ?? base.params, projectionSites, training.record.projection);
  try {
    return await trainModel(context, {
      ...training,
      network: base,
      components,
      teacher: training.consistency > 0 ? base.params : null,
      initial,
      saved: {unetConfig, pipeline, dtype: 'F32'},
    });
  } finally {
    [base.params, initial].forEach(disposeParams);
    components.unload();
  }
}

function requireDecouple(context: StageContext): DecoupleConfig {
  const {decouple} = context.resolved.config;
  if (decouple === undefined) throw new Error(`${context.stage} needs a decouple section`);
  return decouple;
}
