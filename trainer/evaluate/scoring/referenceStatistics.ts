import type {FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import {readStatistics, type StatisticsFile} from '../statisticsFile.ts';
import {requireSameFeatures} from './sameFeatures.ts';

/**
 * Reads statistics that images are compared with, which `network` measures, as far as that is known before it is loaded. Throws a UserError for those
 * of another network or length.
 */
export async function readReferenceStatistics(
  source: string,
  network: Partial<FeatureNetworkRecord>,
): Promise<StatisticsFile> {
  const statistics = await readStatistics(source);
  const reference = {source, network: statistics.network ?? null, dimension: statistics.mean.length};
  requireSameFeatures({network, dimension: network.dimension}, reference);
  return statistics;
}
