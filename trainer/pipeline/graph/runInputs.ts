import {nullForUserError, UserError} from '../../contract/errors.ts';
import {SchedulerConfig} from '../../contract/model/schedulerConfig.ts';
import {trainingKeys} from '../../contract/model/schedulerSettings.ts';
import {InputsRecord, type FilesStamp} from '../../contract/run/inputsRecord.ts';
import {runExperts, type ResolvedConfig} from '../../contract/run/pipeline.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readJson, readJsonIfThere, writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {expertSources, runPaths} from '../../store/run/runPaths.ts';
import type {ZodType} from 'zod';
import {autoencoderKind} from '../../store/weights/autoencoderFolder.ts';
import type {ComponentKind} from '../../store/weights/componentFolder.ts';
import {findComponent, readComponent} from '../../store/weights/components.ts';
import {configHashes} from '../../store/weights/modelConfigs.ts';
import {modelHash} from '../../store/weights/modelFolder.ts';
import {readModel} from '../../store/weights/readModel.ts';
import type {Pipeline} from '../../store/weights/pipeline.ts';
import {textEncoderKind} from '../../store/weights/textEncoderFolder.ts';
import {tokenizerHash} from '../../text/readClipTokenizer.ts';
import {runRanges} from '../runRanges.ts';
import {missing} from './dataStamp.ts';
import {evaluationInputs, filesStamp, startPaths} from './evaluationInputs.ts';

/** What a run reads from outside its folder, as it is now. The larger part of the time goes into hashing the base. */
export async function gatherInputs(run: string, resolved: ResolvedConfig): Promise<InputsRecord> {
  const {config, baseFolder} = resolved;
  const base = baseFolder === null ? null : await baseInputs(baseFolder);
  const given = config.experts ? expertSources(run, resolved) : [];
  const experts: string[] = [];
  for (const {path} of given) experts.push(await weightsHashOf(path));
  return {
    format: 1,
    base: base?.hashes ?? {},
    experts,
    ranges: base && runExperts(config) > 0 ? await knownRanges(run, resolved, base.timesteps) : [],
    data: config.data === undefined ? null : await filesStamp(config.data, resolved.folder),
    evaluation: await evaluationInputs(resolved),
  };
}

/**
 * The inputs that the run began with, checked against those of now; where none are recorded yet, those of now are. `onWarning` receives a
 * message where images were copied or touched since. Throws a UserError where an input has changed. For the owner of the run or of a
 * single stage, before it begins.
 */
export async function settleInputs(
  run: string,
  resolved: ResolvedConfig,
  onWarning: (message: string) => void,
): Promise<InputsRecord> {
  const now = await gatherInputs(run, resolved);
  const begun = await recordedInputs(run);
  const settled = begun === null ? now : continued(begun, now, resolved);
  const images = [settled.data, ...Object.values(settled.evaluation)];
  if (images.some((files) => (files?.stamps.length ?? 0) > 1)) {
    onWarning(
      'the times of the image files are not those that the run began with: if their content changed too, its results are mixed. ' +
        'No later run takes them over.',
    );
  }
  await writeJsonAtomic(runPaths.inputs(run), settled);
  return settled;
}

/** What `settleInputs` has recorded. */
export function readInputs(run: string): Promise<InputsRecord> {
  return readJson(runPaths.inputs(run), InputsRecord, recordText);
}

/** The inputs that the run began with where they are recorded, else those of now; for readers of a run. */
export async function knownInputs(run: string, resolved: ResolvedConfig): Promise<InputsRecord> {
  return (await recordedInputs(run)) ?? gatherInputs(run, resolved);
}

/** SHA-256 of the weights of an expert, `missing` where it is not there, which the stage that needs it reports. */
export async function weightsHashOf(path: string): Promise<string> {
  return (await fileExists(path)) ? modelHash(path) : missing;
}

/** SHA-256 of what there is of a base, by what it is. */
export async function baseHashes(folder: string): Promise<InputsRecord['base']> {
  return (await baseInputs(folder)).hashes;
}

/** The error for something that is not as the run began with; `what` as in `The weights of the base`. */
export function inputChanged(what: string, where: string): UserError {
  return new UserError('input-changed', `${what} changed since the run began.`, {
    where,
    hint: 'Put it back as it was and resume the run, or start a new run, which takes over what does not depend on it.',
  });
}

function recordedInputs(run: string): Promise<InputsRecord | null> {
  return readJsonIfThere(runPaths.inputs(run), InputsRecord, recordText);
}

