import type {DemeConfig} from '../../contract/config/config.ts';
import type {SamplingConfig} from '../../contract/config/evaluateConfig.ts';
import {RaceConfig, SearchTestConfig, type SearchConfig} from '../../contract/config/searchConfig.ts';
import {searchDistance, searchNetwork, searchSampling} from '../../contract/config/searchDistance.ts';
import {searchedUpdates} from '../../contract/config/snapshots/searchedUpdates.ts';
import type {DistanceName} from '../../contract/config/searchObjective.ts';
import type {FeatureNetworkName} from '../../contract/model/featureNetwork.ts';
import {runExperts} from '../../contract/run/pipeline.ts';
import {distinctBaselines} from '../../merge/search/baselineCandidates.ts';
import {checkpointStart} from '../../merge/search/checkpointSearch.ts';
import {raceRounds} from '../../merge/search/race.ts';
import {racedSearchImages, type RaceStart} from '../../merge/search/raceBudget.ts';
import {createRandom} from '../../random.ts';

/** What a search by distance is going to do, as far as its config says: all that its cost follows from. */
export interface DistancePlan {
  readonly config: SearchConfig;
  readonly distance: DistanceName;
  readonly network: FeatureNetworkName;
  readonly sampling: SamplingConfig;
  /** Of the noise that candidates are drawn from, which is that of no evaluation: the result would have been chosen on it. */
  readonly seed: number;
  readonly race: RaceConfig;
  readonly test: SearchTestConfig;
  /** Whether there are images for that test. */
  readonly isTested: boolean;
  /** Images that are drawn in one go. */
  readonly block: number;
  /** Images of a candidate in each round of a race. */
  readonly rounds: readonly number[];
  /** The task vectors whose weights are searched, and from where: the distance of the base is measured once. */
  readonly searched: readonly SearchedName[];
  /** After which updates the checkpoints were made whose weights are searched; none where they are not. */
  readonly updates: readonly number[];
  readonly starts: Readonly<Record<SearchedName, RaceStart>>;
}

/** The experts, and the task vector of the ordinary finetune. */
export type SearchedName = 'experts' | 'ordinary';

/** The start of a search over the parts of the network: the weights that were found, the same for all parts. */
export function partsStart({weights, value = NaN}: RaceStart['start'], parts: number): RaceStart {
  const everywhere = Array.from({length: parts}, () => weights).flat();
  return {start: {weights: everywhere, origin: 'found weights', value}, others: []};
}

/** The start of a search over checkpoints: the weights that were found for the experts, and zero for all earlier ones. */
export function checkpointsStart({weights, value = NaN}: RaceStart['start'], checkpoints: number): RaceStart {
  const start = {weights: checkpointStart(weights, checkpoints), origin: 'found weights', value};
  return {start, others: []};
}

/** The plan of a config; null where its weights are not searched by distance. */
export function distancePlan(config: DemeConfig): DistancePlan | null {
  const [search, distance] = [config.merge?.search, searchDistance(config)];
  const [network, sampling] = [searchNetwork(config), searchSampling(config)];
  if (search === undefined || distance === null || network === null || sampling === null) return null;
  const race = RaceConfig.parse(search.race ?? {});
  const block = Math.ceil(race.first / sampling.batch) * sampling.batch;
  return {
    config: search,
    distance,
    network,
    sampling,
    seed: createRandom(sampling.seed, 'search', search.seed).uint32(),
    race,
    test: SearchTestConfig.parse(search.test ?? {}),
    isTested: hasTestImages(config),
    block,
    rounds: raceRounds({first: block, samples: race.samples}),
    searched: config.ordinary ? ['experts', 'ordinary'] : ['experts'],
    updates: searchedUpdates(config),
    starts: {experts: expertsStart(runExperts(config)), ordinary: ordinaryStart(NaN)},
  };
}

/** Fewer test images have no standard error. */
export const fewestTestImages = 2;

/** Whether a config holds out enough images to test what a search has found. */
export function hasTestImages({data}: DemeConfig): boolean {
  return data === undefined || data.test >= fewestTestImages;
}

/** The obvious weights of experts, those of the base first. */
function expertsStart(experts: number): RaceStart {
  const [start, ...others] = distinctBaselines(experts);
  if (start === undefined) throw new Error('every search tries the base');
  return {start, others};
}

/** The base, whose distance is known, and the ordinary finetune as weights of its task vector. */
export function ordinaryStart(base: number): RaceStart {
  return {start: {weights: [0], origin: 'base', value: base}, others: [{weights: [1], origin: 'ordinary'}]};
}

/** Images that a search by distance draws at most. */
export interface PlannedImages {
  readonly search: number;
  readonly test: number;
}

/** Parts of a UNet that get weights of their own: down, mid and up. */
const usualParts = 3;

/** How many images the search and the test of its result draw: so many, unless it converges early or refuses candidates by their loss. */
export function plannedImages(plan: DistancePlan, parts = usualParts): PlannedImages {
  const {config, searched, test, isTested, updates} = plan;
  const search = searched.reduce((sum, name) => sum + searchImages(plan, name, parts), 0);
  if (!isTested) return {search, test: 0};
  const hasGroups = config.groups !== undefined && parts > 0;
  const models = [
    'base',
    'ones',
    'best',
    ...(hasGroups ? ['groups'] : []),
    ...(updates.length > 0 ? ['checkpoints'] : []),
  ];
  const ordinary = searched.includes('ordinary') ? ['ordinary', 'ordinary-scaled'] : [];
  return {search, test: (models.length + ordinary.length) * test.seeds.length * test.samples};
}

function searchImages(
  {config: {budget, groups, checkpoints}, rounds, starts, updates}: DistancePlan,
  searched: SearchedName,
  parts: number,
): number {
  const start = starts[searched];
  const overWeights = racedSearchImages({budget, rounds}, start);
  if (checkpoints !== undefined && searched === 'experts') {
    const begin = checkpointsStart(start.start, updates.length);
    return overWeights + racedSearchImages({budget: checkpoints.budget, rounds}, begin);
  }
  if (groups === undefined || parts === 0) return overWeights;
  return overWeights + racedSearchImages({budget: groups.budget, rounds}, partsStart(start.start, parts));
}
