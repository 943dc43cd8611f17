import type {Command} from 'commander';
import {memoryLine} from '../../pipeline/resources/memoryByEngine.ts';
import {action} from '../action.ts';
import {summariseModel, type ModelSummary} from '../view/modelSummary.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';

export function addInspectVerb(deme: Command): void {
  const command = deme.command('inspect <model>').description('tell what a model folder or a weights file holds');
  action(command, async (model: string, options: OutputOptions): Promise<ExitCode> => {
    const summary = await summariseModel(model);
    printResult(options, summary, summaryLines(summary));
    return 0;
  });
}

function summaryLines(summary: ModelSummary): string[] {
  const {parameters, tensors, blocks, projections} = summary;
  const rows = blocks.map(({name, ...block}) => {
    return `  ${name.padEnd(20)} ${grouped(block.parameters).padStart(14)} ${String(block.tensors).padStart(6)} tensors`;
  });
  return [
    `${summary.class ?? 'weights file'}  ${summary.path}`,
    ...componentLines(summary),
    `Parameters: ${grouped(parameters)} in ${tensors} tensors, ${projections} of them channel projections`,
    `Weights: ${weightsText(summary)}`,
    ...schedulerLines(summary),
    ...recordLines(summary),
    ...Object.entries(summary.metadata).map(([key, value]) => `Metadata ${key}: ${value}`),
    ...trainingLines(summary),
    'Blocks:',
    ...rows,
  ];
}

/** What a single-file checkpoint consists of. */
function componentLines({singleFile}: ModelSummary): string[] {
  if (singleFile === undefined) return [];
  const rows = singleFile.components.map(({name, parameters, tensors, dtypes}) => {
    const counts = `${grouped(parameters).padStart(14)} ${String(tensors).padStart(6)} tensors`;
    return `  ${name.padEnd(20)} ${counts}, ${formatsText(dtypes)}`;
  });
  return [`Single file of ${singleFile.kind}:`, ...rows];
}

function formatsText(dtypes: ModelSummary['dtypes']): string {
  return Object.entries(dtypes)
    .map(([dtype, count]) => `${count} ${dtype}`)
    .join(', ');
}

function weightsText({format, dtypes, files, bytes, sha256}: ModelSummary): string {
  const where = files.length === 1 ? '' : ` in ${files.length} files`;
  return `${format}, ${formatsText(dtypes)}, ${grouped(bytes)} bytes${where}, SHA-256 ${sha256}`;
}

function schedulerLines({class: modelClass, singleFile, scheduler}: ModelSummary): string[] {
  if (modelClass === null) return [];
  if (singleFile !== undefined && scheduler === null) return ['Scheduler: nothing says what the network predicts'];
  if (scheduler === null) return ['Scheduler: none'];
  const {timesteps, predictionType, betaSchedule, betaStart, betaEnd} = scheduler;
  const betas = `betas ${betaSchedule} from ${betaStart} to ${betaEnd}`;
  return [`Scheduler: ${scheduler.class}, ${timesteps} timesteps, predicts ${predictionType}, ${betas}`];
}

function trainingLines({training}: ModelSummary): string[] {
  if (training === null) return [];
  return [
    'Training of an expert with default settings:',
    ...training.engines.map((engine) => `  ${memoryLine(engine, training.needs)}`),
  ];
}

function recordLines({record}: ModelSummary): string[] {
  if (record === null) return [];
  const {role, range, base, projection, updates, seed, warnings = []} = record;
  const parts = [
    role,
    ...(range ? [`t in [${range.join(', ')})`] : []),
    `projections ${projection}`,
    ...(updates === undefined ? [] : [`${updates} updates`]),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
  ];
  return [
    `Record: ${parts.join(', ')}`,
    ...(base === undefined ? [] : [`Base: SHA-256 ${base}`]),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
}

/** `35,746,307` */
function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
