import {
  differenceText,
  type ConfirmedCandidate,
  type Estimate,
  type GroupSearch,
  type HeldOutLoss,
  type Report,
  type SearchCheck,
} from '../../contract/run/report.ts';
import {scoreColumns, type SampleScores} from '../../contract/run/sampleScores.ts';
import {peakText} from '../../contract/run/stagePeaks.ts';

/** `report.md`: the report as Markdown; picture paths are relative to it. */
export function reportMarkdown(
  name: string,
  report: Report,
  pictures: readonly {title: string; file: string}[],
): string {
  return [
    `# ${name}`,
    verdict(report),
    '## Held-out loss',
    heldOutTable(report),
    'Loss = mean squared error of the prediction on test images, equal mass per range; ± is one standard error over images. Differences are paired: every model sees the same images, noise and timesteps.',
    '### Difference to the base in each range',
    rangeTable(report),
    '## Samples',
    sampleTable(report),
    '## Pictures',
    ...pictures.map(({title, file}) => `### ${title}\n\n![${title}](${file})`),
    '## Merge weights',
    weightsText(report),
    '## How it was made',
    `Engine: ${report.engine.name} ${report.engine.version} on ${report.engine.device}, ${report.engine.threads} thread(s) a process. ${report.seconds.toFixed(0)} seconds in all, by stage (they overlap): ${secondsText(report)}. ${memoryText(report)}`,
    '```json\n' + JSON.stringify(report.recipe, null, 2) + '\n```',
    '',
  ].join('\n\n');
}

/** One sentence for each comparison, whether it is favourable or not. */
function verdict({heldOut, mergedToOrdinary}: Report): string {
  const merged = heldOut['merged'];
  if (!merged) return '';
  const lines = [`The merged model against the base: ${comparison(merged.differenceToBase)}.`];
  if (mergedToOrdinary) {
    lines.push(
      `The merged model against one ordinary finetune with the same total of updates: ${comparison(mergedToOrdinary)}.`,
    );
  }
  return lines.join('\n');
}

function comparison(difference: Estimate): string {
  if (difference.mean === 0 && difference.standardError === 0) return 'the same held-out loss on every image';
  const errors = difference.standardError === 0 ? 0 : Math.abs(difference.mean) / difference.standardError;
  const direction = difference.mean < 0 ? 'lower (better)' : 'higher (worse)';
  const strength = errors < 2 ? ', which is within noise' : '';
  return `held-out loss ${difference.mean.toExponential(3)} ± ${difference.standardError.toExponential(1)}, ${direction} by ${errors.toFixed(1)} standard errors${strength}`;
}

function heldOutTable({heldOut}: Report): string {
  const rows = Object.entries(heldOut).map(([model, loss]) => [
    model,
    plusMinus(loss),
    model === 'base' ? '' : differenceText(loss.differenceToBase),
    model === 'base' ? '' : percent(loss.differenceToBase.mean / (heldOut['base']?.mean ?? NaN)),
  ]);
  return table(['model', 'loss', 'difference to base', 'in %'], rows);
}

function rangeTable({heldOut}: Report): string {
  const ranges = heldOut['base']?.perRange ?? [];
  const header = ['model', ...ranges.map(({range}) => `t in [${range[0]}, ${range[1]})`)];
  const base: [string, HeldOutLoss][] = Object.entries(heldOut).filter(([model]) => model === 'base');
  const others = Object.entries(heldOut).filter(([model]) => model !== 'base');
  return table(header, [
    ...base.map(([, loss]) => ['base (loss)', ...loss.perRange.map(plusMinus)]),
    ...others.map(([model, loss]) => [model, ...loss.perRangeDifference.map(differenceText)]),
  ]);
}

function sampleTable(report: Report): string {
  const {frechet, networks, reference, warnings, recipe} = report;
  if (Object.keys(frechet).length === 0)
    return 'The config names no feature network (`evaluate.features`), so samples are shown but not measured.';
  const notes = warnings.map((warning) => `> Warning: ${warning}`);
  if (networks) {
    const rows = networks.flatMap((each) => distanceRows(each, networks).map((row) => [each.network, ...row]));
    const abouts = networks.map(({network, about, reference}) => `${network}: ${about}.${comparedWith(reference)}`);
    return [table(['network', ...distanceHead(networks)], rows), ...notes, ...abouts].join('\n\n');
  }
  const features = typeof recipe['features'] === 'string' ? recipe['features'] : '';
  return [
    table(distanceHead([report]), distanceRows(report, [report])),
    ...notes,
    `Features: ${features}.${comparedWith(reference)}`,
  ].join('\n\n');
}

