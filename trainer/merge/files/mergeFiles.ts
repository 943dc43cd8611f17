import {mkdir} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {plainLinear, type MergeMethod} from '../../contract/config/merge/mergeMethod.ts';
import type {MergeRule} from '../../contract/config/merge/mergeRule.ts';
import {isProjection} from '../../contract/model/projectionName.ts';
import type {PredictionType} from '../../contract/model/predictionType.ts';
import type {MergeRecord, ModelRecord} from '../../contract/run/records.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {architectureOf, partOf} from '../../models/architectures.ts';
import {projectionMode} from '../../nn/projections.ts';
import {requireApart, requireFree} from '../../store/files/pathIdentity.ts';
import {refuseForeignFolder, writeModelFolder} from '../../store/weights/modelFolder.ts';
import {
  fitsSingleFile,
  missingInFolder,
  openCarriedParts,
  type CarriedParts,
} from '../../store/weights/singleFile/carriedParts.ts';
import {originalNetwork} from '../../store/weights/singleFile/originalTensors.ts';
import {writeSafetensors, type TensorSource} from '../../store/weights/safetensors.ts';
import {checkInputs, type CheckedInputs} from './checkInputs.ts';
import type {MergeTensor} from './checkTensors.ts';
import {defaultChunk} from '../chunks/mergeBuffers.ts';
import {checkMergeWeights} from './checkWeights.ts';
import {ProductSums, type TaskProducts} from '../chunks/taskProducts.ts';
import type {WeightsFormat} from '../../contract/model/weightsFormat.ts';
import {settledHashes, startHashes, unknownHash} from './inputHashes.ts';
import {withMergeInputs, type MergeInput} from './mergeInput.ts';
import {mergeBuffers, methodOf} from '../methods/methodOf.ts';
import {tensorPieces, type TensorMerger} from './tensorPieces.ts';
import {tensorWeights, type TensorWeights} from '../tensorWeights.ts';

export interface MergeRequest {
  /** A diffusers folder, a single-file checkpoint of Stable Diffusion or a bare weights file, as each expert. */
  readonly base: string;
  readonly experts: readonly {readonly path: string; readonly range?: TimestepRange}[];
  /** One for each expert; they need not sum to 1 and may be negative. */
  readonly weights: readonly number[];
  /**
   * One file if it ends in `.safetensors`, with all components where the base is Stable Diffusion (see `fitsSingleFile`), else with the
   * network alone; any other path becomes a diffusers folder, for which the base must have configs.
   */
  readonly out: string;
  /** Left out: `base` for a file with all components, else F32. */
  readonly dtype?: MergeRecord['dtype'];
  /** What a base predicts that is a single-file checkpoint and does not say it. */
  readonly predictionType?: PredictionType;
  /** Name and version of this program, for the record. */
  readonly tool: string;
  /** Left out: plain task arithmetic. */
  readonly method?: MergeMethod;
  readonly rules?: readonly MergeRule[];
  /** The record of the merge that is reproduced; left out: a new one. */
  readonly record?: MergeRecord;
  /**
   * What may already exist at `out`: nothing (left out), something the user allowed to be overwritten, or an earlier result of the same stage, whose
   * run folder may be anywhere.
   */
  readonly replaces?: 'existing' | 'ownResult';
  /** Elements of a tensor that are in memory at once, a multiple of 256. The result does not depend on it. */
  readonly chunk?: number;
  /** Cancels the merge, leaving nothing behind. */
  readonly signal?: AbortSignal;
  /** After each tensor. */
  onProgress?(done: number, total: number): void;
  /** Receives the inner products of the task vectors of each tensor; if given, they are computed during the merge. */
  onProducts?(name: string, products: TaskProducts): void;
}

interface Merge {
  readonly request: MergeRequest;
  /** The other components, for a file that has them; null for other outputs. */
  readonly carried: CarriedParts | null;
  readonly dtype: MergeRecord['dtype'];
  readonly base: MergeInput;
  readonly experts: readonly MergeInput[];
  readonly checked: CheckedInputs;
  readonly weights: TensorWeights;
}

