import {mkdtemp, readdir, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, posix, resolve} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {weightsEndings} from '../../contract/model/weightsEndings.ts';
import {explainWriteError} from '../files/atomicFile.ts';
import {cacheFolder} from '../files/cacheFolder.ts';
import {download, downloadedBytes, isIntact, type ExpectedFile} from './download.ts';
import {fileExists} from '../files/fileExists.ts';
import {byteText, freeBytes} from '../files/freeSpace.ts';
import {isWeightsName} from '../weights/findWeights.ts';
import {readComponentNames} from '../weights/pipeline.ts';
import {chooseFiles, requireModel, weightsNamesIn} from './chooseFiles.ts';
import {licenceOf, parseListing, type HubFile, type HubListing} from './hubListing.ts';
import {requestJson, type RequestSettings} from './hubRequest.ts';
import {writeJsonAtomic} from '../files/jsonFile.ts';

/** Bytes of all files together, and the file in progress. */
export interface FetchProgress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

/** What a fetch brings. */
export interface FetchPlan {
  /** In the repository's order. */
  readonly files: readonly {readonly name: string; readonly size: number}[];
  /** Of all of them, in bytes. */
  readonly total: number;
  /** As the repository states it; null where it states none. */
  readonly licence: string | null;
}

export interface FetchOptions {
  /** Address of the hub; left out: the environment's DEME_HUB, else https://huggingface.co. */
  readonly endpoint?: string;
  /** Where the model goes; left out: `models/owner--name` of the cache. */
  readonly folder?: string;
  /** Branch, tag or commit; left out: main. */
  readonly revision?: string;
  /** Access token; left out: the environment's HF_TOKEN. */
  readonly token?: string;
  /** Called before the download with what it is made of. */
  readonly onPlan?: (plan: FetchPlan) => void;
  readonly onProgress?: (progress: FetchProgress) => void;
  /** Variant of the weights, as `fp16`; left out: the plain weights, else the only variant. */
  readonly variant?: string;
  /** First pause before another attempt in milliseconds. */
  readonly retryDelay?: number;
  /** Milliseconds without a byte after which a connection counts as broken; left out: a minute. */
  readonly silence?: number;
}

const indexFile = 'model_index.json';
/** Says where the files came from; written last, so a folder that has it is complete. */
const recordFile = 'deme-fetch.json';
const repositoryPattern = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

/**
 * Fetches the hub model `owner/name`, of a pipeline all components in one variant, and returns the folder. All files come from one commit
 * and are checked against the hub's hashes; an interrupted fetch goes on where it stopped, and files that are there and right are kept.
 */
export async function fetchModel(repository: string, options: FetchOptions = {}): Promise<string> {
  const {source, settings, folder} = await openRepository(repository, options);
  const {files, plan} = await choose(source, settings, folder, options.variant);
  options.onPlan?.(plan);
  // Another user's cache, which may only be read, serves as well.
  if (await isFetched(files, folder)) return folder;
  await requireRoom(files, folder);
  try {
    // Until the end, old and new files may lie side by side.
    await rm(join(folder, recordFile), {force: true});
    await downloadAll(files, source.address, folder, settings, options.onProgress);
    for (const path of await otherWeights(files, folder)) await rm(path, {force: true});
    await writeJsonAtomic(join(folder, recordFile), {repository, commit: source.listing.sha});
  } catch (error) {
    throw explainWriteError(folder, error);
  }
  return folder;
}

