import {mkdtemp, readdir, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, posix, resolve} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {weightsEndings} from '../../contract/model/weightsEndings.ts';
import {explainWriteError} from '../files/atomicFile.ts';
import {cacheFolder} from '../files/cacheFolder.ts';
import {fileExists} from '../files/fileExists.ts';
import {writeJsonAtomic} from '../files/jsonFile.ts';
import {isWeightsName} from '../weights/findWeights.ts';
import {readComponentNames} from '../weights/pipeline.ts';
import {chooseFiles, requireModel, weightsNamesIn} from './chooseFiles.ts';
import {isIntact} from './download.ts';
import {licenceOf} from './hubListing.ts';
import {openRepository, repositoryPattern, type HubRepository, type RepositoryOptions} from './hubRepository.ts';
import type {RequestSettings} from './hubRequest.ts';
import {
  areIntact,
  downloadAll,
  fetchRecord,
  planOf,
  requestSettings,
  requireRoom,
  type FetchListener,
  type FetchPlan,
  type RemoteFile,
  type ServerOptions,
} from './remoteFiles.ts';

export interface FetchOptions extends RepositoryOptions, ServerOptions, FetchListener {
  /** Where the model goes; left out: `models/owner--name` of the cache. */
  readonly folder?: string;
  /** Variant of the weights, as `fp16`; left out: the plain weights, else the only variant. */
  readonly variant?: string;
}

const indexFile = 'model_index.json';

/**
 * Fetches the hub model `owner/name`, of a pipeline all components in one variant, and returns the folder. All files come from one commit
 * and are checked against the hub's hashes; an interrupted fetch goes on where it stopped, and files that are there and right are kept.
 */
export async function fetchModel(repository: string, options: FetchOptions = {}): Promise<string> {
  const settings = requestSettings(options);
  const source = await openRepository(repository, options, settings);
  const folder = options.folder ?? cachedFolder(repository);
  const files = await choose(source, settings, folder, options.variant);
  options.onPlan?.(planOf(files, licenceOf(source.listing)));
  // Another user's cache, which may only be read, serves as well.
  if (await isFetched(files, folder)) return folder;
  await requireRoom(files, folder);
  try {
    // Until the end, old and new files may lie side by side.
    await rm(join(folder, fetchRecord), {force: true});
    await downloadAll(files, folder, settings, options.onProgress);
    for (const path of await otherWeights(files, folder)) await rm(path, {force: true});
    await writeJsonAtomic(join(folder, fetchRecord), {repository, commit: source.listing.sha});
  } catch (error) {
    throw explainWriteError(folder, error);
  }
  return folder;
}

/** What `fetchModel` would bring; leaves nothing on the disk. */
export async function planFetch(repository: string, options: FetchOptions = {}): Promise<FetchPlan> {
  const settings = requestSettings(options);
  const source = await openRepository(repository, options, settings);
  const folder = await mkdtemp(join(tmpdir(), 'deme-fetch-'));
  try {
    return planOf(await choose(source, settings, folder, options.variant), licenceOf(source.listing));
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

/**
 * Where a config's `base` lies: a folder or a single-file checkpoint relative to `configFolder` if there is one, else the fetched hub model
 * `owner/name` in the cache, else a `UserError` that says how to get it.
 */
export async function resolveBase(base: string, configFolder: string): Promise<string> {
  const path = resolve(configFolder, base);
  if ((await isFolder(path)) || (isCheckpointName(path) && (await fileExists(path)))) return path;
  if (!repositoryPattern.test(base))
    throw new UserError('base-missing', 'The folder of the base model does not exist.', {where: path});
  const cached = cachedFolder(base);
  if (await fileExists(join(cached, fetchRecord))) return cached;
  throw new UserError('base-missing', `The base model ${base} is neither a folder beside the config nor fetched yet.`, {
    where: path,
    hint: `Run \`deme fetch ${base}\` first.`,
  });
}

/** Chooses among the files of a repository; which components it has says its index, which goes to `folder` first. */
async function choose(
  {files, where}: HubRepository,
  settings: RequestSettings,
  folder: string,
  variant?: string,
): Promise<RemoteFile[]> {
  const names = files.map(({name}) => name);
  requireModel(names, where);
  const index = files.filter(({name}) => name === indexFile);
  await fetchIndex(index, folder, settings);
  const chosen = chooseFiles(names, where, {components: await readComponentNames(folder), variant});
  return files.filter(({name}) => chosen.has(name));
}

async function fetchIndex(index: readonly RemoteFile[], folder: string, settings: RequestSettings): Promise<void> {
  for (const {name, expected} of index) {
    if (await isIntact(join(folder, name), expected)) continue;
    await requireRoom(index, folder);
    try {
      // With the index of another revision, the folder is no longer complete.
      await rm(join(folder, fetchRecord), {force: true});
      await downloadAll(index, folder, settings);
    } catch (error) {
      throw explainWriteError(folder, error);
    }
  }
}

function cachedFolder(repository: string): string {
  return join(cacheFolder().path, 'models', repository.replace('/', '--'));
}

/** Whether the folder holds these very files, and no others that would be read in their place. */
async function isFetched(files: readonly RemoteFile[], folder: string): Promise<boolean> {
  if (!(await fileExists(join(folder, fetchRecord)))) return false;
  return (await areIntact(files, folder)) && (await otherWeights(files, folder)).length === 0;
}

/** Weights of another revision or variant, which would be read in place of those that are wanted. */
async function otherWeights(files: readonly RemoteFile[], folder: string): Promise<string[]> {
  const wanted = new Set(files.map(({name}) => name));
  const others: string[] = [];
  for (const component of new Set(files.map(({name}) => posix.dirname(name)))) {
    for (const name of await readdir(join(folder, component))) {
      const isWeights = weightsNamesIn(component).some((stems) => isWeightsName(name.replace(/\.part$/, ''), stems));
      const isOther = isWeights && !wanted.has(posix.join(component, name));
      if (isOther) others.push(join(folder, component, name));
    }
  }
  return others;
}

function isCheckpointName(path: string): boolean {
  return weightsEndings.some((ending) => path.endsWith(`.${ending}`));
}

async function isFolder(path: string): Promise<boolean> {
  return (await fileExists(path)) && (await stat(path)).isDirectory();
}