/**
 * Merges task vectors over files: by default theta + sum_i w_i (theta_i - theta) (Eq. 8 of the paper), bit for bit as PyTorch computes it in
 * float32.
 *
 * Inputs are hashed while they are merged, and the hashes put into the record at the end; an input that has changed meanwhile fails the merge.
 *
 * Streaming: it holds a chunk of each input at a time, whatever the size of the models, and reads a tensor twice where a method has to measure it
 * first. The bytes of the result depend on inputs and settings alone. Nothing is written before all inputs pass `checkInputs`, and the
 * output appears completely or not at all. A folder gets `merge.json`, and the weights file the same record in its metadata. Where an
 * input has projections, so has the result; folding those of up blocks into stock weights is a later step.
 */
export async function mergeModels(given: MergeRequest): Promise<MergeRecord> {
  // What is checked and what is written must be the same path.
  const request = {...given, out: resolve(given.out)};
  checkMergeWeights(request);
  return withMergeInputs(request, async (base, experts) => {
    await checkOutput(request, base);
    startHashes([base, ...experts]);
    const checked = await checkInputs(base, experts);
    const names = checked.tensors.filter(({integer}) => !integer).map(({name}) => name);
    const weights = tensorWeights(names, request.weights, request.rules ?? [], partOf(base.unetConfig));
    const carried = await openCarried(request, base);
    const dtype = request.dtype ?? (carried === null ? 'F32' : 'base');
    try {
      return await writeMerge({request, base, experts, checked, weights, carried, dtype});
    } finally {
      await carried?.close();
    }
  });
}

async function checkOutput({base: basePath, experts, out, replaces}: MergeRequest, base: MergeInput): Promise<void> {
  const isOwn = replaces === 'ownResult';
  await requireApart(out, [basePath, ...experts.map(({path}) => path)], {mayLieInside: isOwn});
  if (!isBareFile(out) && base.unetConfig === null) {
    throw new UserError(
      'merge-output',
      'A bare weights file as base has no config, so the output cannot be a model folder.',
      {
        where: out,
        hint: 'End the output in .safetensors, or give a diffusers folder as base.',
      },
    );
  }
  if (!isBareFile(out)) await refuseForeignFolder(out);
  await requireFree(out, {overwrite: isOwn || replaces === 'existing'});
}

async function openCarried({out}: MergeRequest, base: MergeInput): Promise<CarriedParts | null> {
  const {unetConfig} = base;
  if (unetConfig === null || !isBareFile(out)) return null;
  const model = {...base, unetConfig};
  return fitsSingleFile(model) ? openCarriedParts(model) : null;
}

function isBareFile(path: string): boolean {
  return path.endsWith('.safetensors');
}

async function writeMerge(merge: Merge): Promise<MergeRecord> {
  const {request, base, experts, carried} = merge;
  let mergeRecord = recordWith(
    merge,
    [base, ...experts].map(() => unknownHash),
  );
  let record = modelRecordOf(merge, unknownHash, mergeRecord.warnings);
  const settle = async () => {
    const hashes = await settledHashes([base, ...experts]);
    mergeRecord = recordWith(merge, hashes);
    record = modelRecordOf(merge, hashes[0] ?? '', mergeRecord.warnings);
  };
  let done = 0;
  const onDone = () => request.onProgress?.(++done, merge.checked.tensors.length);
  const merger = mergerOf(merge);
  const tensors = merge.checked.tensors.map((tensor) => sourceOf(merge, merger, tensor, onDone));
  if (base.unetConfig !== null && !isBareFile(request.out)) {
    const schedulerConfig = requireScheduler(merge);
    await writeModelFolder(request.out, {
      unetConfig: base.unetConfig,
      schedulerConfig,
      pipeline: base.pipeline,
      tensors,
      record,
      mergeRecord,
      late: async () => {
        await settle();
        return {record, mergeRecord};
      },
    });
  } else {
    await mkdir(dirname(request.out), {recursive: true});
    const all = carried === null ? tensors : [...originalTensors(merge, tensors), ...carried.tensors];
    const metadata = () => ({...carried?.metadata, 'deme.merge': JSON.stringify(mergeRecord)});
    await writeSafetensors(request.out, all, metadata(), async () => {
      await settle();
      return metadata();
    });
  }
  return mergeRecord;
}