const recordText = 'the record of what the run reads';

async function baseInputs(folder: string) {
  const {path, isSingleFile, unetConfig, schedulerConfig, weightsHash, pipeline} = await readModel(folder);
  const {num_train_timesteps: timesteps} = trainingKeys(schedulerConfig ?? SchedulerConfig.parse({}));
  const hash = (config: object | null) => hashBytes(JSON.stringify(config));
  const configs = isSingleFile ? {unet: hash(unetConfig), scheduler: hash(schedulerConfig)} : await configHashes(path);
  return {timesteps, hashes: {weights: await weightsHash(), ...configs, ...(await componentHashes(pipeline))}};
}

/** SHA-256 of each component that a network gets its input from, by its name in the pipeline; none of one that cannot be read. */
async function componentHashes(pipeline: Pipeline | null): Promise<Record<string, string>> {
  const tokenizer = findComponent(pipeline, 'tokenizer')?.path;
  const hashes = {
    vae: await componentHash(pipeline, 'vae', autoencoderKind).catch(nullForUserError),
    text_encoder: await componentHash(pipeline, 'text_encoder', textEncoderKind).catch(nullForUserError),
    tokenizer: tokenizer ? await tokenizerHash(tokenizer) : null,
  };
  return Object.fromEntries(Object.entries(hashes).flatMap(([name, hash]) => (hash === null ? [] : [[name, hash]])));
}

async function componentHash<Schema extends ZodType>(
  pipeline: Pipeline | null,
  name: string,
  kind: ComponentKind<Schema>,
): Promise<string | null> {
  const component = findComponent(pipeline, name);
  if (component === null) return null;
  const {config, weightsHash} = await readComponent(component, kind);
  return hashBytes(`${JSON.stringify(config)} ${await weightsHash()}`);
}

/** None where they are unknown: a merge with given weights needs none, and a stage that does need them reports it. */
async function knownRanges(run: string, resolved: ResolvedConfig, timesteps: number): Promise<InputsRecord['ranges']> {
  const ranges = (await runRanges(run, resolved, timesteps).catch(nullForUserError)) ?? [];
  return ranges.map(([low, high]) => [low, high]);
}

/** What was noted, with what was not there before. */
function continued(begun: InputsRecord, now: InputsRecord, resolved: ResolvedConfig): InputsRecord {
  const {baseFolder, config, folder} = resolved;
  for (const part of Object.keys(begun.base)) {
    if (begun.base[part] !== now.base[part]) throw inputChanged(baseText(part), baseFolder ?? folder);
  }
  begun.experts.forEach((hash, i) => {
    if (hash !== missing && hash !== now.experts[i])
      throw inputChanged(expertText(i), config.experts?.[i]?.model ?? folder);
  });
  if (begun.ranges.length > 0 && String(begun.ranges) !== String(now.ranges)) throw inputChanged(rangesText, folder);
  const {evaluation} = now;
  const starts = new Set(startPaths(config));
  for (const path of Object.keys(evaluation)) {
    const known = begun.evaluation[path] ?? null;
    // A checkpoint that has made room: only an expert that is not trained yet misses it, and says so.
    const isGone = starts.has(path) && evaluation[path]?.listing === missing;
    const input = isGone ? known : continuedFiles(known, evaluation[path] ?? null, evaluationText, path);
    if (input !== null) evaluation[path] = input;
  }
  return {...now, evaluation, data: continuedFiles(begun.data, now.data, imagesText, config.data?.path ?? folder)};
}

function continuedFiles(
  begun: FilesStamp | null,
  now: FilesStamp | null,
  what: string,
  where: string,
): FilesStamp | null {
  if (begun === null || now === null || begun.listing === missing) return now;
  if (begun.listing !== now.listing) throw inputChanged(what, where);
  const [stamp] = now.stamps;
  return stamp === undefined || begun.stamps.at(-1) === stamp ? begun : {...begun, stamps: [...begun.stamps, stamp]};
}

/** `The weights of the base` */
export function baseText(part: string): string {
  const names: Readonly<Record<string, string>> = {
    weights: 'The weights',
    vae: 'The autoencoder',
    text_encoder: 'The text encoder',
    tokenizer: 'The tokenizer',
  };
  return `${names[part] ?? `The ${part} config`} of the base`;
}

export function expertText(index: number): string {
  return `Expert ${index}`;
}

export const imagesText = 'The image files';
export const evaluationText = 'What experts start from, or samples are drawn by or compared with,';
export const rangesText = 'The timesteps of the experts';
