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

/** A model loaded from disk, ready to be evaluated on the current backend. */
export interface Pretrained extends Model {
  readonly folder: ModelFolder;
  /** Not tidied: the caller owns them. */
  readonly params: Params;
  /** SHA-256 of the weights. */
  readonly weightsHash: string;
  /** What looks wrong with the model, one sentence each. */
  readonly warnings: readonly string[];
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
 * Loads a diffusers folder or a single-file checkpoint, of which `predictionType` is what to take where it does not say it. The weights must
 * have the names and shapes that the config says; projections are optional.
 */
export async function loadPretrained(path: string, predictionType?: PredictionType): Promise<Pretrained> {
  const folder = await readModel(path, predictionType);
  const model = createModel(folder, path);
  const weightsHash = await folder.weightsHash();
  const params = await loadWeights(
    () => folder.openWeights(),
    model.denoiser.shapes,
    folder.weightsFiles[0] ?? folder.path,
  );
  return {...model, folder, params, weightsHash, warnings: warningsOf(folder)};
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
