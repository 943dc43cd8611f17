import {join, relative} from 'node:path';
import type {RunEvent} from '../../contract/run/events.ts';
import {Report} from '../../contract/run/report.ts';
import {runPaths} from '../../pipeline/runPaths.ts';
import type {PlannedStage} from '../../pipeline/graph/stagePlan.ts';
import {peakText, stagePeaks} from '../../pipeline/resources/stagePeaks.ts';
import {eventLogPath, readEvents} from '../../store/run/eventLog.ts';
import {readJson} from '../../store/files/jsonFile.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';

/** What a shell shows when a run ends: the verdict of its report where it made one, and where to look. */
export async function summaryLines(
  run: RunFolder,
  outcome: 'done' | 'stopped',
  stages: readonly PlannedStage[],
): Promise<string[]> {
  const peak = peakLine(await readEvents(eventLogPath(run.path)));
  if (outcome === 'stopped') return [...peak, `Stopped at a checkpoint. Go on with: deme resume ${fromHere(run.path)}`];
  const names = stages.map(({name}) => name);
  if (names.includes('report')) return [...(await reportLines(run.path)), ...peak];
  return ['Done.', ...names.flatMap((name) => modelLine(run.path, name)), ...peak];
}

/** The most memory that one process of the run has had, and which. */
function peakLine(events: readonly RunEvent[]): string[] {
  const [largest] = [...stagePeaks(events)].sort(([, one], [, other]) => other.host - one.host);
  return largest === undefined ? [] : [`Peak memory of a process: ${peakText(largest[1])} (${largest[0]})`];
}

async function reportLines(run: string): Promise<string[]> {
  const {heldOut, weights} = await readJson(join(runPaths.report(run), 'report.json'), Report, 'the report');
  const losses = Object.entries(heldOut).map(([model, loss]) => {
    const {mean, standardError} = loss.differenceToBase;
    const difference = `${mean < 0 ? '' : '+'}${mean.toExponential(2)} ± ${standardError.toExponential(1)} to base`;
    return `  ${model.padEnd(12)} ${loss.mean.toFixed(5)}${model === 'base' ? '' : `  ${difference}`}`;
  });
  return [
    'Held-out loss (test images):',
    ...losses,
    ...(weights.length > 0 ? [`Merge weights: ${weights.map((weight) => weight.toFixed(3)).join(', ')}`] : []),
    `Report: ${fromHere(join(runPaths.report(run), 'report.md'))}`,
  ];
}

const madeBy: Readonly<Record<string, string>> = {pretrain: 'base', merge: 'merged', ordinary: 'ordinary'};

/** Where a stage left its model, for those that make one. */
function modelLine(run: string, stage: string): string[] {
  const model = madeBy[stage] ?? /^expert-\d+$/.exec(stage)?.[0];
  return model === undefined ? [] : [`${model}: ${fromHere(runPaths.trained(run, model))}`];
}

function fromHere(path: string): string {
  return relative('', path) || '.';
}
