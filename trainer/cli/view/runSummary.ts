import {relative} from 'node:path';
import type {MemoryPeak} from '../../contract/run/memoryPeak.ts';
import {Report} from '../../contract/run/report.ts';
import {reportRanges} from '../../contract/overview/reportRanges.ts';
import {reportVerdict} from '../../contract/overview/reportVerdict.ts';
import {stageTitle} from '../../contract/overview/stageTitle.ts';
import {weightsByUpdate} from '../../contract/run/snapshots/weightsByUpdate.ts';
import {differenceText} from '../../contract/scores/estimate.ts';
import {modelName} from '../../contract/run/runModel.ts';
import {modelMadeBy} from '../../contract/run/stage.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import type {PlannedStage} from '../../pipeline/graph/stagePlan.ts';
import {peakText} from '../../contract/run/stagePeaks.ts';
import {readStagePeaks} from '../../pipeline/resources/readStagePeaks.ts';
import {readJson} from '../../store/files/jsonFile.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';

/** The lines shown when a run ends: the results of its report, if it made one, and where to find them. */
export async function summaryLines(
  run: RunFolder,
  outcome: 'done' | 'stopped',
  stages: readonly PlannedStage[],
): Promise<string[]> {
  const peak = peakLine(await readStagePeaks(run.path));
  if (outcome === 'stopped')
    return [...peak, `Stopped at a checkpoint. Resume with: deme resume ${fromHere(run.path)}`];
  if (stages.some(({stage}) => stage.kind === 'report')) return [...(await reportLines(run.path)), ...peak];
  return ['Done.', ...stages.flatMap((stage) => modelLine(run.path, stage)), ...peak];
}

/** The largest memory use of a process of the run, and which process. */
function peakLine(peaks: ReadonlyMap<string, MemoryPeak>): string[] {
  const [largest] = [...peaks].sort(([, one], [, other]) => other.host - one.host);
  return largest === undefined
    ? []
    : [`Peak memory of a process: ${peakText(largest[1])} (${stageTitle(largest[0], [])})`];
}

async function reportLines(run: string): Promise<string[]> {
  const report = await readJson(runPaths.reportRecord(run), Report, 'the report');
  const {heldOut, weights, search, warnings} = report;
  const titles = new Map(Object.keys(heldOut).map((model) => [model, stageTitle(model, reportRanges({heldOut}))]));
  const width = Math.max(12, ...[...titles.values()].map(({length}) => length));
  const losses = Object.entries(heldOut).map(([model, loss]) => {
    const difference = `${differenceText(loss.differenceToBase)} to base`;
    return `  ${(titles.get(model) ?? model).padEnd(width)} ${loss.mean.toFixed(5)}${model === 'base' ? '' : `  ${difference}`}`;
  });
  return [
    reportVerdict(report).text,
    'Held-out loss (test images):',
    ...losses,
    ...weightLines(weights, search),
    ...warnings.map((warning) => `Warning: ${warning}`),
    `Report: ${fromHere(runPaths.reportText(run))}`,
  ];
}

/** The weights with which a run has merged: of its experts, or of several checkpoints of each. */
function weightLines(weights: readonly number[], search: Report['search']): string[] {
  const text = (list: readonly number[]) => list.map((weight) => weight.toFixed(3)).join(', ');
  const found = search?.checkpoints ? weightsByUpdate(search.checkpoints) : [];
  if (found.length > 0)
    return ['Merge weights, by checkpoint:', ...found.map((each) => `  update ${each.update}: ${text(each.weights)}`)];
  return weights.length > 0 ? [`Merge weights: ${text(weights)}`] : [];
}

/** The path of the model that a stage made, if it makes one. */
function modelLine(run: string, {stage}: PlannedStage): string[] {
  const model = modelMadeBy(stage);
  return model === null ? [] : [`${modelName(model)}: ${fromHere(runPaths.model(run, modelName(model)))}`];
}

function fromHere(path: string): string {
  return relative('', path) || '.';
}
