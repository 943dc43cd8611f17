import {resolve} from 'node:path';
import type {DemeConfig} from '../../contract/config/config.ts';
import {searchBudget} from '../../contract/config/searchConfig.ts';
import {searchSampling} from '../../contract/config/searchDistance.ts';
import {objectiveKinds} from '../../contract/config/searchObjective.ts';
import {durationText} from '../../contract/durationText.ts';
import {nullForUserError} from '../../contract/errors.ts';
import {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {readJsonIfThere} from '../../store/files/jsonFile.ts';
import {listRuns, type RunFolder} from '../../store/run/runFolder.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {runEventPieces} from '../../store/run/singleEvents.ts';
import {DrawingPace} from '../drawing/drawingPace.ts';
import {distancePlan, plannedImages, type DistancePlan, type PlannedImages} from './distancePlan.ts';
import {searchCounts} from './searchEffort.ts';

/** What a search by distance costs, for those who are to start it. */
export interface SearchCost extends PlannedImages {
  readonly steps: number;
  /** By the pace of the newest run in the output folder that has drawn images; null where none has. */
  readonly seconds: number | null;
  readonly text: string;
}

/** What the search of a config, whose relative paths start at `folder`, draws; null where it draws nothing. */
export async function searchCost(config: DemeConfig, folder: string): Promise<SearchCost | null> {
  const plan = distancePlan(config);
  if (plan === null) return null;
  const images = plannedImages(plan);
  const {steps} = plan.sampling;
  const pace = await newestPace(resolve(folder, config.output));
  const seconds = pace && pace.secondsPerStep * steps * (images.search + images.test);
  const time = pace && seconds !== null ? `, about ${durationText(seconds)} at the pace of ${pace.run}` : '';
  return {...images, steps, seconds, text: `${plannedImagesText(plan, images)}${time}`};
}

/** `up to 60 candidates by Fréchet distance: 30,720 images in 10 steps each, and 18,432 for the test of the result` */
export function plannedImagesText(plan: DistancePlan, {search, test}: PlannedImages): string {
  const {config, sampling, searched} = plan;
  const {name} = objectiveKinds[config.objective ?? 'loss'];
  const candidates = `up to ${searchBudget(config)} candidates by ${name}`;
  const ordinary = searched.includes('ordinary') ? ', and as many of the ordinary finetune' : '';
  const number = (images: number) => images.toLocaleString('en-US');
  const tested = test === 0 ? '' : `, and ${number(test)} for the test of the result`;
  return `${candidates}${ordinary}: ${number(search)} images in ${sampling.steps} steps each${tested}`;
}

interface ImagePace {
  readonly run: string;
  /** For a sampling step of one image. */
  readonly secondsPerStep: number;
}

/** Runs whose events are looked through: a log may be long. */
const lookedAt = 5;

async function newestPace(output: string): Promise<ImagePace | null> {
  const runs = await listRuns(output, () => undefined);
  for (const run of runs.reverse().slice(0, lookedAt)) {
    const secondsPerStep = await paceOf(run);
    if (secondsPerStep !== null) return {run: run.record.id, secondsPerStep};
  }
  return null;
}

/** By the images of its search, else by those of its evaluations. */
async function paceOf({path}: RunFolder): Promise<number | null> {
  const config = readJsonIfThere(runPaths.config(path), ResolvedConfig, 'the config of the run');
  const resolved = await config.catch(nullForUserError);
  if (resolved === null) return null;
  const {evaluate} = resolved.config;
  const search = new DrawingPace(searchCounts.images);
  const samples = new DrawingPace('samples');
  for await (const {events} of runEventPieces(path, ['progress'])) {
    for (const event of events) if (event.type === 'progress') [search, samples].forEach((pace) => pace.add(event));
  }
  return (
    perStep(search.seconds, searchSampling(resolved.config)?.steps) ??
    perStep(samples.seconds, evaluate?.sampling.steps)
  );
}

function perStep(seconds: number | null, steps: number | undefined): number | null {
  return seconds === null || steps === undefined ? null : seconds / steps;
}
