import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import * as z from 'zod';
import {UserError} from '../../contract/errors.ts';
import {fileExists} from '../files/fileExists.ts';
import {readJson} from '../files/jsonFile.ts';
import {linkOrCopy} from '../files/linkFiles.ts';
import {otherFiles} from './otherFiles.ts';
import type {ComponentFolder} from './componentFolder.ts';

/** `model_index.json` of a diffusers pipeline, and its components beside network and scheduler: VAE, text encoder, tokenizer ... */
export interface Pipeline {
  /** Its folder; null for one in a single file. */
  readonly path: string | null;
  /** As diffusers would have it: without the names that this project gives to models with projections. */
  readonly index: Readonly<Record<string, unknown>>;
  /** Those that are there. */
  readonly components: readonly PipelineComponent[];
}

export interface PipelineComponent {
  readonly name: string;
  /** Its folder; null for one that lies in a single file. */
  readonly path: string | null;
  /** Config and weights of one that lies in a single file. */
  readonly inFile: ComponentFolder<unknown> | null;
  /** Has it appear as that folder. */
  carry(folder: string): Promise<void>;
}

const indexFile = 'model_index.json';
const pipelineClass = 'DeMePipeline';
/** Where the index of a model with projections keeps the class of the pipeline that it was made from. */
const stockClassKey = '_stock_class_name';

const PipelineIndex = z.record(z.string(), z.unknown());
/** `[library, class]`; diffusers writes nulls for a component that is left out. */
const ComponentClass = z.tuple([z.string(), z.string()]);

/** Reads what a folder's `model_index.json` names. Without one, the folder is a pipeline if it has components that Stable Diffusion has; else null. */
export async function readPipeline(folder: string): Promise<Pipeline | null> {
  const path = join(folder, indexFile);
  if (!(await fileExists(path))) return pipelineWithoutIndex(folder);
  const {[stockClassKey]: stockClass, ...index} = await readJson(path, PipelineIndex, 'the pipeline index');
  const isOurs = index._class_name === pipelineClass;
  const components: PipelineComponent[] = [];
  for (const name of namedComponents(index, path)) {
    if (name === 'unet' || name === 'scheduler') continue;
    const own = join(folder, name);
    if (await fileExists(own)) components.push(folderComponent(name, own));
  }
  return {path: folder, index: isOurs ? {...index, _class_name: stockClass} : index, components};
}

/** The components that the pipeline index of a folder names; none where there is no index. Throws a UserError for one that is no plain name. */
export async function readComponentNames(folder: string): Promise<string[]> {
  const path = join(folder, indexFile);
  if (!(await fileExists(path))) return [];
  return namedComponents(await readJson(path, PipelineIndex, 'the pipeline index'), path);
}

function namedComponents(index: Readonly<Record<string, unknown>>, where: string): string[] {
  return Object.keys(index)
    .filter((name) => ComponentClass.safeParse(index[name]).success)
    .map((name) => requirePlainName(name, where));
}

/** The index of a Stable Diffusion pipeline with these components, but for network and scheduler. */
export function stableDiffusionIndex(components: readonly string[]): Record<string, unknown> {
  const classes = Object.entries(stableDiffusionClasses);
  return {
    _class_name: 'StableDiffusionPipeline',
    feature_extractor: [null, null],
    image_encoder: [null, null],
    requires_safety_checker: false,
    safety_checker: [null, null],
    ...Object.fromEntries(classes.map(([name, type]) => [name, components.includes(name) ? type : [null, null]])),
  };
}

const stableDiffusionClasses = {
  text_encoder: ['transformers', 'CLIPTextModel'],
  tokenizer: ['transformers', 'CLIPTokenizer'],
  vae: ['diffusers', 'AutoencoderKL'],
};

async function pipelineWithoutIndex(folder: string): Promise<Pipeline | null> {
  const components: PipelineComponent[] = [];
  for (const name of Object.keys(stableDiffusionClasses)) {
    const own = join(folder, name);
    if (await fileExists(own)) components.push(folderComponent(name, own));
  }
  if (components.length === 0) return null;
  return {path: folder, index: stableDiffusionIndex(components.map(({name}) => name)), components};
}

/** The content of `model_index.json` for a pipeline with this network and scheduler; all else stays as it was in `pipeline`. */
export function pipelineIndex(
  pipeline: Pipeline | null,
  {network, scheduler, extended}: {network: string; scheduler: string; extended: boolean},
): Record<string, unknown> {
  const before = pipeline?.index ?? {};
  const stockClass = before._class_name;
  const usualClass = scheduler === 'DDIMScheduler' ? 'DDIMPipeline' : 'DDPMPipeline';
  return {
    ...before,
    _class_name: extended ? pipelineClass : (stockClass ?? usualClass),
    ...(extended && stockClass !== undefined && {[stockClassKey]: stockClass}),
    scheduler: ['diffusers', scheduler],
    unet: [extended ? 'deme_studio' : 'diffusers', network],
  };
}

/** A component that has a folder, whose files appear elsewhere as links where the file system has them. */
export function folderComponent(name: string, path: string): PipelineComponent {
  return {name, path, inFile: null, carry: (folder) => carryFolder(path, folder)};
}

/** Has the components of a pipeline appear in another folder, and what else lies beside them. */
export async function carryComponents({path, components}: Pipeline, folder: string): Promise<void> {
  for (const component of components) await component.carry(join(folder, component.name));
  if (path === null) return;
  const known = ['unet', 'scheduler', ...components.map(({name}) => name)];
  for (const file of await otherFiles(path, known)) await linkOrCopy(join(path, file), join(folder, file));
}

async function carryFolder(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, {withFileTypes: true})) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await carryFolder(source, target);
    else await linkOrCopy(source, target);
  }
}

function requirePlainName(name: string, where: string): string {
  if (/^\w[\w.-]*$/.test(name)) return name;
  throw new UserError(
    'path-refused',
    `The pipeline index names a component ${JSON.stringify(name)}, which is no plain name.`,
    {
      where,
    },
  );
}
