import type {RgbPicture} from '../../chart/canvas.ts';
import {lineChart, type LineSeries} from '../../chart/lineChart.ts';
import {type LossTerm, lossTermNames, lossTerms} from '../../contract/run/lossTerms.ts';
import {runModels, type ResolvedConfig} from '../../contract/run/pipeline.ts';
import type {Report} from '../../contract/run/report.ts';
import {modelName} from '../../contract/run/runModel.ts';
import {chartSize} from './chartSize.ts';
import {heldOutChart} from './heldOutChart.ts';
import {modelColour} from './modelColour.ts';
import {type PictureFile, writePicture} from './pictureFile.ts';
import {type CurvePoint, smoothCurve} from './smoothCurve.ts';
import {lossPerTimestep, readTrainingCurves, type TrainingCurves} from './trainingCurves.ts';

/** A training stage with its curves. */
type Stage = readonly [name: string, curves: TrainingCurves];

/** Draws what the run's event log and its report say into `folder`; a chart without anything to show is left out. */
export async function drawCurves(
  run: string,
  resolved: ResolvedConfig,
  report: Report,
  folder: string,
): Promise<PictureFile[]> {
  const stages = inOrder(await readTrainingCurves(run), resolved);
  const charts: [title: string, file: string, chart: RgbPicture | null][] = [
    ['Held-out loss against the base, per timestep range', 'held-out-difference.png', heldOutChart(report)],
    ...lossTermNames.map((term): [string, string, RgbPicture | null] => [
      `${lossTerms[term].label} while training`,
      lossTerms[term].reportChart,
      lossChart(stages, term),
    ]),
    ['Denoising loss per timestep', 'loss-per-timestep.png', timestepChart(stages, report)],
  ];
  const files: PictureFile[] = [];
  for (const [title, file, chart] of charts) {
    if (chart) files.push(await writePicture(folder, {title, file}, chart));
  }
  return files;
}

/** In the order of the tables; the log has them in the order in which they first spoke. */
function inOrder(curves: ReadonlyMap<string, TrainingCurves>, {config}: ResolvedConfig): Stage[] {
  const names = new Set([...runModels(config).map(modelName), ...curves.keys()]);
  return [...names].flatMap((name): Stage[] => {
    const stage = curves.get(name);
    return stage ? [[name, stage]] : [];
  });
}

/** One loss of the stages that have it, smoothed, with the raw values behind. */
function lossChart(stages: readonly Stage[], term: LossTerm): RgbPicture | null {
  const shown = stages.filter(([, {steps}]) => steps.some(({losses}) => (losses[term] ?? 0) > 0));
  const [first] = shown;
  if (first === undefined) return null;
  // An ordinary finetune has the updates of all experts together: on one axis of updates the experts would be squeezed to the left.
  const alike = new Set(shown.map(([, curves]) => updatesOf(curves))).size === 1;
  return lineChart({
    ...chartSize,
    title: lossTerms[term].label,
    xLabel: alike ? 'update' : "% of a stage's updates (their number is in the legend)",
    xRange: {low: 0, high: alike ? updatesOf(first[1]) : 100},
    yLabel: 'moving average (raw values behind), log scale',
    series: shown.flatMap(([name, curves]) => {
      const label = alike ? name : `${name} (${updatesOf(curves)})`;
      return lossSeries(label, name, lossPoints(curves, term, alike));
    }),
    logY: true,
  });
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

function lossSeries(name: string, model: string, points: readonly CurvePoint[]): LineSeries[] {
  const colour = modelColour(model);
  // A window of about a twentieth of the training, however many values were logged.
  const decay = 1 - 1 / Math.max(1, points.length / 20);
  return [
    {name, colour, points, faint: true},
    {name, colour, points: smoothCurve(points, decay)},
  ];
}

function timestepChart(stages: readonly Stage[], {heldOut}: Report): RgbPicture | null {
  const timesteps = heldOut['base']?.perRange.at(-1)?.range[1];
  const shown = stages.filter(([, {buckets}]) => buckets.length > 0);
  if (shown.length === 0 || timesteps === undefined) return null;
  return lineChart({
    ...chartSize,
    title: 'Denoising loss per timestep',
    xLabel: 'timestep',
    xRange: {low: 0, high: timesteps},
    yLabel: 'mean over the second half of each training, log scale',
    series: shown.map(([name, {buckets}]) => ({
      name,
      colour: modelColour(name),
      points: lossPerTimestep(buckets, timesteps),
    })),
    logY: true,
  });
}
