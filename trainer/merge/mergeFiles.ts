import {mkdir} from 'node:fs/promises';
import {dirname, resolve, sep} from 'node:path';
import {UserError} from '../contract/errors.ts';
import type {MergeRecord, ModelRecord} from '../contract/records.ts';
import type {TimestepRange} from '../deme/timesteps.ts';
import {writeModelFolder} from '../store/modelFolder.ts';
import {writeSafetensors, type TensorSource} from '../store/safetensors.ts';
import {checkInputs, type CheckedInputs} from './checkInputs.ts';
import type {MergeTensor} from './checkTensors.ts';
import {checkFinite, type WeightsFormat} from './finite.ts';
import {projectionIndex} from './identityProjection.ts';
import {addBase, addWeightedTask} from './linear.ts';
import {openMergeInput, type MergeInput} from './mergeInput.ts';
import {readWeights} from './readWeights.ts';

export interface MergeRequest {
  /** A diffusers folder or a bare weights file, as each expert. */
  readonly base: string;
  readonly experts: readonly {readonly path: string; readonly range?: TimestepRange}[];
  /** One for each expert; they need not sum to 1 and may be negative. */
  readonly weights: readonly number[];
  /** A bare file if it ends in `.safetensors`, else a diffusers folder, for which the base must be one. */
  readonly out: string;
  readonly dtype: WeightsFormat;
  /** Name and version of this program, for the record. */
  readonly tool: string;
  /** After each tensor. */
  onProgress?(done: number, total: number): void;
}

interface Merge {
  readonly request: MergeRequest;
  readonly base: MergeInput;
  readonly experts: readonly MergeInput[];
  readonly checked: CheckedInputs;
}

/**
 * theta + sum_i w_i (theta_i - theta) over files (Eq. 8 of the paper), bit for bit as PyTorch computes it in float32.
 *
 * Streams: it holds three tensors at a time, however many experts there are. Nothing is written before all inputs passed
 * `checkInputs`, and the output appears whole or not at all. A folder gets `merge.json`, a bare file the same record in its
 * metadata. Where an input has projections, so has the result; folding those of up blocks into stock weights is a later step.
 */
export async function mergeModels(request: MergeRequest): Promise<MergeRecord> {
  checkWeights(request);
  const inputs: MergeInput[] = [];
  try {
    const base = await openMergeInput(request.base);
    inputs.push(base);
    for (const [i, {path, range}] of request.experts.entries()) inputs.push(await openMergeInput(path, i, range));
    const experts = inputs.slice(1);
    checkOutput(request.out, base, inputs);
    return await writeMerge({request, base, experts, checked: await checkInputs(base, experts)});
  } finally {
    await Promise.all(inputs.map(({reader}) => reader.close()));
  }
}

function checkWeights({experts, weights}: MergeRequest): void {
  if (experts.length === 0) throw new UserError('merge-weights', 'A merge needs at least one expert.');
  if (weights.length !== experts.length) {
    throw new UserError(
      'merge-weights',
      `${experts.length} experts need ${experts.length} weights, but ${weights.length} are given.`,
    );
  }
  const bad = weights.findIndex((weight) => !Number.isFinite(weight));
  if (bad >= 0)
    throw new UserError('merge-weights', `The weight of expert ${bad} is ${weights[bad]}.`, {
      hint: 'Give a finite number.',
    });
}

function checkOutput(out: string, base: MergeInput, inputs: readonly MergeInput[]): void {
  const target = resolve(out);
  const victim = inputs
    .flatMap(({path, weightsFiles}) => [path, ...weightsFiles])
    .map((path) => resolve(path))
    .find((path) => path === target || path.startsWith(target + sep));
  if (victim !== undefined) {
    throw new UserError('merge-output', 'The output would overwrite an input.', {
      where: out,
      hint: 'Choose another output.',
    });
  }
  if (isBareFile(out) || base.unetConfig !== null) return;
  throw new UserError(
    'merge-output',
    'A bare weights file as base has no config, so the output cannot be a model folder.',
    {
      where: out,
      hint: 'End the output in .safetensors, or give a diffusers folder as base.',
    },
  );
}

