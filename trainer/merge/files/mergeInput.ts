import {stat} from 'node:fs/promises';
import {basename} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import type {PredictionType} from '../../contract/model/predictionType.ts';
import type {ModelRecord} from '../../contract/run/records.ts';
import type {SchedulerConfig} from '../../contract/model/schedulerConfig.ts';
import {trainingKeys} from '../../contract/model/schedulerSettings.ts';
import type {NetworkConfig} from '../../contract/model/networkConfig.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readModelFolder, type ModelFolder} from '../../store/weights/modelFolder.ts';
import {knownHash} from '../../store/hashes/knownHash.ts';
import type {TensorReader} from '../../store/weights/tensorReader.ts';
import {
  networkOf,
  openSingleFile,
  readSingleFile,
  statedPredictionType,
} from '../../store/weights/singleFile/readSingleFile.ts';

/**
 * One model of a merge, opened: the tensors of its network, and what is recorded about it. All of that is null for a bare weights file, and
 * for an expert in a single-file checkpoint, in which other files than the base's say it.
 */
export interface MergeInput {
  /** `base` or `expert 0 (name)`, for messages that end up in records: no absolute path. */
  readonly label: string;
  /** Last component of the path. */
  readonly name: string;
  readonly path: string;
  readonly weightsFiles: readonly string[];
  /** SHA-256 of the weights, computed once, from when it is first asked for. */
  hash(): Promise<string>;
  /** Throws a UserError where a file of the weights is not what it was when it was opened. */
  requireUnchanged(): Promise<void>;
  readonly reader: TensorReader;
  readonly record: ModelRecord | null;
  readonly unetConfig: NetworkConfig | null;
  readonly schedulerConfig: SchedulerConfig | null;
  readonly pipeline: ModelFolder['pipeline'];
  readonly isSingleFile: boolean;
  /** Undefined where nothing says it. */
  readonly predictionType: string | undefined;
  /** Timesteps [low, high) as given by the caller, else as recorded. */
  readonly range: TimestepRange | null;
}

/**
 * Opens a diffusers folder, a single-file checkpoint or a bare weights file; `expert` is its index, left out for the base, of which
 * `predictionType` is what to take for a checkpoint. Close its reader after use.
 */
export async function openMergeInput(
  path: string,
  expert?: number,
  range?: TimestepRange,
  predictionType?: PredictionType,
): Promise<MergeInput> {
  if (!(await fileExists(path))) {
    throw new UserError('model-missing', 'There is no such model.', {
      where: path,
      hint: 'Give a diffusers folder or a safetensors file.',
    });
  }
  const name = basename(path);
  const common = {name, path, label: expert === undefined ? 'the base' : `expert ${expert} (${name})`};
  if ((await stat(path)).isDirectory()) return openFolder(common, range);
  return openFile(common, range ?? null, expert === undefined ? await readSingleFile(path, predictionType) : null);
}

interface MergePaths {
  readonly base: string;
  readonly experts: readonly {readonly path: string; readonly range?: TimestepRange}[];
  readonly predictionType?: PredictionType;
}

/** Opens a base and its experts for `act`, and closes all of them afterwards, also if one cannot be opened. */
export async function withMergeInputs<T>(
  {base, experts, predictionType}: MergePaths,
  act: (base: MergeInput, experts: readonly MergeInput[]) => Promise<T>,
): Promise<T> {
  const settled = await Promise.allSettled([
    openMergeInput(base, undefined, undefined, predictionType),
    ...experts.map(({path, range}, i) => openMergeInput(path, i, range)),
  ]);
  const inputs = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  try {
    const failed = settled.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
    const [opened, ...others] = inputs as [MergeInput, ...MergeInput[]];
    return await act(opened, others);
  } finally {
    await Promise.all(inputs.map(({reader}) => reader.close()));
  }
}

type Common = Pick<MergeInput, 'name' | 'path' | 'label'>;

async function openFolder(common: Common, range?: TimestepRange): Promise<MergeInput> {
  const folder = await readModelFolder(common.path);
  const {record, unetConfig, schedulerConfig, pipeline, weightsFiles} = folder;
  const recorded = record?.range ?? null;
  if (range && recorded && String(range) !== String(recorded)) {
    const message = `The range is given as [${range.join(', ')}), but the model records [${recorded.join(', ')}).`;
    throw new UserError('merge-range', message, {
      where: common.path,
      hint: 'Leave the range out, or give the experts in the right order.',
    });
  }
  const requireUnchanged = await watchFiles(weightsFiles);
  const reader = await folder.openWeights();
  const configs = {record, unetConfig, schedulerConfig, pipeline, isSingleFile: false};
  const predictionType = record?.predictionType ?? predictionOf(schedulerConfig);
  const files = {weightsFiles, hash: () => folder.weightsHash(), requireUnchanged, reader};
  return {...common, ...configs, ...files, predictionType, range: range ?? recorded};
}

function predictionOf(scheduler: SchedulerConfig | null): string | undefined {
  return scheduler === null ? undefined : trainingKeys(scheduler).prediction_type;
}

/** `base` is what configs a base has that is a single-file checkpoint. */
async function openFile(common: Common, range: TimestepRange | null, base: ModelFolder | null): Promise<MergeInput> {
  const {path} = common;
  const {unetConfig = null, schedulerConfig = null, pipeline = null} = base ?? {};
  const requireUnchanged = await watchFiles([path]);
  let hash: Promise<string> | undefined;
  const opened = await openSingleFile(path);
  return {
    ...common,
    weightsFiles: [path],
    hash: () => (hash ??= knownHash(path)),
    requireUnchanged,
    reader: networkOf(opened),
    record: null,
    unetConfig,
    schedulerConfig,
    pipeline,
    isSingleFile: opened.checkpoint !== null,
    predictionType: predictionOf(schedulerConfig) ?? (await statedPredictionType(opened, path)),
    range,
  };
}

/** Remembers how files look, for a look at them later on. */
async function watchFiles(files: readonly string[]): Promise<() => Promise<void>> {
  const before = await Promise.all(files.map(lookOf));
  return async () => {
    for (const [i, file] of files.entries()) {
      if ((await lookOf(file)) === before[i]) continue;
      throw new UserError('input-changed', 'This file was changed while it was merged.', {
        where: file,
        hint: 'Merge again once nobody writes to it.',
      });
    }
  };
}

/** Not the time of the last change of the entry, which a further link to the file changes, too. Empty for a file that is gone. */
async function lookOf(file: string): Promise<string> {
  const stats = await stat(file, {bigint: true}).catch(() => null);
  return stats === null ? '' : [stats.size, stats.ino, stats.mtimeNs].join(' ');
}
