import type {DemeConfig} from '../../contract/config/config.ts';
import type {SearchConfig} from '../../contract/config/searchConfig.ts';
import {runExperts} from '../../contract/run/pipeline.ts';
import {baselineCandidates} from '../../merge/search/baselineCandidates.ts';
import {usualCandidates} from '../../merge/search/search.ts';
import {passesPerImage, type StageEffort} from '../graph/stageEffort.ts';
import {distancePlan, hasTestImages, plannedImages} from './distancePlan.ts';

/** What the events of a search call the things that it counts, in the order in which it does them. */
export const searchCounts = {
  images: 'images of the search',
  weights: 'merge candidates',
  confirmed: 'images of the best candidates',
  groups: 'candidates of the parts',
  checkpoints: 'candidates of the checkpoints',
  checked: 'models checked on test images',
  testImages: 'images of the test',
} as const;

/** How much the search of a config usually computes. */
export function searchEffort(config: DemeConfig): StageEffort {
  const search = config.merge?.search;
  if (search === undefined) return {};
  const plan = distancePlan(config);
  // A candidate sees every range.
  const draws = search.images * search.timesteps * runExperts(config);
  const isTested = hasTestImages(config);
  const checked = isTested && {[searchCounts.checked]: checkedModels(search, runExperts(config)) * draws};
  if (plan !== null) {
    const {search: images, test} = plannedImages(plan);
    const passes = passesPerImage(plan.sampling);
    const tested = isTested && {[searchCounts.testImages]: test * passes};
    return {[searchCounts.images]: images * passes, ...checked, ...tested};
  }
  const {groups, checkpoints, confirm} = search;
  const sampling = config.evaluate?.sampling;
  return {
    [searchCounts.weights]: usualCandidates(search, runExperts(config)) * draws,
    ...(confirm && sampling && {[searchCounts.confirmed]: confirm.best * confirm.samples * passesPerImage(sampling)}),
    ...(groups && {[searchCounts.groups]: groups.budget * draws}),
    ...(checkpoints && {[searchCounts.checkpoints]: checkpoints.budget * draws}),
    ...checked,
  };
}

/** The candidates that every search tries, the ensemble, and what was found. */
function checkedModels({groups, checkpoints}: SearchConfig, experts: number): number {
  return baselineCandidates(experts).length + 1 + [true, groups, checkpoints].filter(Boolean).length;
}