function isBareFile(path: string): boolean {
  return path.endsWith('.safetensors');
}

async function writeMerge(merge: Merge): Promise<MergeRecord> {
  const {request, base} = merge;
  const mergeRecord = recordOf(merge);
  let done = 0;
  const onRead = () => request.onProgress?.(++done, merge.checked.tensors.length);
  const tensors = merge.checked.tensors.map((tensor) => sourceOf(merge, tensor, onRead));
  if (base.unetConfig !== null && !isBareFile(request.out)) {
    const schedulerConfig = requireScheduler(merge);
    await writeModelFolder(request.out, {
      unetConfig: base.unetConfig,
      schedulerConfig,
      tensors,
      record: modelRecordOf(merge),
      mergeRecord,
    });
  } else {
    await mkdir(dirname(resolve(request.out)), {recursive: true});
    await writeSafetensors(request.out, tensors, {'deme.merge': JSON.stringify(mergeRecord)});
  }
  return mergeRecord;
}

function requireScheduler({base, experts}: Merge): NonNullable<MergeInput['schedulerConfig']> {
  const config = [base, ...experts].find(({schedulerConfig}) => schedulerConfig !== null)?.schedulerConfig;
  if (config) return config;
  throw new UserError('scheduler-missing', 'Neither the base nor an expert has a scheduler config.', {
    where: base.path,
    hint: 'Add scheduler/scheduler_config.json to the base.',
  });
}

function sourceOf(merge: Merge, tensor: MergeTensor, onRead: () => void): TensorSource {
  const {reader} = merge.base;
  const {name, shape, integer} = tensor;
  const read = async () => {
    const values = integer ? await reader.readBytes(name) : await mergeTensor(merge, tensor);
    onRead();
    return values;
  };
  return {name, shape, dtype: (integer ? reader.dtypes.get(name) : undefined) ?? merge.request.dtype, read};
}

async function mergeTensor({request, base, experts}: Merge, {name, shape}: MergeTensor): Promise<Float32Array> {
  const origin = await readWeights(base.reader, name, shape);
  const merged = new Float32Array(origin.length);
  for (const [i, weight] of request.weights.entries()) {
    const expert = experts[i];
    if (expert !== undefined && weight !== 0)
      addWeightedTask(merged, origin, await readWeights(expert.reader, name, shape), weight);
  }
  // The base itself, not base + 0, which would turn a -0 into 0.
  const result = request.weights.every((weight) => weight === 0) ? origin : addBase(merged, origin);
  checkFinite(name, result, request.dtype, request.out);
  return result;
}

function recordOf({request, base, experts, checked}: Merge): MergeRecord {
  return {
    format: 1,
    tool: request.tool,
    method: 'linear',
    base: {name: base.name, sha256: base.sha256},
    experts: experts.map(({name, sha256, range}, i) => ({
      name,
      sha256,
      ...(range === null ? {} : {range: [range[0], range[1]]}),
      weight: request.weights[i] ?? 0,
    })),
    warnings: [...checked.warnings],
  };
}

function modelRecordOf({base, checked}: Merge): ModelRecord {
  const {predictionType, schedule, tensors, warnings} = checked;
  return {
    format: 1,
    role: 'merged',
    base: base.sha256,
    projection: projectionOf(tensors, base),
    ...(predictionType === undefined ? {} : {predictionType}),
    ...(schedule === undefined ? {} : {schedule}),
    ...(warnings.length === 0 ? {} : {warnings: [...warnings]}),
  };
}

/** Hooks count down blocks, the mid block, then up blocks; only those of up blocks can be folded into stock weights. */
function projectionOf(tensors: readonly MergeTensor[], {unetConfig}: MergeInput): ModelRecord['projection'] {
  const hooks = tensors.flatMap(({name}) => projectionIndex(name) ?? []);
  if (hooks.length === 0) return 'off';
  return Math.min(...hooks) > (unetConfig?.block_out_channels.length ?? Infinity) ? 'stock-compatible' : 'full';
}
