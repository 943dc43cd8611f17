import {objectiveKinds} from '../../contract/config/searchObjective.ts';
import {bestFirst} from '../../contract/run/bestFirst.ts';
import {withTitles, type Ranges} from '../../contract/overview/stageTitle.ts';
import {weightsByUpdate} from '../../contract/run/snapshots/weightsByUpdate.ts';
import type {
  CheckpointSearch,
  ConfirmedCandidate,
  DistanceTest,
  GroupSearch,
  OrdinarySearch,
  Report,
  SearchCheck,
  SearchResult,
} from '../../contract/run/report.ts';
import {differenceText, directionText, measuredText, type Estimate} from '../../contract/scores/estimate.ts';
import {plusMinus, table} from './markdownTable.ts';

/** The merge weights of a run, and what the search that found them has measured. */
export function weightsText({weights, search}: Pick<Report, 'weights' | 'search'>, ranges: Ranges): string {
  const chosen = `Weights, lowest timesteps first: ${weights.map((weight) => weight.toFixed(3)).join(', ')}.`;
  if (search === null) return `${chosen} Given in the config.`;
  const parts = [`${chosen} ${candidatesText(search, ranges)}`];
  if (search.confirmed) parts.push(confirmedText(search.confirmed));
  if (search.groups) parts.push(groupsText(search.groups, search));
  if (search.checkpoints) parts.push(checkpointsText(search.checkpoints, search));
  if (search.check) parts.push(checkText(search.check, ranges));
  if (search.ordinary) parts.push(ordinaryText(search.ordinary, search));
  if (search.test) parts.push(distanceTestText(search.test, search));
  return parts.join('\n\n');
}

function candidatesText(search: SearchResult, ranges: Ranges): string {
  const {strategy, candidates, objective = 'loss', refused, lossLimit} = search;
  const {name, unit, distance} = objectiveKinds[objective];
  const rows = bestFirst(candidates)
    .slice(0, 12)
    .map(({weights, loss, images, origin}) => [
      weightText(weights),
      loss.toFixed(6),
      ...(distance === null ? [] : [String(images)]),
      withTitles(origin, ranges),
    ]);
  const head = ['weights', name, ...(distance === null ? [] : ['images']), 'origin'];
  const where =
    distance === null ? 'on validation images' : `for the lowest ${name} (${unit}), on noise that no evaluation has`;
  const intro = `Found by the ${strategy} search ${where}; ${candidates.length} candidates, the best of them:`;
  const parts = [intro, table(head, rows)];
  if (refused) {
    parts.push(
      `${refused.length} more drew no images, since their held-out loss was above ${lossLimit?.toFixed(6)}, that of the base plus its standard error.`,
    );
  }
  return parts.join('\n\n');
}

function weightText(weights: readonly number[]): string {
  return weights.map((weight) => weight.toFixed(3)).join(', ');
}

function confirmedText(confirmed: readonly ConfirmedCandidate[]): string {
  const rows = confirmed.map(({weights, loss, kid, frechet}) => [
    weightText(weights),
    loss.toFixed(6),
    `${kid.mean.toFixed(4)} ± ${kid.standardError.toFixed(4)}`,
    frechet.toFixed(3),
  ]);
  const head = ['weights', 'validation loss', 'KID', 'Fréchet distance'];
  return `Of the best candidates, the one whose images are closest to the validation images was chosen:\n\n${table(head, rows)}`;
}

function groupsText({groups, rules, loss, candidates}: GroupSearch, {objective = 'loss'}: SearchResult): string {
  const tried = `${candidates.length} candidates with separate weights for the parts ${groups.join(', ')}`;
  if (rules.length === 0) return `${tried}: none was better than the same weights everywhere.`;
  const rows = rules.map(({match, weights}) => [match, weights.map((x) => Number(x).toFixed(3)).join(', ')]);
  return `${tried}; the best, with which the experts were merged, has a ${objectiveKinds[objective].name} of ${loss.toFixed(6)}:\n\n${table(['part', 'weights'], rows)}`;
}

function checkpointsText(found: CheckpointSearch, {objective = 'loss'}: SearchResult): string {
  const {updates, weights, loss, candidates} = found;
  const tried = `${candidates.length} candidates with weights for the checkpoints of each expert after the updates ${updates.join(', ')}`;
  if (weights.length === 0) return `${tried}: none was better than the experts alone.`;
  const rows = weightsByUpdate(found).map((row) => [String(row.update), weightText(row.weights)]);
  return `${tried}; the best, with which they were merged, has a ${objectiveKinds[objective].name} of ${loss.toFixed(6)}:\n\n${table(['updates', 'weights'], rows)}`;
}

/** Measured on images that the search has not seen, which would favour its winner. */
function checkText({images, timestepsPerRange, models}: SearchCheck, ranges: Ranges): string {
  const rows = models.map(({model, loss, differenceToBase}) => [
    withTitles(model, ranges),
    plusMinus(loss),
    model === 'base' ? '' : differenceText(differenceToBase),
  ]);
  const intro = `On ${images} test images, which the search has not seen (${timestepsPerRange} timesteps a range; paired with the base):`;
  return `${intro}\n\n${table(['model', 'loss', 'difference to base'], rows)}`;
}

/** The same search of the ordinary finetune's task vector, whose result is what the merge has to beat. */
function ordinaryText({best, candidates, groups}: OrdinarySearch, {objective = 'loss'}: SearchResult): string {
  const {name} = objectiveKinds[objective];
  const found = `found ${weightText(best.weights)}, with a ${name} of ${best.loss.toFixed(6)}`;
  const byParts =
    groups && groups.rules.length > 0 ? `, and of ${groups.loss.toFixed(6)} by weights for the parts` : '';
  return `The same search of the weight of the ordinary finetune's own task vector (${candidates.length} candidates) ${found}${byParts}.`;
}

/** The result of a search by distance beside what it has to beat, on noise and images that it has not seen. */
function distanceTestText({seeds, samples, reference, models, verdict}: DistanceTest, search: SearchResult): string {
  const {name} = objectiveKinds[search.objective ?? 'loss'];
  const rows = models.map(({model, distance, distances, differenceToBase, toTraining}) => [
    model,
    distanceText(distance),
    ...distances.map((value) => value.toPrecision(5)),
    model === 'base' ? '' : signedText(differenceToBase),
    distanceText(toTraining),
  ]);
  const head = ['model', name, ...seeds.map((seed) => `seed ${seed}`), 'difference to base', 'to training images'];
  const intro = `${name} of ${samples} images for each of the seeds ${seeds.join(', ')}, which the search has not seen, to ${reference} test images (± is one standard error over seeds; differences are paired by seed):`;
  const {model, against, difference} = verdict;
  return `${intro}\n\n${table(head, rows)}\n\n${model} against ${against}, the best of the others: ${comparedText(difference)}.`;
}

function distanceText({mean, standardError}: Estimate): string {
  return measuredText(mean, standardError);
}

function signedText(difference: Estimate): string {
  return `${difference.mean > 0 ? '+' : ''}${distanceText(difference)}`;
}

/** A paired difference in words, whether it is favourable or not. */
function comparedText(difference: Estimate): string {
  return difference.mean === 0 ? 'the same' : `${signedText(difference)}, ${directionText(difference)}`;
}
