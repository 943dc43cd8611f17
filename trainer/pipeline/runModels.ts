import {stat} from 'node:fs/promises';
import {expertModels} from '../contract/run/pipeline.ts';
import type {RunModel} from '../contract/run/runModel.ts';
import {loadComponents, type Components} from '../models/components.ts';
import {loadWeights} from '../models/loadParams.ts';
import {loadPretrained, type Pretrained} from '../models/pretrained.ts';
import type {Params} from '../nn/params.ts';
import {alignProjections} from '../nn/projections.ts';
import {openNetworkFile} from '../store/weights/singleFile/readSingleFile.ts';
import {modelPath, requireBase} from '../store/run/runPaths.ts';
import {warn, type StageContext} from './stages/stageContext.ts';

/** The base of a run; its doubts (a config that may mean something else) become warnings of the stage. */
export async function loadBase(context: StageContext): Promise<Pretrained> {
  const base = await context.watch.reading([{kind: 'base'}], () => loadPretrained(requireBase(context.resolved)));
  base.warnings.forEach(warn(context));
  return base;
}

/** Autoencoder and text encoder of the base, as far as it has them. */
export async function loadBaseComponents({watch}: StageContext, {folder}: Pretrained): Promise<Components> {
  return watch.reading([{kind: 'base'}], () => loadComponents(folder));
}

/** Weights of any model of the run but the ensemble; an expert may be a weights file of the base's architecture. */
export async function loadModelParams(context: StageContext, base: Pretrained, model: RunModel): Promise<Params> {
  if (model.kind === 'base') return base.params;
  const path = modelPath(context.run, context.resolved, model);
  return context.watch.reading([model], () => readParams(path, base));
}

async function readParams(path: string, base: Pretrained): Promise<Params> {
  if (!(await stat(path)).isFile()) return (await loadPretrained(path)).params;
  return loadWeights(() => openNetworkFile(path), base.denoiser.shapes, path);
}

/** Base, experts and other models of the run with the same keys: projections that one lacks are the identity. */
export async function loadExperts(
  context: StageContext,
  base: Pretrained,
  others: readonly RunModel[] = [],
): Promise<{base: Params; experts: Params[]; others: Params[]}> {
  const experts = expertModels(context.resolved.config);
  const models: Params[] = [];
  for (const model of [...experts, ...others]) models.push(await loadModelParams(context, base, model));
  const [aligned, ...rest] = alignProjections([base.params, ...models]);
  if (aligned === undefined) throw new Error('a run has at least a base');
  return {base: aligned, experts: rest.slice(0, experts.length), others: rest.slice(experts.length)};
}
