import {UserError} from '../../contract/errors.ts';
import type {FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import {featureBatches, type FeatureNetwork} from '../../evaluate/featureNetwork.ts';
import type {FeatureRows} from '../../evaluate/featureRows.ts';
import {networkIn, networkKey, tensorRows} from '../../evaluate/scoring/featuresFile.ts';
import {statisticsOf} from '../../evaluate/featureStatistics.ts';
import {writeStatistics} from '../../evaluate/statisticsFile.ts';
import type {ImageShape} from '../../models/imageSpace.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {bytesOf} from '../../store/weights/dtype.ts';
import {openSafetensors, writeSafetensors} from '../../store/weights/safetensors.ts';

const tensorName = 'features';

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
    const features = await tensorRows(reader, tensorName);
    if (features === null) {
      throw new UserError('features-invalid', 'This file holds no features.', {
        where: file,
        hint: 'Delete its folder and resume the run.',
      });
    }
    return {...features, network: networkIn(reader, file), close: () => reader.close()};
  } catch (error) {
    await reader.close();
    throw error;
  }
}
