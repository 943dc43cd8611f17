import {UserError} from '../../contract/errors.ts';
import type {ActivationChangeRequest} from '../../contract/measurements/activationChangeKind.ts';
import {measuredTimesteps, type ActivationChange} from '../../contract/run/measured/activationChange.ts';
import {runExperts} from '../../contract/run/pipeline.ts';
import {parseModel, type RunModel} from '../../contract/run/runModel.ts';
import type {ImageSource} from '../../data/dataset.ts';
import type {OpenModel} from '../../models/pretrained.ts';
import {hashBytes} from '../../store/files/sha256.ts';
import {modelPath} from '../../store/run/runPaths.ts';
import {weightsHashOf} from '../graph/runInputs.ts';
import {jointStamp} from '../graph/stageFacts.ts';
import {dataSettings} from '../graph/trainingInputs.ts';
import {openBase} from '../runModels.ts';
import {openStageData} from '../stages/data/stageData.ts';
import type {StageContext} from '../stages/stageContext.ts';
import {ActivationChanges} from './activationChanges.ts';
import {evenTimesteps} from './evenTimesteps.ts';
import type {MeasuredRun, MeasurementHooks, OpenMeasurement} from './measurement.ts';
import {measuringContext} from './measuringContext.ts';
import {batchPlan} from './timestepBatches.ts';

/** What is known of a result before it is measured. */
type Subject = Omit<ActivationChange, 'sites'>;

/** Opens base, finetune and validation images of a run for the change of the feature maps between the two. Throws UserErrors. */
export async function openActivationChange(
  measured: MeasuredRun,
  request: ActivationChangeRequest,
): Promise<OpenMeasurement<ActivationChange>> {
  const context = await measuringContext(measured, 'activations');
  const model = requireModel(context, request.model);
  const {validation} = await openStageData(context);
  const base = await openBase(context);
  const subject = await subjectOf(measured, context, {request, model, base, validation});
  return {
    key: subject.key,
    run: async (kept, hooks) => {
      if (kept !== null && measuredTimesteps(kept) === subject.timesteps.length) return kept;
      const changes = await ActivationChanges.open(context, {model, base, validation, recipe: subject.recipe});
      return measure(changes, subject, kept, hooks).finally(() => changes.dispose());
    },
    dispose: () => undefined,
  };
}

function requireModel({run, resolved}: StageContext, name: string): RunModel {
  const model = parseModel(name);
  if (model === null) throw new Error(`the request lets through a model named ${name}`);
  const {config, baseFolder} = resolved;
  if (baseFolder === null || config.data === undefined) {
    const message = 'Feature maps are compared with those of a base on images; the config lacks one of them.';
    throw new UserError('activations-data', message, {where: run});
  }
  const experts = runExperts(config);
  if (model.kind !== 'expert' || model.index < experts) return model;
  throw new UserError('activations-expert', `There is no ${name}.`, {
    where: run,
    hint:
      experts === 0
        ? 'The run has no experts; compare another model, as in --model ordinary.'
        : `The run has ${experts}, counted from 0.`,
  });
}

interface SubjectOf {
  readonly request: ActivationChangeRequest;
  readonly model: RunModel;
  readonly base: OpenModel;
  readonly validation: ImageSource;
}

async function subjectOf(
  {engine}: MeasuredRun,
  {run, resolved, watch}: StageContext,
  {request, model, base, validation}: SubjectOf,
): Promise<Subject> {
  if (engine === null) throw new Error('feature maps need an engine');
  const {reason: _, ...used} = engine;
  const {config} = resolved;
  const all = base.schedule.timesteps;
  const own = model.kind === 'expert' ? (await watch.ranges(all))[model.index] : undefined;
  const [low, high] = own ?? [0, all];
  const range: [number, number] = [low, high];
  const timesteps = evenTimesteps(request.timesteps, range);
  const plan = batchPlan(request.images, validation, config);
  const recipe: Subject['recipe'] = {part: 'validation', ...plan, seed: request.seed, engine: used};
  const weights = await weightsHashOf(modelPath(run, resolved, model));
  const on = config.data && {...dataSettings(config.data), stamp: jointStamp(watch.begun.data)};
  const key = hashBytes(JSON.stringify([watch.begun.base, request.model, weights, on, range, timesteps, recipe]));
  return {format: 1, key, model: request.model, range, timesteps, recipe};
}

/** Measures the timesteps that are still missing. */
async function measure(
  changes: ActivationChanges,
  subject: Subject,
  kept: ActivationChange | null,
  {signal, onProgress, keep}: MeasurementHooks<ActivationChange>,
): Promise<ActivationChange> {
  const {timesteps} = subject;
  let sites = kept?.sites ?? [];
  for (let at = measuredTimesteps({sites}); at < timesteps.length; at++) {
    sites = await changes.after(sites, timesteps[at] ?? NaN, signal);
    onProgress(at + 1, timesteps.length);
    await keep({...subject, sites});
  }
  return {...subject, sites};
}
