import {stageTitle, withTitles, type Ranges} from '../../trainer/contract/overview/stageTitle.ts';
import type {RunDetails} from '../../trainer/contract/panel/panelViews.ts';
import type {CheckpointSearch, Report, SearchResult} from '../../trainer/contract/run/report.ts';
import {bestFirst} from '../../trainer/contract/run/bestFirst.ts';
import {weightsByUpdate} from '../../trainer/contract/run/snapshots/weightsByUpdate.ts';
import {objectiveKinds} from '../../trainer/contract/config/searchObjective.ts';
import {recipeTexts} from '../../trainer/contract/scores/recipeTexts.ts';
import {recipeList} from '../details.ts';
import {element, message, table, type Child} from '../dom.ts';
import {confirmedTable} from '../evaluation/confirmedTable.ts';
import {termButton, withTerm} from '../glossary/termButton.ts';
import {estimateText, numberText} from '../numberText.ts';

const shownCandidates = 12;

/** The held-out loss of the base in each range, and how each model differs from it. */
export function lossParts(report: Report | null, runRanges: Ranges): HTMLElement[] {
  const heading = element('h2', {}, ...withTerm('Held-out loss in each range'));
  if (report === null) return [heading, message('The losses are shown when the report of the run is written.')];
  const {head, rows} = rangeRows(report, runRanges);
  return [
    heading,
    element('p', {}, `On ${recipeTexts(report.recipe).heldOut}.`),
    table('Loss of the base, and paired difference of each model to it (negative is better)', head, rows),
    recipeList(report.recipe),
  ];
}

/** The best candidates of the weight search, and how they do on other images. */
export function searchParts({weights}: RunDetails, ranges: Ranges): HTMLElement[] {
  const search = weights?.search;
  if (!search) return [];
  const {name, unit, distance} = objectiveKinds[search.objective ?? 'loss'];
  const best = bestFirst(search.candidates).slice(0, shownCandidates);
  const rows = best.map(({origin, weights, loss, images}) => [
    withTitles(origin, ranges),
    weights.map(numberText).join(', '),
    numberText(loss),
    ...(distance === null ? [] : [String(images)]),
    // Distances of other numbers of images are no comparison.
    images === search.best.images ? estimateDifference(loss, search.base) : '',
  ]);
  const images = distance === null ? [] : ['Images'];
  const head = ['Origin', 'Weights', withTerm(capitalised(name)), ...images, 'Against the base'];
  const objective = `Objective: ${name}, the ${unit}. Lower is better.`;
  return [
    element('h2', {}, 'Candidates of the search'),
    ...(distance === null ? [element('p', {}, onValidation(search.base))] : [element('p', {}, objective)]),
    table(`The best of ${search.candidates.length} candidates`, head, rows),
    ...originNotes(best),
    ...foundParts(search, ranges),
    ...distanceParts(search),
  ];
}

/** The base has another loss on other images, in other tables of the page. */
function onValidation(base: number): string {
  return `On validation images, on which the base has the loss ${numberText(base)}: other images than those above, so compare losses within a table only.`;
}

/** What the words in the column of origins mean, as far as they are not plain. */
const origins: Readonly<Record<string, string>> = {
  uniform: 'one divided by the number of experts for each',
  ones: 'a weight of 1 for each',
  paper: 'the weights that the authors published for LSUN Church',
  'quadratic fit': 'the lowest point of a quadratic through the losses so far',
  'cma-es': 'drawn by the evolution strategy CMA-ES',
};

function originNotes(shown: readonly {origin: string}[]): HTMLElement[] {
  const known = Object.entries(origins).filter(([name]) => shown.some(({origin}) => origin === name));
  if (known.length === 0) return [];
  const parts = known.flatMap(([name, meaning], i) => [i === 0 ? '' : '; ', ...withTerm(name), `: ${meaning}`]);
  return [element('p', {class: 'message'}, 'Where weights come from: ', ...parts, '.')];
}

