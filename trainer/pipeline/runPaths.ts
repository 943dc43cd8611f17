import {join, resolve} from 'node:path';
import type {ResolvedConfig} from '../contract/run/pipeline.ts';
import {taskVectorsFile} from '../contract/run/taskAnalysis.ts';
import {ownerLockPath} from '../store/run/runState.ts';

/** Where things lie in a run folder. */
export const runPaths = {
  config: (run: string) => join(run, 'config.json'),
  plan: (run: string) => join(run, 'plan.json'),
  ownerLock: ownerLockPath,
  /** There while a process carries the stage out. */
  stageLock: (run: string, stage: string) => join(run, 'locks', `${stage}.lock`),
  stage: (run: string, stage: string) => join(run, 'stages', `${stage}.json`),
  checkpoints: (run: string, stage: string) => join(run, 'checkpoints', stage),
  weights: (run: string) => join(run, 'search.json'),
  taskVectors: (run: string) => join(run, taskVectorsFile),
  /** What a search has measured so far. */
  candidates: (run: string) => join(run, 'search-candidates.jsonl'),
  evaluation: (run: string, model: string) => join(run, 'evaluations', model),
  losses: (run: string, model: string) => join(run, 'evaluations', model, 'losses.json'),
  features: (run: string, model: string) => join(run, 'evaluations', model, 'features.safetensors'),
  grid: (run: string, model: string) => join(run, 'evaluations', model, 'samples.png'),
  /** Grid that a training drew after so many updates. */
  trainingGrid: (run: string, stage: string, update: number) => join(run, 'samples', stage, `${update}.png`),
  /** Losses over the weights of two experts. */
  plane: (run: string, [x, y]: readonly [number, number]) => join(run, 'planes', `plane-${x}-${y}.json`),
  report: (run: string) => join(run, 'report'),
  trained: (run: string, model: string) => join(run, 'models', model),
} as const;

/** Folder (or weights file) of a model of the run: given models lie where the config says, made ones in the run folder. */
export function modelPath(run: string, resolved: ResolvedConfig, model: string): string {
  if (model === 'base') return requireBase(resolved);
  const expert = /^expert-(\d+)$/.exec(model);
  const given = expert && resolved.config.experts?.[Number(expert[1])];
  return given ? resolve(resolved.folder, given.model) : runPaths.trained(run, model);
}

export function requireBase(resolved: ResolvedConfig): string {
  if (resolved.baseFolder === null) throw new Error('this run has no base model');
  return resolved.baseFolder;
}