/** What `fetchModel` would bring; leaves nothing on the disk. */
export async function planFetch(repository: string, options: FetchOptions = {}): Promise<FetchPlan> {
  const {source, settings} = await openRepository(repository, options);
  const folder = await mkdtemp(join(tmpdir(), 'deme-fetch-'));
  try {
    return (await choose(source, settings, folder, options.variant)).plan;
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
  if (await fileExists(join(cached, recordFile))) return cached;
  throw new UserError('base-missing', `The base model ${base} is neither a folder beside the config nor fetched yet.`, {
    where: path,
    hint: `Run \`deme fetch ${base}\` first.`,
  });
}

/** A commit of a repository. */
interface Source {
  readonly listing: HubListing;
  /** Where the repository is, for people. */
  readonly where: string;
  /** What the names of its files are appended to. */
  readonly address: string;
}

async function openRepository(
  repository: string,
  options: FetchOptions,
): Promise<{source: Source; settings: RequestSettings; folder: string}> {
  requireRepositoryName(repository);
  const endpoint = (options.endpoint ?? process.env.DEME_HUB ?? 'https://huggingface.co').replace(/\/+$/, '');
  if (!URL.canParse(endpoint)) throw new UserError('name-invalid', `'${endpoint}' is no address of a hub.`);
  const settings = requestSettings(options);
  const revision = encodeURIComponent(options.revision ?? 'main');
  const address = `${endpoint}/api/models/${repository}/revision/${revision}?blobs=true`;
  const listing = parseListing(await requestJson(address, settings), address);
  const where = `${endpoint}/${repository}`;
  const source = {listing, where, address: `${where}/resolve/${listing.sha}`};
  return {source, settings, folder: options.folder ?? cachedFolder(repository)};
}

/** Chooses among the files of a repository; which components it has says its index, which goes to `folder` first. */
async function choose(
  {listing, where, address}: Source,
  settings: RequestSettings,
  folder: string,
  variant?: string,
): Promise<{files: HubFile[]; plan: FetchPlan}> {
  const names = listing.siblings.map(({rfilename}) => rfilename);
  requireModel(names, where);
  const index = listing.siblings.filter(({rfilename}) => rfilename === indexFile);
  await fetchIndex(index, address, folder, settings);
  const chosen = chooseFiles(names, where, {components: await readComponentNames(folder), variant});
  const files = listing.siblings.filter(({rfilename}) => chosen.has(rfilename));
  const total = files.reduce((sum, {size}) => sum + size, 0);
  const listed = files.map(({rfilename: name, size}) => ({name, size}));
  return {files, plan: {files: listed, total, licence: licenceOf(listing)}};
}

async function fetchIndex(
  index: readonly HubFile[],
  address: string,
  folder: string,
  settings: RequestSettings,
): Promise<void> {
  for (const file of index) {
    if (await isIntact(join(folder, indexFile), expectedOf(file))) continue;
    await requireRoom(index, folder);
    try {
      // With the index of another revision, the folder is no longer complete.
      await rm(join(folder, recordFile), {force: true});
      await downloadAll(index, address, folder, settings);
    } catch (error) {
      throw explainWriteError(folder, error);
    }
  }
}

function requireRepositoryName(repository: string): void {
  // Two dashes are what stands for the slash in the cache.
  if (repositoryPattern.test(repository) && !/\.\.|--/.test(repository)) return;
  throw new UserError('name-invalid', `'${repository}' is no name of a hub model.`, {
    hint: 'It has the form owner/name.',
  });
}

function cachedFolder(repository: string): string {
  return join(cacheFolder().path, 'models', repository.replace('/', '--'));
}

function requestSettings({
  token = process.env.HF_TOKEN,
  retryDelay = 1000,
  silence = 60_000,
}: FetchOptions): RequestSettings {
  return {headers: token ? {authorization: `Bearer ${token}`} : {}, retryDelay, silence};
}

/** Refuses files that do not fit on the disk, by the sizes that the hub claims, before any of them is fetched. */
async function requireRoom(files: readonly HubFile[], folder: string): Promise<void> {
  let needed = 0;
  for (const {rfilename, size} of files) needed += size - (await downloadedBytes(join(folder, rfilename), size));
  const free = await freeBytes(folder);
  if (needed <= free) return;
  throw new UserError('disk-full', `The model needs ${byteText(needed)} more, and ${byteText(free)} are free.`, {
    where: folder,
    hint: 'Free some space, or set DEME_CACHE to a folder on another disk.',
  });
}

/** Whether the folder holds these very files, and no others that would be read in their place. */
async function isFetched(files: readonly HubFile[], folder: string): Promise<boolean> {
  if (!(await fileExists(join(folder, recordFile)))) return false;
  for (const file of files) if (!(await isIntact(join(folder, file.rfilename), expectedOf(file)))) return false;
  return (await otherWeights(files, folder)).length === 0;
}

/** Weights of another revision or variant, which would be read in place of those that are wanted. */
async function otherWeights(files: readonly HubFile[], folder: string): Promise<string[]> {
  const wanted = new Set(files.map(({rfilename}) => rfilename));
  const others: string[] = [];
  for (const component of new Set(files.map(({rfilename}) => posix.dirname(rfilename)))) {
    for (const name of await readdir(join(folder, component))) {
      const isWeights = weightsNamesIn(component).some((stems) => isWeightsName(name.replace(/\.part$/, ''), stems));
      const isOther = isWeights && !wanted.has(posix.join(component, name));
      if (isOther) others.push(join(folder, component, name));
    }
  }
  return others;
}

function expectedOf({size, lfs, blobId}: HubFile): ExpectedFile {
  return {size, sha256: lfs?.sha256, gitBlob: blobId};
}

async function downloadAll(
  files: readonly HubFile[],
  address: string,
  folder: string,
  settings: RequestSettings,
  onProgress?: FetchOptions['onProgress'],
): Promise<void> {
  const total = files.reduce((sum, {size}) => sum + size, 0);
  let before = 0;
  for (const file of files) {
    const {rfilename, size} = file;
    const url = `${address}/${rfilename.split('/').map(encodeURIComponent).join('/')}`;
    await download(url, join(folder, rfilename), expectedOf(file), settings, (bytes) => {
      onProgress?.({file: rfilename, done: before + bytes, total});
    });
    before += size;
  }
}

function isCheckpointName(path: string): boolean {
  return weightsEndings.some((ending) => path.endsWith(`.${ending}`));
}

async function isFolder(path: string): Promise<boolean> {
  return (await fileExists(path)) && (await stat(path)).isDirectory();
}