/** The result of a search by distance beside what it has to beat. */
function distanceParts({test, ordinary, objective = 'loss'}: SearchResult): HTMLElement[] {
  const {name} = objectiveKinds[objective];
  const parts: HTMLElement[] = [];
  if (ordinary) {
    const {weights, loss} = ordinary.best;
    const text = `The same search of the ordinary finetune's own task vector found the weight ${weights.map(numberText).join(', ')} (${name} ${numberText(loss)}).`;
    parts.push(element('p', {}, text));
  }
  if (test) {
    const rows = test.models.map(({model, distance, differenceToBase, toTraining}) => [
      stageTitle(model, []),
      estimateText(distance),
      model === 'base' ? '' : estimateText(differenceToBase),
      estimateText(toTraining),
    ]);
    const seeds = `${test.samples} images for each of the seeds ${test.seeds.join(', ')}`;
    const caption = `${name} to ${test.reference} test images, which the search has not seen: ${seeds}, ± over seeds`;
    parts.push(table(caption, ['Model', withTerm(capitalised(name)), pairedHead(), 'To training images'], rows));
    const {model, against, difference} = test.verdict;
    parts.push(element('p', {}, `${model} minus ${against}, the best of the others: ${estimateText(difference)}`));
  }
  return parts;
}

function pairedHead(): Child[] {
  return ['Difference to the base (', termButton('paired difference', 'paired'), ')'];
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function estimateDifference(loss: number, base: number): string {
  const share = (100 * (loss - base)) / base;
  return `${share > 0 ? '+' : ''}${share.toFixed(2)} %`;
}

/** Rows for the loss of the base, and for the difference of each other model to it on the same draws, by range and overall. */
function rangeRows({heldOut}: Report, runRanges: Ranges): {head: string[]; rows: string[][]} {
  const base = heldOut['base'];
  const ranges = base?.perRange.map(({range: [low, high]}) => `${low} to ${high - 1}`) ?? [];
  const others = Object.entries(heldOut).filter(([model]) => model !== 'base');
  const first = base ? [['base (loss)', ...base.perRange.map(estimateText), estimateText(base)]] : [];
  const rows = others.map(([model, {perRangeDifference, differenceToBase}]) => [
    stageTitle(model, runRanges),
    ...[...perRangeDifference, differenceToBase].map(
      (estimate) => `${estimate.mean > 0 ? '+' : ''}${estimateText(estimate)}`,
    ),
  ]);
  return {head: ['Model', ...ranges.map((range) => `t ${range}`), 'All'], rows: [...first, ...rows]};
}

/** Further results of a search: weights for parts of the network, and measurements on images that the search has not seen. */
function foundParts({check, groups, checkpoints, confirmed}: SearchResult, ranges: Ranges): HTMLElement[] {
  const parts: HTMLElement[] = [];
  if (confirmed) parts.push(confirmedTable(confirmed));
  if (groups && groups.rules.length > 0) {
    const rows = groups.rules.map(({match, weights}) => [match, weights.map(Number).map(numberText).join(', ')]);
    parts.push(table('Weights for parts of the network', ['Part', 'Weights'], rows));
  } else if (groups) {
    parts.push(element('p', {}, 'No weights for parts of the network were better than the same weights everywhere.'));
  }
  if (checkpoints) parts.push(checkpointsPart(checkpoints));
  if (check) {
    const rows = check.models.map(({model, loss, differenceToBase}) => [
      withTitles(model, ranges),
      estimateText(loss),
      model === 'base' ? '' : estimateText(differenceToBase),
    ]);
    const caption = `On ${check.images} test images, which the search has not seen`;
    parts.push(table(caption, ['Model', 'Loss', pairedHead()], rows));
  }
  return parts;
}

/** With what weights the checkpoints of the experts were merged; those of the candidates above are for the experts alone. */
function checkpointsPart(found: CheckpointSearch): HTMLElement {
  if (found.weights.length === 0) {
    return element('p', {}, 'No weights for checkpoints were better than those of the experts alone.');
  }
  const rows = weightsByUpdate(found).map(({update, weights}) => [String(update), weights.map(numberText).join(', ')]);
  return table('Weights of the checkpoints, with which the run merged', ['Updates', 'Weights of the experts'], rows);
}
