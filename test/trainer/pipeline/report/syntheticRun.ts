import {mkdir, writeFile} from 'node:fs/promises';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import type {RunEvent} from '../../../../trainer/contract/run/events.ts';
import type {ResolvedConfig} from '../../../../trainer/contract/run/pipeline.ts';
import {type HeldOutLoss, Report} from '../../../../trainer/contract/run/report.ts';
import {encodePng, imageGrid} from '../../../../trainer/data/pictures/png.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {createRandom} from '../../../../trainer/random.ts';

const experts = 4;
const ranges = Array.from({length: experts}, (_, i): [number, number] => [i * 250, (i + 1) * 250]);

/** Config of four experts and an ordinary finetune, `updates` for each expert. */
export function syntheticConfig(updates: number): ResolvedConfig {
  const config = DemeConfig.parse({
    name: 'synthetic',
    base: 'base',
    data: {kind: 'mnist'},
    decouple: {ranges: experts, updates},
    ordinary: true,
    merge: {search: {}},
    evaluate: {grid: 64},
  });
  return {folder: '/', baseFolder: '/base', config};
}

/** Events of all training stages, an `update` of 10 apart: losses fall and are noisy, and are larger for low timesteps. */
export function syntheticEvents(updates: number): RunEvent[] {
  const stages = Array.from({length: experts}, (_, i) => stageEvents(`expert-${i}`, updates, ranges[i]));
  return [...stageEvents('ordinary', updates * experts), ...stages.flat()];
}

/** A step event with defaults. */
export function stepEvent(stage: string, update: number, values: Partial<RunEvent & {type: 'step'}>): RunEvent {
  const rest = {gradientNorm: 0.1, learningRate: 1e-4, secondsPerUpdate: 0.1};
  const losses = {denoise: 1, consistency: 0};
  return {type: 'step', time: 0, stage, update, updates: 100, losses, ...rest, ...values};
}

function stageEvents(stage: string, updates: number, range?: [number, number]): RunEvent[] {
  const random = createRandom(7, stage);
  const noisy = (value: number, spread: number) => value * Math.exp(spread * random.normal());
  const events: RunEvent[] = [];
  for (let update = 10; update <= updates; update += 10) {
    const level = range ? 0.08 / (1 + range[0] / 60) + 0.012 : 0.03;
    const denoise = noisy(level * (1 + 0.5 * Math.exp((-5 * update) / updates)), 0.12);
    const consistency = range ? noisy(level * 0.02 * (update / updates) ** 0.5, 0.15) : 0;
    events.push(stepEvent(stage, update, {updates, losses: {denoise, consistency}}));
    if (update % 50 === 0) events.push(bucketsEvent(stage, update - 50, update, noisy));
  }
  return events;
}

function bucketsEvent(
  stage: string,
  from: number,
  to: number,
  noisy: (value: number, spread: number) => number,
): RunEvent {
  const count = new Array<number>(100).fill(8);
  const denoise = count.map((draws, i) => draws * noisy(0.3 / (1 + i) + 0.004, 0.15));
  return {type: 'buckets', time: 0, stage, from, to, count, losses: {denoise, consistency: count.map(() => 0)}};
}

/** A report in which each expert wins in its own range, and the merged model a little everywhere. */
export function syntheticReport(): Report {
  const models = ['base', 'ordinary', 'expert-0', 'expert-1', 'expert-2', 'expert-3', 'ensemble', 'merged'];
  return Report.parse({
    heldOut: Object.fromEntries(models.map((model) => [model, heldOutLoss(model)])),
    mergedToOrdinary: null,
    weights: [0.3, 0.3, 0.3, 0.3],
    search: null,
    frechet: {},
    kid: {},
    engine: {name: 'wasm', version: '1', device: 'CPU', threads: 1},
    seconds: 0,
    stageSeconds: {},
    recipe: {},
  });
}

function heldOutLoss(model: string): HeldOutLoss {
  const gain = (range: number) => {
    if (model === 'base') return 0;
    if (model.startsWith('expert')) return model === `expert-${range}` ? -0.02 : 0.006;
    return {ensemble: -0.02, merged: -0.016}[model] ?? -0.008;
  };
  const loss = (range: number) => 0.08 / (1 + 3 * range);
  return {
    perRange: ranges.map((range, i) => ({range, mean: loss(i) * (1 + gain(i)), standardError: 0.001})),
    mean: 0.03,
    standardError: 0.001,
    differenceToBase: {mean: -0.001, standardError: 0.0002},
    perRangeDifference: ranges.map((range, i) => ({range, mean: loss(i) * gain(i), standardError: loss(i) * 0.0015})),
  };
}

export async function writeEvents(run: string, events: readonly RunEvent[]): Promise<void> {
  await writeFile(runPaths.events(run), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

/** A grid of 64 grey images of `side` x `side` pixels; image i of the model has the level `level(i)`, -1 to 1. */
export async function writeGrid(run: string, model: string, side: number, level: (i: number) => number): Promise<void> {
  const images = Float32Array.from({length: 64 * side * side}, (_, i) => level(Math.floor(i / (side * side))));
  const {pixels, width, height, channels} = imageGrid(images, [64, side, side, 1], 8);
  await mkdir(runPaths.evaluation(run, model), {recursive: true});
  await writeFile(runPaths.grid(run, model), encodePng(pixels, width, height, channels));
}
