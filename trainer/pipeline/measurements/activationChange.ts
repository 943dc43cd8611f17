import type {ActivationChangeRequest} from '../../contract/measurements/activationChangeKind.ts';
import {measuredTimesteps, type ActivationChange} from '../../contract/run/measured/activationChange.ts';
import type {RunModel} from '../../contract/run/runModel.ts';
import type {ImageSource} from '../../data/dataset.ts';
import type {OpenModel} from '../../models/pretrained.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {modelPath} from '../../store/run/runPaths.ts';
import {weightsHashOf} from '../graph/runInputs.ts';
import {openBase} from '../runModels.ts';
import {imagesIdentity} from '../stages/data/imagesIdentity.ts';
import {openStageData} from '../stages/data/stageData.ts';
import type {StageContext} from '../stages/stageContext.ts';
import {ActivationChanges} from './activationChanges.ts';
import {evenTimesteps} from './evenTimesteps.ts';
import type {MeasuredRun, MeasurementHooks, OpenMeasurement} from './measurement.ts';
import {measuringContext} from './measuringContext.ts';
import {requireModel} from './requireModel.ts';
import {batchPlan} from './timestepBatches.ts';

/** What is known of a result before it is measured. */
type Subject = Omit<ActivationChange, 'sites'>;

/** Opens base, finetune and validation images of a run for the change of the feature maps between the two. Throws UserErrors. */
export async function openActivationChange(
  measured: MeasuredRun,
  request: ActivationChangeRequest,
): Promise<OpenMeasurement<ActivationChange>> {
  const context = await measuringContext(measured, 'activations');
  const model = await requireModel(context, request.model, 'Feature maps are');
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

interface SubjectOf {
  readonly request: ActivationChangeRequest;
  readonly model: RunModel;
  readonly base: OpenModel;
  readonly validation: ImageSource;
}

async function subjectOf(
  {engine}: MeasuredRun,
  context: StageContext,
  {request, model, base, validation}: SubjectOf,
): Promise<Subject> {
  const {run, resolved, watch} = context;
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
  const on = imagesIdentity(context);
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
