import {basename, join, resolve} from 'node:path';
import type {ExpertSnapshot} from '../../contract/run/snapshots/expertSnapshot.ts';
import {expertModels, type ResolvedConfig} from '../../contract/run/pipeline.ts';
import {modelName, type RunModel} from '../../contract/run/runModel.ts';

/** Every file and folder of a run folder but those of its measurements, which lie where `contract/measurements` says. */
export const runPaths = {
  /** What the run is; its presence makes a folder a run. */
  record: (run: string) => join(run, 'run.json'),
  config: (run: string) => join(run, 'config.json'),
  plan: (run: string) => join(run, 'plan.json'),
  state: (run: string) => join(run, 'state.json'),
  control: (run: string) => join(run, 'control.json'),
  /** What the run reads from outside its folder. */
  inputs: (run: string) => join(run, 'inputs.json'),
  notes: (run: string) => join(run, 'notes.json'),
  events: (run: string) => join(run, 'events.jsonl'),
  metrics: (run: string) => join(run, 'metrics'),
  /** There while a process owns the run. */
  ownerLock: (run: string) => join(run, 'owner.lock'),
  stageLocks: (run: string) => join(run, 'locks'),
  /** There while a process runs the stage. */
  stageLock: (run: string, stage: string) => join(run, 'locks', `${stage}.lock`),
  /** A record for each stage that is done. */
  stages: (run: string) => join(run, 'stages'),
  stage: (run: string, stage: string) => join(run, 'stages', `${stage}.json`),
  /** There while `deme stage` runs the stage, and its events, until an owner of the run adds them to those of the run. */
  singleLock: (run: string, stage: string) => join(run, 'stages', `${stage}.lock`),
  singleEvents: (run: string, stage: string) => join(run, 'stages', `${stage}.events.jsonl`),
  /** The same of one life of a job: a life that does not know that it is over writes no file of the next. */
  jobEvents: (run: string, stage: string, {id, life}: {id: string; life: number}) =>
    join(run, 'stages', `${stage}.${id}.${life}.events.jsonl`),
  /** The metrics of what such a log has, by the path of the log. */
  singleMetrics: (log: string) => log.replace(/\.events\.jsonl$/, '.metrics'),
  stageState: (run: string, stage: string) => join(run, 'stages', `${stage}.state.json`),
  /** There while its job, or that of a stage that it needs, is cancelled. */
  stageCancel: (run: string, stage: string) => join(run, 'stages', `${stage}.cancel.json`),
  /** How the run was submitted to a scheduler; there while its stages are jobs. */
  launch: (run: string) => join(run, 'launch.json'),
  /** What was submitted, and as which jobs. */
  jobLog: (run: string) => join(run, 'jobs.jsonl'),
  /** The jobs as somebody saw them last. */
  queue: (run: string) => join(run, 'queue.json'),
  /** Scripts of the jobs, and what they print. */
  jobs: (run: string) => join(run, 'jobs'),
  /** There while somebody submits the run. */
  submitLock: (run: string) => join(run, 'submit.lock'),
  /** There while a job settles the engine of the run and what it reads. */
  beginLock: (run: string) => join(run, 'begin.lock'),
  /** What the processes of the stages print. */
  logs: (run: string) => join(run, 'logs'),
  log: (run: string, stage: string) => join(run, 'logs', `${stage}.log`),
  /** The same of one life of a job. */
  jobOutput: (run: string, stage: string, {id, life}: {id: string; life: number}) =>
    join(run, 'logs', `${stage}.${id}.${life}.log`),
  checkpoints: (run: string, stage: string) => join(run, 'checkpoints', stage),
  /** Tokenizer and text encoder that a pretraining makes. */
  components: (run: string) => join(run, 'components'),
  weights: (run: string) => join(run, 'search.json'),
  /** What a search has measured so far. */
  candidates: (run: string) => join(run, 'search-candidates.jsonl'),
  evaluation: (run: string, model: string) => join(run, 'evaluations', model),
  losses: (run: string, model: string) => join(run, 'evaluations', model, 'losses.json'),
  /** `network`: its name, where there are several. */
  features: (run: string, model: string, network: string | null = null) =>
    join(run, 'evaluations', model, `features${network === null ? '' : `-${network}`}.safetensors`),
  /** Mean and covariance of the features, as pytorch-fid reads them. */
  statistics: (run: string, model: string, network: string | null = null) =>
    join(run, 'evaluations', model, `statistics${network === null ? '' : `-${network}`}.npz`),
  /** Scores of its images by themselves. */
  scores: (run: string, model: string) => join(run, 'evaluations', model, 'scores.json'),
  /** The images whose features were measured. */
  drawnImages: (run: string, model: string) => join(run, 'evaluations', model, 'images'),
  /** The same in one file. */
  drawnTar: (run: string, model: string) => join(run, 'evaluations', model, 'images.tar'),
  /** Features of the images so far, until all are drawn. */
  drawing: (run: string, model: string) => join(run, 'drawing', model),
  grid: (run: string, model: string) => join(run, 'evaluations', model, 'samples.png'),
  /** Images that were drawn while the run trained, or by hand. */
  samples: (run: string) => join(run, 'samples'),
  /** Grid that a training drew after so many updates. */
  trainingGrid: (run: string, stage: string, update: number) => join(run, 'samples', stage, `${update}.png`),
  report: (run: string) => join(run, 'report'),
  reportRecord: (run: string) => join(run, 'report', 'report.json'),
  reportText: (run: string) => join(run, 'report', 'report.md'),
  /** The same in one file, to be sent. */
  reportPage: (run: string) => join(run, 'report', 'report.html'),
  models: (run: string) => join(run, 'models'),
  /** A model that the run made. */
  model: (run: string, model: string) => join(run, 'models', model),
  /** What the training of an expert kept of its weights on the way. */
  snapshots: (run: string, expert: number) => join(run, 'snapshots', modelName({kind: 'expert', index: expert})),
  /** A checkpoint of an expert that other runs begin with; the training that wrote it may have removed it. */
  fork: (run: string, {expert, update}: ExpertSnapshot) =>
    join(run, 'forks', `${modelName({kind: 'expert', index: expert})}-update-${update}`),
  /** The recipe of a merged model has the last name of each input: it says which expert a snapshot is of. */
  snapshot: (run: string, {expert, update}: ExpertSnapshot) => {
    const folder = runPaths.snapshots(run, expert);
    return join(folder, `${basename(folder)}-update-${update}`);
  },
} as const;

/** Folder (or weights file) of a model of the run: given models lie where the config says, those that the run made in its folder. */
export function modelPath(run: string, resolved: ResolvedConfig, model: RunModel): string {
  if (model.kind === 'base') return requireBase(resolved);
  const given = model.kind === 'expert' ? resolved.config.experts?.[model.index] : undefined;
  return given ? resolve(resolved.folder, given.model) : runPaths.model(run, modelName(model));
}

/** Where the experts of a run lie, each with its timesteps [low, high) where the config gives them. */
export function expertSources(run: string, resolved: ResolvedConfig): {path: string; range?: [number, number]}[] {
  const {config} = resolved;
  return expertModels(config).map((expert) => ({
    path: modelPath(run, resolved, expert),
    range: config.experts?.[expert.index]?.range,
  }));
}

/** The folder of the base model. */
export function requireBase({baseFolder}: Pick<ResolvedConfig, 'baseFolder'>): string {
  if (baseFolder === null) throw new Error('this run has no base model');
  return baseFolder;
}
