import {posix} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {
  chooseWeights,
  diffusersNames,
  isWeightsName,
  isWeightsOfAnyTool,
  shardsOf,
  transformersNames,
  variantsOf,
  type WeightsNames,
} from '../weights/findWeights.ts';

export interface FileChoice {
  /** The components that the pipeline index names. */
  readonly components: readonly string[];
  /** Of the weights; left out: the plain ones, else the only variant. */
  readonly variant?: string;
}

const unetConfig = 'unet/config.json';

/** What the folder of a component has that nothing else in a repository has. */
const ofComponent = /^(?:config|\w+_config|tokenizer|vocab)\.json$/;

/**
 * Which of a repository's files to fetch. Of a pipeline: the index, the licence, and of each component everything, but the weights in one
 * format (safetensors before bin) and one variant; a component without the variant that is asked for is taken in its plain form, except
 * for the UNet. Of a repository that is nothing but a UNet: its configs and weights. `where` names the repository in errors.
 */
export function chooseFiles(names: readonly string[], where: string, choice: FileChoice): Set<string> {
  requireModel(names, where);
  if (names.includes(unetConfig)) return choosePipeline(names, where, choice);
  const configs = ['model_index.json', 'config.json', 'scheduler_config.json', 'scheduler/scheduler_config.json'];
  const weights = weightsIn(filesIn('.', names), diffusersNames, where, choice.variant);
  return new Set([...configs, ...weights].filter((name) => names.includes(name)));
}

/** Refuses a repository without a diffusers model. */
export function requireModel(names: readonly string[], where: string): void {
  if (names.includes(unetConfig) || names.includes('config.json')) return;
  const message = 'The repository holds no diffusers model: no unet/config.json and no config.json.';
  throw new UserError('model-missing', message, {where});
}

/** What weights may be called in a folder of a repository, which may be a component of either library. */
export function weightsNamesIn(folder: string): readonly WeightsNames[] {
  return folder === '.' || folder === 'unet' ? [diffusersNames] : [diffusersNames, transformersNames];
}

function choosePipeline(names: readonly string[], where: string, {components, variant}: FileChoice): Set<string> {
  const folders = byFolder(names);
  const top = (folders.get('') ?? []).filter((name) => name === 'model_index.json' || isLicence(name));
  const isWanted = (folder: string) =>
    components.length > 0
      ? components.includes(folder)
      : folder !== '' && isComponent(folder, folders.get(folder) ?? []);
  const wanted = [...folders].filter(([folder]) => folder === 'unet' || folder === 'scheduler' || isWanted(folder));
  return new Set([...top, ...wanted.flatMap(([folder, files]) => chooseComponent(folder, files, where, variant))]);
}

/** Names by the folder of the repository that they lie in, however deep; those of the repository itself under ''. */
function byFolder(names: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const name of names) {
    const folder = name.slice(0, Math.max(0, name.indexOf('/')));
    const files = folders.get(folder);
    if (files === undefined) folders.set(folder, [name]);
    else files.push(name);
  }
  return folders;
}

function isLicence(name: string): boolean {
  return /^(?:licen[cs]e|notice)\b/i.test(name);
}

/** For pipelines without an index, or with one that names nothing. */
function isComponent(folder: string, files: readonly string[]): boolean {
  return filesIn(folder, files).some(
    (name) => ofComponent.test(name) || weightsNamesIn(folder).some((stems) => isWeightsName(name, stems)),
  );
}

function chooseComponent(folder: string, files: readonly string[], where: string, variant?: string): string[] {
  const names = filesIn(folder, files);
  const others = files.filter((name) => !isWeightsOfAnyTool(name));
  const isUNet = folder === 'unet';
  const stems = weightsNamesIn(folder).find((stems) => names.some((name) => isWeightsName(name, stems)));
  if (stems === undefined && !isUNet) return others;
  const known = stems ?? diffusersNames;
  const isThere = variant !== undefined && variantsOf(names, known).includes(variant);
  const weights = weightsIn(names, known, `${where}/${folder}`, isUNet || isThere ? variant : undefined);
  return [...others, ...weights.map((name) => posix.join(folder, name))];
}

function weightsIn(names: readonly string[], stems: WeightsNames, where: string, variant?: string): string[] {
  const chosen = chooseWeights(names, where, {stems, variant});
  return [chosen.name, ...(chosen.kind === 'index' ? shardsOf(chosen, names, stems) : [])];
}

/** Names of the files of a folder, without those of folders in it. */
function filesIn(folder: string, names: readonly string[]): string[] {
  return names.filter((name) => posix.dirname(name) === folder).map((name) => posix.basename(name));
}
