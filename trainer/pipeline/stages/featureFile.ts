import {join} from 'node:path';
import {featureFileNames, featureNames, type EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import {UserError} from '../../contract/errors.ts';
import type {FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import type {FeatureRows} from '../../evaluate/featureRows.ts';
import {networkIn, networkKey, tensorRows} from '../../evaluate/scoring/featuresFile.ts';
import {statisticsOf} from '../../evaluate/featureStatistics.ts';
import {writeStatistics} from '../../evaluate/statisticsFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {openSafetensors, writeSafetensors} from '../../store/weights/safetensors.ts';
import type {FeatureBlocks} from '../drawing/featureBlocks.ts';

const tensorName = 'features';

/** Features on disk, of which only those that are asked for are in memory. */
export interface FeatureFile extends FeatureRows {
  /** What made them; null in files of version 0.1.0, where it was always the digit classifier. */
  readonly network: FeatureNetworkRecord | null;
  close(): Promise<void>;
}

/** Where features go. */
export interface FeaturePlace {
  readonly run: string;
  readonly model: string;
  /** What the files are called after, where there are several networks. */
  readonly network: string | null;
  /** Whether the features stay, or their statistics alone. */
  readonly keep: boolean;
}

/** Writes the features by the networks of a config, all or those that were `measured`, once all blocks are made, into an evaluation of a run. */
export async function writeAllFeatures(
  run: string,
  model: string,
  {features, keep = ['features']}: Pick<EvaluateConfig, 'features' | 'keep'>,
  blocks: FeatureBlocks,
  measured = featureNames(features),
): Promise<void> {
  const files = featureFileNames(features);
  for (const [i, name] of featureNames(features).entries()) {
    if (!measured.includes(name)) continue;
    const place = {run, model, network: files[i] ?? null, keep: keep.includes('features')};
    await writeFeatures(place, blocks, await blocks.network(name));
  }
}

/** Writes features out of their blocks, with their statistics. */
export async function writeFeatures(
  {run, model, network, keep}: FeaturePlace,
  blocks: FeatureBlocks,
  record: FeatureNetworkRecord,
): Promise<void> {
  const file = keep ? runPaths.features(run, model, network) : join(blocks.folder, 'features');
  const tensor = {
    name: tensorName,
    shape: [blocks.count, record.dimension],
    dtype: 'F32' as const,
    pieces: () => blocks.bytes(record.name, record.dimension),
  };
  await writeSafetensors(file, [tensor], {[networkKey]: JSON.stringify(record)});
  const features = await openFeatures(file);
  try {
    const {mean, covariance, count} = statisticsOf(features);
    // Beside the features, which say it too, they are as pytorch-fid writes them.
    const origin = keep ? {} : {network: record, count};
    await writeStatistics(runPaths.statistics(run, model, network), {mean, covariance, ...origin});
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
