import {UserError} from '../../contract/errors.ts';
import {FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import {featureBatches, type FeatureNetwork} from '../../evaluate/featureNetwork.ts';
import type {FeatureRows, FeatureSet} from '../../evaluate/featureRows.ts';
import {statisticsOf} from '../../evaluate/featureStatistics.ts';
import {writeStatistics} from '../../evaluate/statisticsFile.ts';
import type {ImageShape} from '../../models/imageSpace.ts';
import {parseJson} from '../../store/files/jsonFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {openSafetensors, writeSafetensors} from '../../store/weights/safetensors.ts';

const tensorName = 'features';
/** In the metadata of the file. */
const networkKey = 'deme.features';

/** Features on disk, of which only those that are asked for are in memory. */
export interface FeatureFile extends FeatureRows {
  /** What made them; null in files of version 0.1.0, where it was always the digit classifier. */
  readonly network: FeatureNetworkRecord | null;
  close(): Promise<void>;
}

/** Images whose features are written: batches of [n,H,W,C] in [-1, 1], `count` images in all. */
export interface MeasuredImages {
  readonly batches: AsyncIterable<Float32Array>;
  readonly count: number;
  readonly shape: ImageShape;
}

/** Computes the features of images while these come, and writes them and their statistics into the folder of an evaluation of a run. */
export async function writeFeatures(
  run: string,
  model: string,
  network: FeatureNetwork,
  {batches, count, shape}: MeasuredImages,
): Promise<void> {
  const file = runPaths.features(run, model);
  const {record} = network;
  async function* pieces() {
    for await (const rows of featureBatches(network, batches, shape)) yield bytesOf(rows);
  }
  const tensor = {name: tensorName, shape: [count, record.dimension], dtype: 'F32' as const, pieces};
  await writeSafetensors(file, [tensor], {[networkKey]: JSON.stringify(record)});
  const features = await openFeatures(file);
  try {
    const {mean, covariance} = statisticsOf(features);
    await writeStatistics(runPaths.statistics(run, model), {mean, covariance});
  } finally {
    await features.close();
  }
}

/** Opens what `writeFeatures` wrote, for the caller to close. Throws a UserError for any other file. */
export async function openFeatures(file: string): Promise<FeatureFile> {
  const reader = await openSafetensors(file);
  try {
    const [count, dimension] = reader.shapes.get(tensorName) ?? [];
    if (count === undefined || dimension === undefined || reader.dtypes.get(tensorName) !== 'F32') {
      throw new UserError('features-invalid', 'This file holds no features.', {
        where: file,
        hint: 'Delete its folder and resume the run.',
      });
    }
    const slices = await reader.slices(tensorName);
    const rows = (numbers: ArrayLike<number>): FeatureSet => {
      const values = new Float32Array(numbers.length * dimension);
      Array.from(numbers).forEach((row, i) => {
        slices.read(row * dimension * 4, bytesOf(values.subarray(i * dimension, (i + 1) * dimension)));
      });
      return {values, count: numbers.length, dimension};
    };
    return {count, dimension, network: networkOf(reader.metadata, file), rows, close: () => reader.close()};
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function networkOf(metadata: ReadonlyMap<string, string>, file: string): FeatureNetworkRecord | null {
  const text = metadata.get(networkKey);
  return text === undefined ? null : parseJson(text, FeatureNetworkRecord, 'the record of a feature network', file);
}

function bytesOf({buffer, byteOffset, byteLength}: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
