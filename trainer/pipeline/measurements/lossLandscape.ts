import type {LossLandscapeRequest} from '../../contract/measurements/lossLandscapeKind.ts';
import {landscapePanels} from '../../contract/run/measured/landscapePanels.ts';
import type {LossLandscape} from '../../contract/run/measured/lossLandscape.ts';
import type {RunModel} from '../../contract/run/runModel.ts';
import type {Datasets} from '../../data/dataset.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {predictorLosses} from '../../evaluate/heldOut.ts';
import {meanLossByRange} from '../../evaluate/heldOutSummary.ts';
import {IncrementalMerge} from '../../merge/files/incrementalMerge.ts';
import {fitAtCentre} from '../../merge/landscape/fitAtCentre.ts';
import {landscapeAxis, landscapePoints, withLosses} from '../../merge/landscape/landscapePoints.ts';
import {Predictor} from '../../models/predictor.ts';
import type {OpenModel} from '../../models/pretrained.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {modelPath} from '../../store/run/runPaths.ts';
import {weightsHashOf} from '../graph/runInputs.ts';
import {openBase, openBaseComponents} from '../runModels.ts';
import {labHeldOut, type LabHeldOut} from '../search/labHeldOut.ts';
import {imagesIdentity} from '../stages/data/imagesIdentity.ts';
import {openStageData} from '../stages/data/stageData.ts';
import type {StageContext} from '../stages/stageContext.ts';
import {disposePlane, openLandscapePlane, type LandscapePlane} from './landscapePlane.ts';
import type {MeasuredRun, MeasurementHooks, OpenMeasurement} from './measurement.ts';
import {measuringContext} from './measuringContext.ts';
import {requireExperts} from './requireExperts.ts';
import {requireMade, requireModel} from './requireModel.ts';

/** How far the axes reach where the request does not say. Along task vectors, 1 is the first expert. */
const defaultExtent = {random: 0.5, 'task-vectors': 1} as const;

/** What is opened of a run before the plane is. */
interface Subject {
  readonly context: StageContext;
  readonly request: LossLandscapeRequest;
  readonly model: RunModel;
  readonly base: OpenModel;
  readonly data: Datasets;
  readonly ranges: readonly TimestepRange[];
  readonly known: Pick<LossLandscape, 'key' | 'axis' | 'recipe'>;
}

/** Opens the images of a run for the loss around one of its models; weights are loaded where losses are missing. Throws UserErrors. */
export async function openLossLandscape(
  measured: MeasuredRun,
  request: LossLandscapeRequest,
): Promise<OpenMeasurement<LossLandscape>> {
  const context = await measuringContext(measured, 'landscape');
  const model = await requireModel(context, request.model, 'The loss landscape is');
  if (request.directions === 'task-vectors') requireExperts(measured, request.experts);
  const data = await openStageData(context);
  const base = await openBase(context);
  const ranges = await context.watch.ranges(base.schedule.timesteps);
  const known = await knownOf(measured, context, {request, model, ranges, images: data.validation.size});
  return {
    key: known.key,
    run: (kept, hooks) => measure({context, request, model, base, data, ranges, known}, kept, hooks),
    dispose: () => undefined,
  };
}

interface KnownOf extends Pick<Subject, 'request' | 'model' | 'ranges'> {
  /** Validation images that there are. */
  readonly images: number;
}

async function knownOf(
  {engine}: MeasuredRun,
  context: StageContext,
  {request, model, ranges, images}: KnownOf,
): Promise<Subject['known']> {
  if (engine === null) throw new Error('a loss landscape needs an engine');
  const {reason: _, ...used} = engine;
  const {run, resolved, watch} = context;
  const {directions, experts, points, timesteps: timestepsPerRange, seed} = request;
  const axis = landscapeAxis(request.extent ?? defaultExtent[directions], points);
  const recipe: LossLandscape['recipe'] = {
    part: 'validation',
    images: Math.min(request.images, images),
    timestepsPerRange,
    seed,
    engine: used,
  };
  const along = directions === 'random' ? [] : experts.map((index): RunModel => ({kind: 'expert', index}));
  for (const expert of along) await requireMade(context, expert);
  const weights = await Promise.all([model, ...along].map((each) => weightsHashOf(modelPath(run, resolved, each))));
  const depends = [watch.begun.base, weights, directions, imagesIdentity(context), ranges, axis, recipe];
  return {key: hashBytes(JSON.stringify([request.model, ...depends])), axis, recipe};
}

async function measure(
  subject: Subject,
  kept: LossLandscape | null,
  hooks: MeasurementHooks<LossLandscape>,
): Promise<LossLandscape> {
  if (kept !== null && kept.done === kept.total) return withFits(kept);
  const {context, request, model, base} = subject;
  const plane = await openLandscapePlane(context, base, model, request);
  try {
    const begun = kept ?? emptyLandscape(subject, plane);
    return withFits(await fill(begun, plane, base, await heldOutOf(subject), hooks));
  } finally {
    disposePlane(plane);
  }
}

async function heldOutOf({context, base, data, ranges, known: {recipe}}: Subject): Promise<LabHeldOut> {
  const components = await openBaseComponents(context, base);
  const {part, images, timestepsPerRange: timesteps, seed} = recipe;
  const source = {context, data, schedule: base.schedule, components, ranges};
  return labHeldOut(source, {part, images, timesteps, seed}).finally(() => components.unload());
}

function emptyLandscape(
  {request, ranges, known}: Subject,
  {directions, unit}: Pick<LandscapePlane, 'directions' | 'unit'>,
): LossLandscape {
  const {axis} = known;
  const pairs = ranges.map(([low, high]): [number, number] => [low, high]);
  return {
    format: 1,
    ...known,
    model: request.model,
    directions,
    unit,
    ranges: pairs,
    rows: axis.map(() => axis.map(() => ranges.map(() => null))),
    fits: [],
    done: 0,
    total: axis.length ** 2,
  };
}

/** Measures the losses that are still missing. */
async function fill(
  begun: LossLandscape,
  {centre, u, v}: LandscapePlane,
  {denoiser}: OpenModel,
  heldOut: LabHeldOut,
  {signal, onProgress, keep}: MeasurementHooks<LossLandscape>,
): Promise<LossLandscape> {
  const merge = new IncrementalMerge(centre, [u, v]);
  const predictor = new Predictor(denoiser, centre);
  let landscape = begun;
  try {
    for (const [index, point] of landscapePoints(begun).entries()) {
      // The weights of a point are computed from those of the previous one, so points measured earlier have to be visited as well.
      merge.visit(point.at);
      if (index < begun.done) continue;
      signal.throwIfAborted();
      predictor.load(merge.params());
      landscape = withLosses(landscape, point, meanLossByRange(await predictorLosses(predictor, heldOut)));
      onProgress(landscape.done, landscape.total);
      await keep(landscape);
    }
    return landscape;
  } finally {
    predictor.dispose();
    merge.dispose();
  }
}

function withFits(landscape: LossLandscape): LossLandscape {
  return {...landscape, fits: landscapePanels(landscape).map(({rows}) => fitAtCentre(landscape.axis, rows))};
}
