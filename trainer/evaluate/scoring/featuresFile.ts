import {UserError} from '../../contract/errors.ts';
import {FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import {parseJson} from '../../store/files/jsonFile.ts';
import {openSafetensors, writeSafetensors, type TensorSource} from '../../store/weights/safetensors.ts';
import type {TensorReader} from '../../store/weights/tensorReader.ts';
import type {FeatureRows} from '../featureRows.ts';
import {statisticsOf} from '../featureStatistics.ts';
import {featureBytes} from './featureStore.ts';
import type {ScoredSet} from './scoredSet.ts';

/** As in the feature files of runs. */
const networkKey = 'deme.features';

/**
 * Writes features, and class scores where there are any, as the tensors `features` and `logits`; of several networks as `NAME.features` and so on.
 * Rows are in the order of the pictures. The records of the networks are in the metadata.
 */
export async function writeFeaturesFile(path: string, sets: readonly ScoredSet[]): Promise<void> {
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
    const features = await rowsOf(reader, `${prefix}features`);
    if (features === null) {
      throw new UserError('features-invalid', `This file holds no features of ${name}.`, {
        where: path,
        hint: `It holds ${[...reader.shapes.keys()].join(', ')}.`,
      });
    }
    const text = reader.metadata.get(`${prefix}${networkKey}`);
    return {
      source: path,
      network:
        text === undefined ? null : parseJson(text, FeatureNetworkRecord, 'the record of a feature network', path),
      count: features.count,
      features,
      logits: await rowsOf(reader, `${prefix}logits`),
      statistics: () => statisticsOf(features),
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function rowsOf(reader: TensorReader, name: string): Promise<FeatureRows | null> {
  const [count, dimension] = reader.shapes.get(name) ?? [];
  if (count === undefined || dimension === undefined || reader.dtypes.get(name) !== 'F32') return null;
  const slices = await reader.slices(name);
  return {
    count,
    dimension,
    rows(numbers) {
      const values = new Float32Array(numbers.length * dimension);
      Array.from(numbers).forEach((row, i) => {
        slices.read(row * dimension * 4, new Uint8Array(values.buffer, i * dimension * 4, dimension * 4));
      });
      return {values, count: numbers.length, dimension};
    },
  };
}
