import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {featureNames} from '../../contract/config/evaluateConfig.ts';
import {reportRanges} from '../../contract/overview/reportRanges.ts';
import {stageTitle, type Ranges} from '../../contract/overview/stageTitle.ts';
import {runModels, StageRecord} from '../../contract/run/pipeline.ts';
import {modelName} from '../../contract/run/runModel.ts';
import {stageName, type Stage} from '../../contract/run/stage.ts';
import {DrawnScores} from '../../contract/scores/sampleScores.ts';
import {startEngine} from '../../engine/startEngine.ts';
import {Report} from '../../contract/run/report.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readJson, writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {openRun} from '../../store/run/runFolder.ts';
import {settledWeights} from '../../store/run/settledWeights.ts';
import {drawBeforeAfter} from '../report/beforeAfter.ts';
import {buildReport, type Measurements} from '../report/buildReport.ts';
import {drawCurves} from '../report/curves.ts';
import {differingImages} from '../report/differingImages.ts';
import {imageDistances} from '../report/imageDistances.ts';
import {measuredLosses} from '../report/measuredLosses.ts';
import {distancesByNetwork, stepsPerModel} from '../report/sampleDistances.ts';
import {reportMarkdown} from '../report/markdown.ts';
import {reportPage} from '../report/reportPage.ts';
import type {PictureFile} from '../report/pictureFile.ts';
import {readStagePeaks} from '../resources/readStagePeaks.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {orStop, progress, type StageContext, type StageOutcome} from './stageContext.ts';

/** Gathers what the stages measured into `report/`: report.json, report.md and its pictures, and both in report.html. `stages` are those of the whole pipeline. */
export async function reportStage(context: StageContext, stages: readonly Stage[]): Promise<StageOutcome> {
  const {run, resolved} = context;
  const folder = runPaths.report(run);
  await context.watch.makeFolder(folder);
  const measured = await gather(context, stages);
  const report = Report.parse(buildReport(resolved, measured));
  const pictures = [
    ...(await drawBeforeAfter(run, resolved, folder)),
    ...differingPictures(report),
    ...(await drawCurves(run, resolved, report, folder)),
    ...(await copyGrids(context, folder, reportRanges(report))),
  ];
  await writeJsonAtomic(runPaths.reportRecord(run), report);
  const {name} = resolved.config;
  const text = reportMarkdown(name, report, pictures);
  await writeFileAtomic(runPaths.reportText(run), text);
  await writeFileAtomic(runPaths.reportPage(run), await reportPage(folder, name, text));
  return 'done';
}

async function gather(context: StageContext, stages: readonly Stage[]): Promise<Measurements> {
  const {run, resolved} = context;
  const models = runModels(resolved.config).map(modelName);
  const losses = await measuredLosses(run, models);
  const drawn = new Map<string, DrawnScores>();
  for (const model of models) {
    const file = runPaths.scores(run, model);
    if (await fileExists(file)) drawn.set(model, await readJson(file, DrawnScores, 'the scores of the images'));
  }
  const {engine, evaluate} = resolved.config;
  let started: Promise<unknown> | undefined;
  const work = {
    startEngine: () => (started ??= startEngine({...engine, work: 'predict'})),
    between: distanceSteps(context, models.length * featureNames(evaluate?.features).length * stepsPerModel),
    within: () => orStop(context),
  };
  return {
    losses,
    distances: await distancesByNetwork(run, models, evaluate, work),
    drawn,
    differing: await differingImages(run, evaluate, runPaths.report(run)),
    imageDistances: await imageDistances(run, evaluate, models),
    weights: (await settledWeights(run)) ?? {weights: [], search: null},
    engine: (await openRun(run)).record.engine,
    peakMemory: Object.fromEntries(await readStagePeaks(run)),
    ...(await wallTimes(run, stages)),
  };
}

/** Milliseconds between two reports: only the distances of many features take longer. */
const reportEvery = 5000;

/** Called between the steps of a long computation: reports how far it is, and throws `Stopped` where it is to stop. */
function distanceSteps(context: StageContext, total: number): () => Promise<void> {
  const report = progress(context, 'distances');
  let done = 0;
  let reported = performance.now();
  return async () => {
    await orStop(context);
    done++;
    if (performance.now() - reported < reportEvery) return;
    reported = performance.now();
    report(Math.min(done, total), total);
  };
}

/** Wall time of each finished stage, and from the start of the first to now. */
async function wallTimes(
  run: string,
  stages: readonly Stage[],
): Promise<Pick<Measurements, 'seconds' | 'stageSeconds'>> {
  const stageSeconds: Record<string, number> = {};
  let first = Date.now() / 1000;
  for (const name of stages.map((stage) => stageName(stage))) {
    const file = runPaths.stage(run, name);
    if (!(await fileExists(file))) continue;
    const record = await readJson(file, StageRecord, 'the stage record');
    stageSeconds[name] = record.seconds;
    if (record.from === undefined) first = Math.min(first, Date.parse(record.finished) / 1000 - record.seconds);
  }
  return {seconds: Date.now() / 1000 - first, stageSeconds};
}

function differingPictures({heldOut, differing = []}: Report): PictureFile[] {
  const ranges = reportRanges({heldOut});
  return differing.flatMap(({models, network, picture}) => {
    const [first, second] = models;
    const title = `Images that differ most by ${network}: ${stageTitle(first, ranges)} above, ${stageTitle(second, ranges)} below`;
    return picture === null ? [] : [{title, file: picture}];
  });
}

async function copyGrids({run, resolved}: StageContext, folder: string, ranges: Ranges): Promise<PictureFile[]> {
  const pictures: PictureFile[] = [];
  for (const model of runModels(resolved.config).map(modelName)) {
    const source = runPaths.grid(run, model);
    if (!(await fileExists(source))) continue;
    const file = `samples-${model}.png`;
    await writeFileAtomic(join(folder, file), await readFile(source));
    pictures.push({title: `Samples of ${stageTitle(model, ranges)} (same seeds)`, file});
  }
  return pictures;
}
