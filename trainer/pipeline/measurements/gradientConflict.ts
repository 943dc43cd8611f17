import {rmSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {mostRanges, type GradientConflictRequest} from '../../contract/measurements/gradientConflictKind.ts';
import type {GradientConflict} from '../../contract/run/measured/gradientConflict.ts';
import type {RunModel} from '../../contract/run/runModel.ts';
import type {ImageSource} from '../../data/dataset.ts';
import {proposeRanges} from '../../deme/proposeRanges.ts';
import {otherPart, partOrder} from '../../merge/tensorWeights.ts';
import {partOf} from '../../models/architectures.ts';
import type {OpenModel} from '../../models/pretrained.ts';
import {countParams, disposeParams, type Params} from '../../nn/params.ts';
import {namesIn} from '../../store/files/namesIn.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {modelPath} from '../../store/run/runPaths.ts';
import {RowTable} from '../../store/table/rowTable.ts';
import {conflictCosines} from '../../train/conflict/conflictCosines.ts';
import {weightsHashOf} from '../graph/runInputs.ts';
import {loadModelParams, openBase} from '../runModels.ts';
import {imagesIdentity} from '../stages/data/imagesIdentity.ts';
import {openStageData} from '../stages/data/stageData.ts';
import {warn, type StageContext} from '../stages/stageContext.ts';
import {ConflictGradients, type ConflictGradientsOf} from './conflictGradients.ts';
import {evenTimesteps} from './evenTimesteps.ts';
import type {MeasuredRun, MeasurementHooks, OpenMeasurement} from './measurement.ts';
import {measuringContext} from './measuringContext.ts';
import {requireModel} from './requireModel.ts';
import {batchPlan} from './timestepBatches.ts';

/** Gradients of all timesteps that are kept whole. */
const wholeBytes = 256 * 2 ** 20;
/** Numbers that are kept of the gradient of a tensor where they would be larger than that. */
const defaultWidth = 1024;

/** What is known of a result before it is measured. */
type Subject = Omit<GradientConflict, 'norms' | 'overall' | 'parts' | 'proposals' | 'suggested'>;

/** Opens a model of a run and its training images for the cosines of its gradients between timesteps. Throws UserErrors. */
export async function openGradientConflict(
  measured: MeasuredRun,
  request: GradientConflictRequest,
): Promise<OpenMeasurement<GradientConflict>> {
  const context = await measuringContext(measured, 'conflict');
  const model = await requireModel(context, request.model, 'Gradients are');
  const {train} = await openStageData(context);
  const base = await openBase(context);
  const params = await loadModelParams(context, base, model);
  const subject = await subjectOf(measured, context, {request, model, base, params, train});
  const of = {base, params, train, recipe: subject.recipe, width: subject.projection?.width ?? Infinity};
  const scratch = join(measured.run.path, 'conflict', `${request.model}.gradients`);
  let isMeasured = false;
  return {
    key: subject.key,
    run: async (kept, hooks) => {
      // The cosines do not depend on the ranges of the run.
      const result = kept ? {...kept, ranges: subject.ranges} : await measure(context, {subject, of, scratch}, hooks);
      isMeasured = true;
      return result;
    },
    dispose: () => {
      disposeParams(params);
      // By now the result is on the disk.
      if (isMeasured) rmSync(scratch, {recursive: true, force: true});
    },
  };
}

interface SubjectOf {
  readonly request: GradientConflictRequest;
  readonly model: RunModel;
  readonly base: OpenModel;
  readonly params: Params;
  readonly train: ImageSource;
}

async function subjectOf(
  {engine}: MeasuredRun,
  context: StageContext,
  {request, model, base, params, train}: SubjectOf,
): Promise<Subject> {
  const {run, resolved, watch} = context;
  if (engine === null) throw new Error('gradients need an engine');
  const {reason: _, ...used} = engine;
  const {decouple} = resolved.config;
  const {timesteps: trainTimesteps} = base.schedule;
  const timesteps = evenTimesteps(request.timesteps, [0, trainTimesteps]);
  const recipe: Subject['recipe'] = {
    part: 'train',
    ...batchPlan(request.images, train, resolved.config),
    seed: request.seed,
    weighting: decouple?.lossWeighting ?? {kind: 'none'},
    engine: used,
  };
  const projection = projectionOf(request, params);
  const weights = await weightsHashOf(modelPath(run, resolved, model));
  const on = imagesIdentity(context);
  const key = hashBytes(JSON.stringify([watch.begun.base, request.model, weights, on, timesteps, projection, recipe]));
  const ranges = (await watch.ranges(trainTimesteps)).map(([low, high]): [number, number] => [low, high]);
  return {format: 1, key, model: request.model, trainTimesteps, timesteps, ranges, projection, recipe};
}

function projectionOf({width, timesteps}: GradientConflictRequest, params: Params): Subject['projection'] {
  const isSmall = 4 * timesteps * countParams(params) <= wholeBytes;
  const kept = width ?? (isSmall ? Infinity : defaultWidth);
  const largest = Math.max(...[...params.values()].map(({size}) => size));
  return kept >= largest ? null : {width: kept, standardError: 1 / Math.sqrt(kept)};
}

interface Unmeasured {
  readonly subject: Subject;
  readonly of: ConflictGradientsOf;
  /** Folder of the gradients until all of them are measured. */
  readonly scratch: string;
}

/** Measures the gradients that are still missing, and compares all of them. */
async function measure(
  context: StageContext,
  {subject, of, scratch}: Unmeasured,
  {signal, onProgress}: Pick<MeasurementHooks<GradientConflict>, 'signal' | 'onProgress'>,
): Promise<GradientConflict> {
  const {key, timesteps, trainTimesteps} = subject;
  for (const other of await namesIn(scratch)) if (other !== key) await rm(join(scratch, other), {recursive: true});
  const gradients = await ConflictGradients.open(context, of);
  const {layout} = gradients;
  const table = new RowTable(
    {
      folder: join(scratch, key),
      what: 'the gradients',
      rows: timesteps.length,
      rowsPerFile: 1,
      shape: [layout.total],
      dtype: 'F32',
      compute: (row) => gradients.at(timesteps[row] ?? NaN),
    },
    {beforeEach: async () => signal.throwIfAborted(), say: (_, message) => warn(context)(message), onProgress},
  );
  try {
    await table.fill();
    const sketches = await Promise.all(timesteps.map((_, row) => table.read(row)));
    const groupOf = partOf(of.base.folder.unetConfig);
    const measured = conflictCosines(
      sketches.flatMap((sketch) => sketch ?? []),
      layout,
      (name) => groupOf(name).group ?? otherPart,
    );
    return {
      ...subject,
      ...measured,
      parts: measured.parts.sort((a, b) => partOrder.indexOf(a.name) - partOrder.indexOf(b.name)),
      ...proposeRanges(measured.overall, timesteps, trainTimesteps, mostRanges),
    };
  } finally {
    await table.close();
    gradients.dispose();
  }
}
