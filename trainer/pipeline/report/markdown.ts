import {reportRanges} from '../../contract/overview/reportRanges.ts';
import {reportVerdict} from '../../contract/overview/reportVerdict.ts';
import {stageTitle} from '../../contract/overview/stageTitle.ts';
import type {HeldOutLoss, Report} from '../../contract/run/report.ts';
import {peakText} from '../../contract/run/stagePeaks.ts';
import {differenceText} from '../../contract/scores/estimate.ts';
import {baseline, networksOf, scoreTable, type ScoreCell} from '../../contract/scores/scoreTable.ts';
import {verdicts} from '../../contract/scores/verdicts.ts';
import {plusMinus, table} from './markdownTable.ts';
import {weightsText} from './searchText.ts';

/** `report.md`: the report as Markdown; picture paths are relative to it. */
export function reportMarkdown(
  name: string,
  report: Report,
  pictures: readonly {title: string; file: string}[],
): string {
  return [
    `# ${name}`,
    `**${reportVerdict(report).text}**`,
    verdicts(report).join('\n'),
    '## Scores',
    scoresText(report),
    'Held-out loss: mean squared error of the prediction on test images, equal mass per range; ± is one standard error over images. Differences are paired: every model sees the same images, noise and timesteps.',
    '### Difference to the base in each range',
    rangeTable(report),
    ...differingText(report),
    '## Pictures',
    ...pictures.map(({title, file}) => `### ${title}\n\n![${title}](${file})`),
    '## Merge weights',
    weightsText(report, reportRanges(report)),
    '## How it was made',
    `Engine: ${report.engine.name} ${report.engine.version} on ${report.engine.device}, ${report.engine.threads} thread(s) a process. ${report.seconds.toFixed(0)} seconds in all, by stage (they overlap): ${secondsText(report)}. ${memoryText(report)}`,
    '```json\n' + JSON.stringify(report.recipe, null, 2) + '\n```',
    '',
  ].join('\n\n');
}

/** A row for each score and network, a column for each model; the best of each row is bold. */
function scoresText(report: Report): string {
  const {models, rows} = scoreTable(report);
  const head = [
    'score',
    'network',
    ...models.map((model) => (model === baseline ? `${model} (baseline)` : stageTitle(model, reportRanges(report)))),
    'recipe',
  ];
  const lines = rows.map(({score, network, better, recipe, cells}) => [
    `${score} (${better} is better)`,
    network ?? '',
    ...cells.map((cell) => (cell === null ? '' : cellText(cell))),
    recipe,
  ]);
  const isMeasured = rows.some(({network}) => network !== null);
  const features = networksOf(report).map(({network, about}) => `${network}: ${about}.`);
  const unmeasured =
    'The config names no feature network (`evaluate.features`), so samples are shown but not measured.';
  const notes = report.warnings.map((warning) => `> Warning: ${warning}`);
  return [table(head, lines), ...notes, ...(isMeasured ? features : [unmeasured])].join('\n\n');
}

function cellText({text, isBest, verdict}: ScoreCell): string {
  if (isBest) return `**${text}**`;
  return verdict === null ? text : `${text} (${verdict === 'noise' ? 'within noise' : verdict})`;
}

/** Which images differ most; their pictures stand among the others. */
function differingText({heldOut, differing = []}: Report): string[] {
  if (differing.length === 0) return [];
  const ranges = reportRanges({heldOut});
  const rows = differing.map(({models, network, compared, images}) => [
    models.map((model) => stageTitle(model, ranges)).join('; '),
    network,
    String(compared),
    images.map(({index, distance}) => `${index} (${distance.toPrecision(3)})`).join(', '),
  ]);
  const intro =
    'Numbers of the images that two models drew most differently from the same noise, with the distance of their features:';
  return ['### Images that differ most', intro, table(['models', 'network', 'compared', 'images'], rows)];
}

function rangeTable({heldOut}: Report): string {
  const ranges = heldOut['base']?.perRange ?? [];
  const header = ['model', ...ranges.map(({range}) => `t in [${range[0]}, ${range[1]})`)];
  const base: [string, HeldOutLoss][] = Object.entries(heldOut).filter(([model]) => model === 'base');
  const others = Object.entries(heldOut).filter(([model]) => model !== 'base');
  return table(header, [
    ...base.map(([, loss]) => ['base (loss)', ...loss.perRange.map(plusMinus)]),
    ...others.map(([model, loss]) => [
      stageTitle(model, reportRanges({heldOut})),
      ...loss.perRangeDifference.map(differenceText),
    ]),
  ]);
}

const memoryText = ({peakMemory}: Report) => {
  const peaks = Object.entries(peakMemory).map(([stage, peak]) => `${stageTitle(stage, [])}: ${peakText(peak)}`);
  return peaks.length === 0 ? '' : `Peak memory of the process of each stage: ${peaks.join('; ')}.`;
};
const secondsText = ({stageSeconds}: Report) =>
  Object.entries(stageSeconds)
    .map(([stage, value]) => `${stageTitle(stage, [])}: ${value.toFixed(0)}`)
    .join('; ');
