import {UserError} from '../../contract/errors.ts';
import {FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import {parseJson} from '../../store/files/jsonFile.ts';
import {bytesOf} from '../../store/weights/dtype.ts';
import {openSafetensors, writeSafetensors, type TensorSource} from '../../store/weights/safetensors.ts';
import type {TensorReader} from '../../store/weights/tensorReader.ts';
import type {FeatureRows} from '../featureRows.ts';
import {statisticsOf} from '../featureStatistics.ts';
import {featureBytes} from './featureStore.ts';
import type {ScoredSet} from './scoredSet.ts';

/** In the metadata of files with features: the record of what made them. */
export const networkKey = 'deme.features';

/**
 * Writes features, and class scores where there are any, as the tensors `features` and `logits`; of several networks as `NAME.features` and so on.
 * Rows are in the order of the pictures. The records of the networks are in the metadata.
 */
export async function writeFeaturesFile(
  path: string,
  sets: readonly Pick<ScoredSet, 'network' | 'features' | 'logits'>[],
): Promise<void> {
  const tensors: TensorSource[] = [];
  const metadata: Record<string, string> = {};
  for (const {network, features, logits} of sets) {
    const prefix = sets.length > 1 ? `${network?.name}.` : '';
    if (features) tensors.push(tensorOf(`${prefix}features`, features));
    if (logits) tensors.push(tensorOf(`${prefix}logits`, logits));
    if (network) metadata[`${prefix}${networkKey}`] = JSON.stringify(network);
  }
  await writeSafetensors(path, tensors, metadata);
}

function tensorOf(name: string, rows: FeatureRows): TensorSource {
  return {name, shape: [rows.count, rows.dimension], dtype: 'F32', pieces: () => featureBytes(rows)};
}

/** Opens the features of the network called `name` in such a file, for the caller to close. */
export async function openFeaturesFile(path: string, name: string): Promise<ScoredSet & {close(): Promise<void>}> {
  const reader = await openSafetensors(path);
  try {
    const prefix = reader.shapes.has(`${name}.features`) ? `${name}.` : '';
    const features = await tensorRows(reader, `${prefix}features`);
    if (features === null) {
      throw new UserError('features-invalid', `This file holds no features of ${name}.`, {
        where: path,
        hint: `It holds ${[...reader.shapes.keys()].join(', ')}.`,
      });
    }
    return {
      source: path,
      network: networkIn(reader, path, prefix),
      count: features.count,
      features,
      logits: await tensorRows(reader, `${prefix}logits`),
      statistics: () => statisticsOf(features),
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** The record of what made the features in a file at `where`; null where it does not say. */
export function networkIn({metadata}: TensorReader, where: string, prefix = ''): FeatureNetworkRecord | null {
  const text = metadata.get(`${prefix}${networkKey}`);
  return text === undefined ? null : parseJson(text, FeatureNetworkRecord, 'the record of a feature network', where);
}

/** The vectors of a tensor [n, dimension] of F32, read as they are asked for; null where there is no such tensor. */
export async function tensorRows(reader: TensorReader, name: string): Promise<FeatureRows | null> {
  const [count, dimension] = reader.shapes.get(name) ?? [];
  if (count === undefined || dimension === undefined || reader.dtypes.get(name) !== 'F32') return null;
  const slices = await reader.slices(name);
  return {
    count,
    dimension,
    rows(numbers) {
      const values = new Float32Array(numbers.length * dimension);
      Array.from(numbers).forEach((row, i) => {
        slices.read(row * dimension * 4, bytesOf(values.subarray(i * dimension, (i + 1) * dimension)));
      });
      return {values, count: numbers.length, dimension};
    },
  };
}
