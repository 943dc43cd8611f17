import {extent, paddedRange} from '../../chart/axisRange.ts';
import {type ChartedLine, type Curve, lineChart} from '../../chart/lineChart.ts';
import {pointChart} from '../../chart/pointChart.ts';
import {darkColours, printColours} from '../../chart/printColours.ts';
import {scoreCharts} from '../../chart/scoreCharts.ts';
import {reportRanges} from '../../contract/overview/reportRanges.ts';
import {stageTitle, type Ranges} from '../../contract/overview/stageTitle.ts';
import {type LossTerm, lossTermNames, lossTerms} from '../../contract/run/lossTerms.ts';
import {runModels, type ResolvedConfig} from '../../contract/run/pipeline.ts';
import type {Report} from '../../contract/run/report.ts';
import {modelName} from '../../contract/run/runModel.ts';
import {heldOutChart} from './heldOutChart.ts';
import {modelColour} from './modelColour.ts';
import {type PictureFile, writePicture} from './pictureFile.ts';
import {type CurvePoint, smoothCurve} from './smoothCurve.ts';
import {lossPerTimestep, readTrainingCurves, type TrainingCurves} from './trainingCurves.ts';

/** A training stage with its curves. */
type Stage = readonly [name: string, curves: TrainingCurves];

/** Draws the charts of a run's event log and report into `folder`, leaving out charts without data. */
export async function drawCurves(
  run: string,
  resolved: ResolvedConfig,
  report: Report,
  folder: string,
): Promise<PictureFile[]> {
  const stages = inOrder(await readTrainingCurves(run), resolved);
  const ranges = reportRanges(report);
  const charts: [title: string, file: string, chart: string | null][] = [
    ['Held-out loss against the base, per timestep range', 'held-out-difference.svg', heldOutChart(report)],
    ...lossTermNames.map((term): [string, string, string | null] => [
      `${lossTerms[term].label} while training`,
      lossTerms[term].reportChart,
      lossChart(stages, term, ranges),
    ]),
    ['Denoising loss per timestep', 'loss-per-timestep.svg', timestepChart(stages, report)],
    ...scoreCharts(report, modelColour).map((chart): [string, string, string] => [
      chart.title,
      `${chart.name}.svg`,
      pointChart({...chart, dark: darkColours}, printColours),
    ]),
  ];
  const files: PictureFile[] = [];
  for (const [title, file, chart] of charts) {
    if (chart) files.push(await writePicture(folder, {title, file}, chart));
  }
  return files;
}

/** Stages in the order of the report's tables; the log has them in the order of their first events. */
function inOrder(curves: ReadonlyMap<string, TrainingCurves>, {config}: ResolvedConfig): Stage[] {
  const names = new Set([...runModels(config).map(modelName), ...curves.keys()]);
  return [...names].flatMap((name): Stage[] => {
    const stage = curves.get(name);
    return stage ? [[name, stage]] : [];
  });
}

/** One term of the loss for all stages that have it: smoothed curves over the raw values. */
function lossChart(stages: readonly Stage[], term: LossTerm, ranges: Ranges): string | null {
  const shown = stages.filter(([, {steps}]) => steps.some(({losses}) => (losses[term] ?? 0) > 0));
  const [first] = shown;
  if (first === undefined) return null;
  // An ordinary finetune makes as many updates as all experts together; on a shared axis of updates the experts would be squeezed to the left.
  const alike = new Set(shown.map(([, curves]) => updatesOf(curves))).size === 1;
  return logChart(
    lossTerms[term].label,
    {
      label: alike ? 'update' : "% of a stage's updates (their number is in the legend)",
      max: alike ? updatesOf(first[1]) : 100,
    },
    'moving average (raw values behind)',
    shown.map(([name, curves]) => {
      const points = lossPoints(curves, term, alike);
      // Averages over about a twentieth of the training, however many values were logged.
      const smooth = smoothCurve(points, 1 - 1 / Math.max(1, points.length / 20));
      const title = stageTitle(name, ranges);
      return charted(alike ? title : `${title} (${updatesOf(curves)})`, name, smooth, points);
    }),
  );
}

function updatesOf({steps}: TrainingCurves): number {
  return steps.at(-1)?.updates ?? 0;
}

function lossPoints({steps}: TrainingCurves, term: LossTerm, asUpdates: boolean): CurvePoint[] {
  return steps.map(({update, updates, losses}) => [
    asUpdates ? update : (100 * update) / updates,
    losses[term] ?? null,
  ]);
}

function timestepChart(stages: readonly Stage[], {heldOut}: Report): string | null {
  const timesteps = heldOut['base']?.perRange.at(-1)?.range[1];
  const shown = stages.filter(([, {buckets}]) => buckets.length > 0);
  if (shown.length === 0 || timesteps === undefined) return null;
  return logChart(
    'Denoising loss per timestep',
    {label: 'timestep', max: timesteps},
    'mean over the second half of each training',
    shown.map(([name, {buckets}]) =>
      charted(stageTitle(name, reportRanges({heldOut})), name, lossPerTimestep(buckets, timesteps)),
    ),
  );
}

/** A chart with a linear x axis from 0 and a logarithmic y axis. */
function logChart(
  title: string,
  x: {readonly label: string; readonly max: number},
  yLabel: string,
  lines: readonly ChartedLine[],
): string {
  const values = lines.flatMap(({curve, raw}) => [...Array.from(curve.y), ...Array.from(raw.y)]);
  const range = extent([values.filter((value) => value > 0)]) ?? [0.1, 1];
  const y = {...paddedRange(range, true), label: `${yLabel}, log scale`, logarithmic: true};
  return lineChart({title, dark: darkColours, x: {...x, min: 0}, y, lines}, printColours);
}

function charted(
  label: string,
  model: string,
  points: readonly CurvePoint[],
  raw: readonly CurvePoint[] = [],
): ChartedLine {
  const isPoint = (i: number) => (points[i]?.[1] ?? 0) > 0;
  const alone = points.filter((_, i) => isPoint(i) && !isPoint(i - 1) && !isPoint(i + 1));
  return {label, colour: modelColour(model), dash: [], curve: curveOf(points), raw: curveOf(raw), dots: curveOf(alone)};
}

function curveOf(points: readonly CurvePoint[]): Curve {
  return {x: points.map(([x]) => x), y: points.map(([, y]) => y ?? NaN)};
}
