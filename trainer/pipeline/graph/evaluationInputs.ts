import {join, resolve} from 'node:path';
import type {DemeConfig} from '../../contract/config/config.ts';
import {featureNames, promptFileOf, referencePath, type EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import {nullForUserError} from '../../contract/errors.ts';
import type {FilesStamp, InputsRecord} from '../../contract/run/inputsRecord.ts';
import type {FeatureNetworkName} from '../../contract/model/featureNetwork.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {cachedFeatureWeights} from '../../evaluate/featureWeights.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {knownHash} from '../../store/hashes/knownHash.ts';
import {recordFile, stateFile} from '../../store/run/checkpointFiles.ts';
import {modelHash} from '../../store/weights/modelFolder.ts';
import {dataFiles, listingOf, missing, stampOf} from './dataStamp.ts';

const isSingleFile = /\.(npz|txt|csv|tsv|json|jsonl)$/i;

/** What samples are compared with besides the test images, as the config spells it, each once. */
export function referencePaths(evaluate: EvaluateConfig | undefined): string[] {
  if (evaluate === undefined) return [];
  return [...new Set(featureNames(evaluate.features).flatMap((name) => referencePath(evaluate, name) ?? []))];
}

/** The files of the prompts that a config draws by, also while it trains and searches. */
function promptPaths({evaluate, decouple, pretrain, merge}: DemeConfig): string[] {
  const samplings = [evaluate?.sampling, decouple?.samples, pretrain?.samples, merge?.search?.sampling];
  return samplings.flatMap((sampling) => (sampling && promptFileOf(sampling)?.file) ?? []);
}

/** What experts start from besides the base. */
export function startPaths({decouple}: DemeConfig): string[] {
  return (decouple?.start ?? []).filter((path) => path !== null);
}

/** The networks that measure samples and whose weights are no part of this program. */
export function weightedNetworks(evaluate: EvaluateConfig | undefined): Exclude<FeatureNetworkName, 'digits'>[] {
  return featureNames(evaluate?.features).filter((name) => name !== 'digits');
}

/** What the weights of a network are called among the inputs of a run, where paths of the config stand too. */
export function weightsInput(network: FeatureNetworkName): string {
  return `weights of ${network}`;
}

/** What a config reads besides its base and data, as it is now. */
export async function evaluationInputs({config, folder}: ResolvedConfig): Promise<InputsRecord['evaluation']> {
  const inputs: InputsRecord['evaluation'] = {};
  for (const path of [...referencePaths(config.evaluate), ...promptPaths(config)])
    inputs[path] = await evaluationInput(path, folder);
  for (const path of startPaths(config)) inputs[path] = await startInput(path, folder);
  for (const network of weightedNetworks(config.evaluate)) {
    const weights = await cachedFeatureWeights(network);
    inputs[weightsInput(network)] = contentStamp(weights === null ? missing : await knownHash(weights.file));
  }
  return inputs;
}

/** Statistics and prompts by their content, images by names, sizes and times; `missing` where there is nothing, which the start of a run reports. */
export async function evaluationInput(path: string, folder: string): Promise<FilesStamp> {
  if (isSingleFile.test(path)) {
    const file = resolve(folder, path);
    return contentStamp((await fileExists(file)) ? await knownHash(file) : missing);
  }
  return filesStamp({path}, folder);
}

/**
 * The weights that an expert starts from by their content: those of other trainings have the same names and sizes. `missing` where there are none,
 * which the stage that needs them reports.
 */
export async function startInput(path: string, folder: string): Promise<FilesStamp> {
  const place = resolve(folder, path);
  const isCheckpoint = await fileExists(join(place, recordFile));
  const weights = isCheckpoint ? join(place, stateFile) : place;
  if (!(await fileExists(weights))) return contentStamp(missing);
  return contentStamp((await modelHash(weights).catch(nullForUserError)) ?? missing);
}

function contentStamp(hash: string): FilesStamp {
  return {listing: hash, stamps: [hash]};
}

/** The stamps of images that may be touched, but not changed, while a run uses them. */
export async function filesStamp(images: {readonly path?: string}, folder: string): Promise<FilesStamp> {
  const files = await dataFiles(images, folder);
  return {listing: listingOf(images, files), stamps: [stampOf(images, files)]};
}
