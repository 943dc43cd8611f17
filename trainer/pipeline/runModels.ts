import {stat} from 'node:fs/promises';
import {expertModels} from '../contract/run/pipeline.ts';
import type {ExpertSnapshot} from '../contract/run/snapshots/expertSnapshot.ts';
import type {RunModel} from '../contract/run/runModel.ts';
import {loadComponents, type Components} from '../models/components.ts';
import {loadWeights} from '../models/loadParams.ts';
import {loadPretrained, openPretrained, type OpenModel, type Pretrained} from '../models/pretrained.ts';
import type {Reading} from '../models/reloadableParams.ts';
import type {Params} from '../nn/params.ts';
import {alignProjections} from '../nn/projections.ts';
import {openNetworkFile} from '../store/weights/singleFile/readSingleFile.ts';
import {modelPath, requireBase, runPaths} from '../store/run/runPaths.ts';
import {warn, type StageContext} from './stages/stageContext.ts';

/** The base of a run with its weights. */
export async function loadBase(context: StageContext): Promise<Pretrained> {
  const base = await openBase(context);
  return {...base, params: await loadModelParams(context, base, {kind: 'base'})};
}

/** The base of a run; its doubts (a config that may mean something else) become warnings of the stage. */
export async function openBase(context: StageContext): Promise<OpenModel> {
  const base = await context.watch.reading([{kind: 'base'}], () => openPretrained(requireBase(context.resolved)));
  base.warnings.forEach(warn(context));
  return base;
}

/** Autoencoder and text encoder of the base, as far as it has them; nothing is loaded yet. */
export async function openBaseComponents({watch}: StageContext, {folder}: OpenModel): Promise<Components> {
  const reading: Reading = (read) => watch.reading([{kind: 'base'}], read);
  return reading(() => loadComponents(folder, {parts: [], reading}));
}

/** Weights of any model of the run but the ensemble; an expert may be a weights file of the base's architecture. */
export async function loadModelParams(context: StageContext, base: OpenModel, model: RunModel): Promise<Params> {
  if (model.kind === 'base') return context.watch.reading([model], () => base.loadParams());
  const path = modelPath(context.run, context.resolved, model);
  return context.watch.reading([model], () => readParams(path, base));
}

async function readParams(path: string, base: OpenModel): Promise<Params> {
  if (!(await stat(path)).isFile()) return (await loadPretrained(path)).params;
  return loadWeights(() => openNetworkFile(path), base.denoiser.shapes, path);
}

/** Weights of all experts of the run. */
export function loadExpertParams(context: StageContext, base: OpenModel): Promise<Params[]> {
  return loadAll(context, base, expertModels(context.resolved.config));
}

/** Base, experts, their snapshots and other models of the run with the same keys: projections that one lacks are the identity. */
export async function loadExperts(
  context: StageContext,
  base: Pretrained,
  {others = [], snapshots = []}: {others?: readonly RunModel[]; snapshots?: readonly ExpertSnapshot[]} = {},
): Promise<{base: Params; experts: Params[]; others: Params[]; snapshots: Params[]}> {
  const experts = await loadExpertParams(context, base);
  const loaded = [...experts, ...(await loadAll(context, base, others)), ...(await loadSnapshots(context, snapshots))];
  const [aligned, ...rest] = alignProjections([base.params, ...loaded]);
  if (aligned === undefined) throw new Error('a run has at least a base');
  const end = experts.length + others.length;
  return {
    base: aligned,
    experts: rest.slice(0, experts.length),
    others: rest.slice(experts.length, end),
    snapshots: rest.slice(end),
  };
}

async function loadSnapshots(context: StageContext, snapshots: readonly ExpertSnapshot[]): Promise<Params[]> {
  const all: Params[] = [];
  for (const snapshot of snapshots) {
    const {params} = await context.watch.readingSnapshots([snapshot], () =>
      loadPretrained(runPaths.snapshot(context.run, snapshot)),
    );
    all.push(params);
  }
  return all;
}

async function loadAll(context: StageContext, base: OpenModel, models: readonly RunModel[]): Promise<Params[]> {
  const all: Params[] = [];
  for (const model of models) all.push(await loadModelParams(context, base, model));
  return all;
}
