import type {Datasets} from '../../data/dataset.ts';
import {predictorLosses} from '../../evaluate/heldOut.ts';
import type {LossTable} from '../../evaluate/lossTable.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {taskVectors} from '../../merge/blend.ts';
import type {PartOf} from '../../merge/tensorWeights.ts';
import {partOf} from '../../models/architectures.ts';
import {drawingParts, type Components} from '../../models/components.ts';
import type {Model} from '../../models/model.ts';
import {Predictor} from '../../models/predictor.ts';
import {disposeParams, type Params} from '../../nn/params.ts';
import type {SamplingConfig} from '../../contract/config/evaluateConfig.ts';
import type {ExpertSnapshot} from '../../contract/run/snapshots/expertSnapshot.ts';
import type {Prompts} from '../../sample/prompts.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {weightsHashOf} from '../graph/runInputs.ts';
import {loadBase, openBaseComponents, loadExperts} from '../runModels.ts';
import {expertSources, modelPath, runPaths} from '../../store/run/runPaths.ts';
import type {StageContext} from '../stages/stageContext.ts';
import {runPrompts} from '../stages/data/runPrompts.ts';
import {imagesIdentity} from '../stages/data/imagesIdentity.ts';
import {openStageData} from '../stages/data/stageData.ts';
import {labHeldOut, type LabDraws, type LabHeldOut} from './labHeldOut.ts';

/** Base and task vectors of a run on the device, and its images: everything needed to measure merges one after another. */
export interface MergeLab {
  readonly base: Params;
  readonly vectors: readonly Params[];
  /** Task vectors of the snapshots that were asked for, in their order. */
  readonly snapshots: readonly Params[];
  /** The task vector of the ordinary finetune, where it was asked for. */
  readonly ordinary: Params | null;
  readonly partOf: PartOf;
  readonly predictor: Predictor;
  readonly ranges: readonly TimestepRange[];
  readonly model: Model;
  readonly components: Components;
  readonly data: Datasets;
  /** SHA-256 over models, ranges and images: everything but the draws that a loss depends on. */
  readonly key: string;
  heldOut(draws: LabDraws): Promise<LabHeldOut>;
  /** What images are drawn by; without prompts in the config, the captions of validation images. */
  prompts(sampling: SamplingConfig): Promise<Prompts | undefined>;
  /** Losses of parameters with the names of `base`; with `onlyRanges`, the other ranges are NaN. */
  losses(params: Params, heldOut: LabHeldOut, onlyRanges?: readonly number[]): Promise<LossTable>;
  dispose(): void;
}

/** Models of a lab besides base and experts. */
export interface FurtherModels {
  readonly ordinary?: boolean;
  readonly snapshots?: readonly ExpertSnapshot[];
}

/** Opens the models and images of a run whose experts exist, and what is wanted of its further models. Throws UserErrors. */
export async function openMergeLab(context: StageContext, further: FurtherModels = {}): Promise<MergeLab> {
  const data = await openStageData(context);
  const pretrained = await loadBase(context);
  const {base, experts, ...loaded} = await loadExperts(context, pretrained, {
    others: further.ordinary ? [{kind: 'ordinary'}] : [],
    snapshots: further.snapshots,
  });
  const vectors = taskVectors(base, experts);
  const [ordinary = null] = taskVectors(base, loaded.others);
  const snapshots = taskVectors(base, loaded.snapshots);
  [...experts, ...loaded.others, ...loaded.snapshots].forEach(disposeParams);
  const ranges = await context.watch.ranges(pretrained.schedule.timesteps);
  const predictor = new Predictor(pretrained.denoiser, base);
  const components = await openBaseComponents(context, pretrained);
  return {
    base,
    vectors,
    snapshots,
    ordinary,
    partOf: partOf(pretrained.folder.unetConfig),
    predictor,
    ranges,
    model: pretrained,
    components,
    data,
    key: await keyOf(context, pretrained.weightsHash, ranges, further),
    heldOut: (draws) => labHeldOut({context, data, schedule: pretrained.schedule, components, ranges}, draws),
    prompts: async (sampling) => {
      await components.load(drawingParts);
      return runPrompts(context, components, data.validation, sampling);
    },
    losses: (params, heldOut, onlyRanges) => {
      predictor.load(params);
      return predictorLosses(predictor, {...heldOut, ...(onlyRanges && {onlyRanges})});
    },
    dispose: () => {
      predictor.dispose();
      components.unload();
      [base, ...vectors, ...snapshots, ...(ordinary === null ? [] : [ordinary])].forEach(disposeParams);
    },
  };
}

async function keyOf(
  context: StageContext,
  base: string,
  ranges: readonly TimestepRange[],
  {ordinary: withOrdinary, snapshots = []}: FurtherModels,
): Promise<string> {
  const {run, resolved} = context;
  const experts: string[] = [];
  for (const {path} of expertSources(run, resolved)) experts.push(await weightsHashOf(path));
  const images = imagesIdentity(context);
  const ordinary = withOrdinary ? await weightsHashOf(modelPath(run, resolved, {kind: 'ordinary'})) : undefined;
  const earlier: string[] = [];
  for (const snapshot of snapshots) earlier.push(await weightsHashOf(runPaths.snapshot(run, snapshot)));
  return hashBytes(
    JSON.stringify({base, experts, ranges, images, ordinary, ...(earlier.length > 0 && {snapshots: earlier})}),
  );
}