const comparedWith = (reference?: string) => (reference === undefined ? '' : ` Compared with ${reference}.`);

const distanceHead = (all: readonly SampleScores[]) => [
  ...['model', 'Fréchet distance', 'KID'],
  ...scoreColumns(all).map(({name}) => name),
];

function distanceRows(
  scores: Pick<Report, 'frechet' | 'kid'> & SampleScores,
  all: readonly SampleScores[],
): string[][] {
  const {frechet, kid} = scores;
  return Object.entries(frechet).map(([model, distance]) => {
    const estimate = kid[model];
    return [
      model,
      distance.toFixed(3),
      estimate ? `${estimate.mean.toFixed(4)} ± ${estimate.standardError.toFixed(4)}` : '',
      ...scoreColumns(all).map(({text}) => text(scores, model)),
    ];
  });
}

function weightsText({weights, search}: Report): string {
  const chosen = `Weights, lowest timesteps first: ${weights.map((weight) => weight.toFixed(3)).join(', ')}.`;
  if (search === null) return `${chosen} Given in the config.`;
  const rows = [...search.candidates]
    .sort((a, b) => a.loss - b.loss)
    .slice(0, 12)
    .map(({weights: w, loss, origin}) => [w.map((x) => x.toFixed(3)).join(', '), loss.toFixed(6), origin]);
  const intro = `${chosen} Found by the ${search.strategy} search on validation images; ${search.candidates.length} candidates, the best of them:`;
  const parts = [`${intro}\n\n${table(['weights', 'validation loss', 'origin'], rows)}`];
  if (search.confirmed) parts.push(confirmedText(search.confirmed));
  if (search.groups) parts.push(groupsText(search.groups));
  if (search.check) parts.push(checkText(search.check));
  return parts.join('\n\n');
}

function confirmedText(confirmed: readonly ConfirmedCandidate[]): string {
  const rows = confirmed.map(({weights, loss, kid, frechet}) => [
    weights.map((x) => x.toFixed(3)).join(', '),
    loss.toFixed(6),
    `${kid.mean.toFixed(4)} ± ${kid.standardError.toFixed(4)}`,
    frechet.toFixed(3),
  ]);
  const head = ['weights', 'validation loss', 'KID', 'Fréchet distance'];
  return `Of the best candidates, the one whose images are closest to the validation images was chosen:\n\n${table(head, rows)}`;
}

function groupsText({groups, rules, loss, candidates}: GroupSearch): string {
  const tried = `${candidates.length} candidates with separate weights for the parts ${groups.join(', ')}`;
  if (rules.length === 0) return `${tried}: none was better than the same weights everywhere.`;
  const rows = rules.map(({match, weights}) => [match, weights.map((x) => Number(x).toFixed(3)).join(', ')]);
  return `${tried}; the best, with which the experts were merged, has a validation loss of ${loss.toFixed(6)}:\n\n${table(['part', 'weights'], rows)}`;
}

/** Measured on images that the search has not seen, which would favour its winner. */
function checkText({images, timestepsPerRange, models}: SearchCheck): string {
  const rows = models.map(({model, loss, differenceToBase}) => [
    model,
    plusMinus(loss),
    model === 'base' ? '' : differenceText(differenceToBase),
  ]);
  const intro = `On ${images} test images, which the search has not seen (${timestepsPerRange} timesteps a range; paired with the base):`;
  return `${intro}\n\n${table(['model', 'loss', 'difference to base'], rows)}`;
}

/** A table of Markdown. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

const plusMinus = ({mean, standardError}: Estimate) => `${mean.toFixed(5)} ± ${standardError.toFixed(5)}`;
const percent = (share: number) => `${share < 0 ? '' : '+'}${(share * 100).toFixed(2)} %`;
const memoryText = ({peakMemory}: Report) => {
  const peaks = Object.entries(peakMemory).map(([stage, peak]) => `${stage} ${peakText(peak)}`);
  return peaks.length === 0 ? '' : `Peak memory of the process of each stage: ${peaks.join(', ')}.`;
};
const secondsText = ({stageSeconds}: Report) =>
  Object.entries(stageSeconds)
    .map(([stage, value]) => `${stage} ${value.toFixed(0)}`)
    .join(', ');
