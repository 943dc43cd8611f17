import {resolve} from 'node:path';
import type {DemeConfig} from '../../contract/config/config.ts';
import {featureNames, promptFileOf, referencePath, type EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {FilesStamp, InputsRecord} from '../../contract/run/inputsRecord.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {knownHash} from '../../store/files/knownHash.ts';
import {dataFiles, listingOf, missing, stampOf} from './dataStamp.ts';

const isSingleFile = /\.(npz|txt|csv|tsv|json|jsonl)$/i;

/** What samples are compared with besides the test images, as the config spells it, each once. */
export function referencePaths(evaluate: EvaluateConfig | undefined): string[] {
  if (evaluate === undefined) return [];
  return [...new Set(featureNames(evaluate.features).flatMap((name) => referencePath(evaluate, name) ?? []))];
}

/** The files of the prompts that a config draws by, also while it trains. */
function promptPaths({evaluate, decouple, pretrain}: DemeConfig): string[] {
  const samplings = [evaluate?.sampling, decouple?.samples, pretrain?.samples];
  return samplings.flatMap((sampling) => (sampling && promptFileOf(sampling)?.file) ?? []);
}

/** What the evaluation of a config reads besides its data, as it is now. */
export async function evaluationInputs({config, folder}: ResolvedConfig): Promise<InputsRecord['evaluation']> {
  const inputs: InputsRecord['evaluation'] = {};
  for (const path of [...referencePaths(config.evaluate), ...promptPaths(config)])
    inputs[path] = await evaluationInput(path, folder);
  return inputs;
}

/** Statistics and prompts by their content, images by names, sizes and times; `missing` where there is nothing, which the start of a run reports. */
export async function evaluationInput(path: string, folder: string): Promise<FilesStamp> {
  if (isSingleFile.test(path)) {
    const file = resolve(folder, path);
    const hash = (await fileExists(file)) ? await knownHash(file) : missing;
    return {listing: hash, stamps: [hash]};
  }
  return filesStamp({path}, folder);
}

/** The stamps of images that may be touched, but not changed, while a run uses them. */
export async function filesStamp(images: {readonly path?: string}, folder: string): Promise<FilesStamp> {
  const files = await dataFiles(images, folder);
  return {listing: listingOf(images, files), stamps: [stampOf(images, files)]};
}
