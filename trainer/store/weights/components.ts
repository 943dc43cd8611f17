import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import type * as z from 'zod';
import {UserError} from '../../contract/errors.ts';
import {fileExists} from '../files/fileExists.ts';
import {openRenamed, readComponentFolder, type ComponentFolder, type ComponentKind} from './componentFolder.ts';
import {snapshotFolder} from './hubCache.ts';
import {folderComponent, type Pipeline, type PipelineComponent} from './pipeline.ts';

/** The component of a pipeline by its name, such as `vae`; null where it has none. */
export function findComponent(pipeline: Pipeline | null, name: string): PipelineComponent | null {
  return pipeline?.components.find((component) => component.name === name) ?? null;
}

/**
 * The component of the pipeline folder or single-file checkpoint at `path`, whose network need not be there. Throws a UserError where there
 * is none.
 */
export async function requireComponent(path: string, name: string): Promise<PipelineComponent> {
  const component = await componentAt(path, name);
  if (component !== null) return component;
  throw new UserError('component-missing', `This model has no ${name}.`, {
    where: path,
    hint: 'Give the folder of a whole pipeline of diffusers, with the components beside its unet.',
  });
}

/** The folder of the tokenizer `given`, else that of the model at `path`. Throws a UserError where there is none. */
export async function requireTokenizer(path: string, given?: string): Promise<string> {
  const folder = given ?? (await componentAt(path, 'tokenizer'))?.path;
  if (folder !== undefined && folder !== null) return folder;
  throw new UserError('tokenizer-missing', 'This model has no tokenizer.', {
    where: path,
    hint: 'Put the folder tokenizer of a model of the same version beside it, or name one by --tokenizer.',
  });
}

async function componentAt(path: string, name: string): Promise<PipelineComponent | null> {
  if ((await stat(path).catch(() => null))?.isFile() === true) {
    const {readSingleFile} = await import('./singleFile/readSingleFile.ts');
    // What the network predicts is not asked here, so that any answer will do for files that do not say it.
    return findComponent((await readSingleFile(path, 'epsilon'))?.pipeline ?? null, name);
  }
  const folder = join(await snapshotFolder(path), name);
  return (await fileExists(folder)) ? folderComponent(name, folder) : null;
}

/** Config of a component and its weights on demand. Throws UserErrors. */
export async function readComponent<Schema extends z.ZodType>(
  {path, inFile}: PipelineComponent,
  kind: ComponentKind<Schema>,
): Promise<ComponentFolder<z.output<Schema>>> {
  if (path !== null) return readComponentFolder(path, kind);
  if (inFile === null) throw new Error('a component lies neither in a folder nor in a file');
  return {
    ...inFile,
    config: kind.schema.parse(inFile.config),
    openWeights: () => openRenamed(() => inFile.openWeights(), kind.rename, inFile.path),
  };
}