function originalTensors({base: {unetConfig}, request}: Merge, tensors: readonly TensorSource[]): TensorSource[] {
  if (unetConfig?._class_name !== 'UNet2DConditionModel') throw new Error('this network is in no single file');
  return originalNetwork(unetConfig, tensors, request.out);
}

function requireScheduler({base, experts}: Merge): NonNullable<MergeInput['schedulerConfig']> {
  const config = [base, ...experts].find(({schedulerConfig}) => schedulerConfig !== null)?.schedulerConfig;
  if (config) return config;
  throw new UserError('scheduler-missing', 'Neither the base nor an expert has a scheduler config.', {
    where: base.path,
    hint: 'Add scheduler/scheduler_config.json to the base.',
  });
}

function sourceOf(
  merge: Merge,
  merger: Omit<TensorMerger, 'dtype'>,
  tensor: MergeTensor,
  onDone: () => void,
): TensorSource {
  const {request, base, experts, weights} = merge;
  const {name, shape, integer} = tensor;
  const {reader} = base;
  const dtype = (integer ? reader.dtypes.get(name) : undefined) ?? formatOf(merge, name);
  const pieces = async function* () {
    request.signal?.throwIfAborted();
    if (integer) yield await reader.readBytes(name);
    else
      yield* whileWanted(
        tensorPieces(
          {...merger, dtype: formatOf(merge, name)},
          tensor,
          base,
          experts,
          weights.byTensor.get(name) ?? [],
        ),
        request.signal,
      );
    onDone();
  };
  return {name, shape, dtype, pieces};
}

/** Float64, and a projection that the base lacks, become F32. */
function formatOf({dtype, base}: Merge, name: string): WeightsFormat {
  if (dtype !== 'base') return dtype;
  const own = base.reader.dtypes.get(name);
  return own === 'F16' || own === 'BF16' ? own : 'F32';
}

async function* whileWanted<T>(values: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  for await (const value of values) {
    signal?.throwIfAborted();
    yield value;
  }
}

function mergerOf({request, experts}: Merge): Omit<TensorMerger, 'dtype'> {
  const buffers = mergeBuffers(experts.length, request.chunk ?? defaultChunk);
  return {
    buffers,
    method: methodOf(request.method ?? plainLinear, buffers),
    out: request.out,
    products: request.onProducts === undefined ? null : new ProductSums(buffers),
    onProducts: request.onProducts,
  };
}

/** @param hashes of the base and each expert; a record that is reproduced has its own */
function recordWith(merge: Merge, [ofBase = '', ...ofExperts]: readonly string[]): MergeRecord {
  const {request, base, experts, checked, weights, carried, dtype} = merge;
  if (request.record) return request.record;
  const {rules, method = plainLinear, tool} = request;
  return {
    format: 2,
    tool,
    method,
    dtype,
    base: {name: base.name, sha256: ofBase},
    experts: experts.map(({name, range}, i) => ({
      name,
      sha256: ofExperts[i] ?? '',
      ...(range === null ? {} : {range: [range[0], range[1]]}),
      weight: request.weights[i] ?? 0,
    })),
    ...(rules && {rules: rules.map((rule, i) => ({...rule, tensors: weights.matches[i] ?? 0}))}),
    warnings: [...checked.warnings, ...(carried?.notes ?? folderNotes(request, base))],
  };
}

function folderNotes({out}: MergeRequest, {unetConfig, ...base}: MergeInput): string[] {
  return unetConfig === null || isBareFile(out) ? [] : missingInFolder({...base, unetConfig});
}

function modelRecordOf({base, checked}: Merge, sha256: string, warnings: readonly string[]): ModelRecord {
  const {predictionType, schedule, tensors} = checked;
  return {
    format: 1,
    role: 'merged',
    base: sha256,
    projection: projectionsOf(tensors, base),
    ...(predictionType === undefined ? {} : {predictionType}),
    ...(schedule === undefined ? {} : {schedule}),
    ...(warnings.length === 0 ? {} : {warnings: [...warnings]}),
  };
}

function projectionsOf(tensors: readonly MergeTensor[], {unetConfig}: MergeInput): ModelRecord['projection'] {
  const names = tensors.filter(({name}) => isProjection(name)).map(({name}) => name);
  return projectionMode(names, unetConfig === null ? [] : architectureOf(unetConfig).projectionSites);
}
