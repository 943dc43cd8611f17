import type {ImageSource} from '../../data/dataset.ts';
import {subset} from '../../data/split.ts';
import type {FeatureNetwork} from '../../evaluate/featureNetwork.ts';
import type {FeatureRows} from '../../evaluate/featureRows.ts';
import {frechetWarnings} from '../../evaluate/frechetWarnings.ts';
import {createRandom, permutation} from '../../random.ts';
import {measureSource} from '../drawing/measureSource.ts';
import {warn, type StageContext} from '../stages/stageContext.ts';
import type {DistancePlan} from './distancePlan.ts';

/** Features of the training images that candidates are compared with, a seeded choice of them; what lies in `folder` is not computed again. */
export async function trainingFeatures(
  context: StageContext,
  {config, race, rounds, distance}: DistancePlan,
  train: ImageSource,
  {folder, network}: {readonly folder: string; readonly network: FeatureNetwork},
): Promise<FeatureRows> {
  const order = permutation(train.size, createRandom(config.seed, 'search', 'reference'));
  const chosen = subset(train, order.subarray(0, race.reference));
  const {dimension} = network.record;
  if (distance === 'frechet') {
    const samples = rounds.at(-1) ?? 0;
    frechetWarnings({samples, reference: chosen.size, dimension}).forEach(warn(context));
  }
  const blocks = await measureSource(context, chosen, {folder, networks: [network]});
  return blocks.rows(network.record);
}
