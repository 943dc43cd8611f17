import type {PredictionType} from '../contract/model/predictionType.ts';
import type {MergeRecord, ModelRecord} from '../contract/run/records.ts';
import type {SchedulerConfig} from '../contract/model/schedulerConfig.ts';
import type {NetworkConfig} from '../contract/model/networkConfig.ts';
import type {WeightsFormat} from '../contract/model/weightsFormat.ts';
import type {Params} from '../nn/params.ts';
import {writeModelFolder, type ModelFolder, type NewModel} from '../store/weights/modelFolder.ts';
import {readModel} from '../store/weights/readModel.ts';
import type {TensorSource} from '../store/weights/safetensors.ts';
import {architectureOf} from './architectures.ts';
import {fileShape, toFileOrder} from './layout.ts';
import {loadWeights} from './loadParams.ts';
import {createModel, type Model} from './model.ts';

/** A model on disk, whose weights are loaded on demand. */
export interface OpenModel extends Model {
  readonly folder: ModelFolder;
  /** SHA-256 of the weights. */
  readonly weightsHash: string;
  /** What looks wrong with the model, one sentence each. */
  readonly warnings: readonly string[];
  /**
   * Loads the weights, which the caller owns, on the current backend. They must have the names and shapes that the config says; projections are
   * optional.
   */
  loadParams(): Promise<Params>;
}

/** A model loaded from disk, ready to be evaluated on the current backend. */
export interface Pretrained extends OpenModel {
  /** Not tidied: the caller owns them. */
  readonly params: Params;
}

/** What `savePretrained` writes besides the weights. */
export interface SavedModel {
  readonly unetConfig: NetworkConfig;
  readonly schedulerConfig: SchedulerConfig;
  readonly pipeline?: NewModel['pipeline'];
  readonly params: Params;
  readonly record: ModelRecord;
  readonly mergeRecord?: MergeRecord;
  readonly dtype: WeightsFormat;
}

/**
 * Opens a diffusers folder or a single-file checkpoint, of which `predictionType` is what to take where it does not say it. Throws UserErrors.
 */
export async function openPretrained(path: string, predictionType?: PredictionType): Promise<OpenModel> {
  const folder = await readModel(path, predictionType);
  const model = createModel(folder, path);
  const {shapes} = model.denoiser;
  return {
    ...model,
    folder,
    weightsHash: await folder.weightsHash(),
    warnings: warningsOf(folder),
    loadParams: () => loadWeights(() => folder.openWeights(), shapes, folder.weightsFiles[0] ?? folder.path),
  };
}

/** Opens a model and loads its weights. */
export async function loadPretrained(path: string, predictionType?: PredictionType): Promise<Pretrained> {
  const opened = await openPretrained(path, predictionType);
  return {...opened, params: await opened.loadParams()};
}

/** Writes a diffusers folder in PyTorch's layout; see `writeModelFolder` for what may lie at `path`. */
export async function savePretrained(path: string, {params, dtype, ...model}: SavedModel): Promise<void> {
  const tensors = [...params].map(([name, tensor]): TensorSource => {
    const read = async () => toFileOrder(new Float32Array(await tensor.data()), tensor.shape);
    return {name, shape: fileShape(tensor.shape), dtype, read};
  });
  await writeModelFolder(path, {...model, tensors});
}

function warningsOf({unetConfig, schedulerConfig}: ModelFolder): string[] {
  const {doubts} = architectureOf(unetConfig);
  if (schedulerConfig !== null) return [...doubts];
  return [...doubts, "The model has no scheduler config: the defaults of diffusers' DDPMScheduler are used."];
}
