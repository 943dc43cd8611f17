import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {NewRunEvent} from '../../../../trainer/contract/run/events.ts';
import type {SearchResult} from '../../../../trainer/contract/run/report.ts';
import {openFeaturesFile} from '../../../../trainer/evaluate/scoring/featuresFile.ts';
import {openDrawingFolder} from '../../../../trainer/pipeline/drawing/drawingFolder.ts';
import {withFeatureNetworks} from '../../../../trainer/evaluate/featureNetworks.ts';
import {distancePlan} from '../../../../trainer/pipeline/search/distancePlan.ts';
import {distanceTo} from '../../../../trainer/pipeline/search/distances.ts';
import {ImageCount} from '../../../../trainer/pipeline/search/imageCount.ts';
import {labDrawing} from '../../../../trainer/pipeline/search/labDrawing.ts';
import {MergeImages} from '../../../../trainer/pipeline/search/mergeImages.ts';
import {openMergeLab} from '../../../../trainer/pipeline/search/mergeLab.ts';
import {searchCounts} from '../../../../trainer/pipeline/search/searchEffort.ts';
import {SearchedModel} from '../../../../trainer/pipeline/search/searchedModel.ts';
import {trainingFeatures} from '../../../../trainer/pipeline/search/trainingFeatures.ts';
import {runSearch} from '../../../../trainer/pipeline/search/runSearch.ts';
import type {StageContext} from '../../../../trainer/pipeline/stages/stageContext.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {tinyUnetConfig, writeRandomBase} from '../../../helpers/runs/tinyExperiment.ts';
import {searchedRun, type SearchedRun} from './searchedRun.ts';

/** A network of the size of digits, which draws one in milliseconds. */
const network = {...tinyUnetConfig, sample_size: 28};

/** A run whose base, experts with a snapshot each, and ordinary finetune are random networks that draw what the digit classifier takes. */
export async function distanceRun(settings: object): Promise<SearchedRun> {
  const base = join(await temporaryFolder(), 'base');
  await writeRandomBase(base, network);
  const run = await searchedRun(settings, {
    base,
    data: {kind: 'mnist', validation: 16, test: 32},
    experts: undefined,
    decouple: {ranges: 2, updates: 2, snapshots: {every: 1}},
    ordinary: true,
    evaluate: {features: 'digits', sampling: {steps: 2, batch: 8}},
  });
  const models = ['expert-0', 'expert-1', 'ordinary'];
  for (const [i, model] of models.entries()) await writeRandomBase(runPaths.model(run.run, model), network, i + 2);
  for (const expert of [0, 1])
    await writeRandomBase(runPaths.snapshot(run.run, {expert, update: 1}), network, expert + 5);
  return run;
}

/** Runs the search of a run, in one go or until its stop. */
export async function search(run: SearchedRun, stopAt?: number): Promise<SearchResult> {
  const context = await keyed(run, stopAt);
  const config = context.resolved.config.merge?.search;
  if (config === undefined) throw new Error('the config has no search');
  return runSearch(context, config);
}

/** A stage as its process runs it: what it has drawn is kept under its key. */
async function keyed(run: SearchedRun, stopAt?: number): Promise<StageContext> {
  return {...(await run.context(stopAt)), key: 'key'};
}

/** Images of merges whose features lie in the run: all that was ever drawn. */
export async function drawnImages({run}: SearchedRun): Promise<number> {
  const folder = join(runPaths.drawing(run, 'search'), 'key', 'images');
  const files = (await readdir(folder, {recursive: true})).filter((file) => file.endsWith('.safetensors'));
  let images = 0;
  for (const file of files) {
    const set = await openFeaturesFile(join(folder, file), 'digits');
    images += set.count ?? 0;
    await set.close();
  }
  return images;
}

/** The newest report of how many images are there, of how many: of the search, or of the test of its result. */
export function lastProgress(
  {events}: SearchedRun,
  what: string = searchCounts.images,
): {done: number; total: number} | undefined {
  const isProgress = (event: NewRunEvent) => event.type === 'progress' && event.what === what;
  const last = events.filter(isProgress).at(-1);
  return last?.type === 'progress' ? {done: last.done, total: last.total} : undefined;
}

/** The distance of merges by the noise and the images that the search of a run compares candidates with. */
export async function distancesAt(run: SearchedRun, merges: readonly (readonly number[])[]): Promise<number[]> {
  const context = {...(await run.context()), key: 'measured apart'};
  const plan = distancePlan(context.resolved.config);
  if (plan === null) throw new Error('the config has no search by distance');
  const lab = await openMergeLab(context);
  return withFeatureNetworks([plan.network], async ([network]) => {
    if (network === undefined) throw new Error('no network');
    const folder = await openDrawingFolder(context, 'search');
    const training = await trainingFeatures(context, plan, lab.data.train, {folder: join(folder, 'training'), network});
    const distance = await distanceTo(plan.distance, training);
    const drawing = await labDrawing(lab, plan.sampling);
    const count = new ImageCount(0, () => undefined);
    const images = new MergeImages({context, lab, network, drawing, folder, block: plan.block, count});
    const space = SearchedModel.experts(lab, context).weights();
    const distances: number[] = [];
    for (const weights of merges) {
      distances.push(await distance(await images.features(space.at(weights), plan.rounds.at(-1) ?? 0, plan.seed)));
    }
    return distances;
  }).finally(() => lab.dispose());
}
