import {rm, stat} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {explainWriteError} from '../files/atomicFile.ts';
import {cacheFolder} from '../files/cacheFolder.ts';
import {download} from './download.ts';
import {fileExists} from '../files/fileExists.ts';
import {chooseFiles, parseListing, type HubFile} from './hubListing.ts';
import {requestJson, type RequestSettings} from './hubRequest.ts';
import {writeJsonAtomic} from '../files/jsonFile.ts';

/** Bytes of all files together, and the file in progress. */
export interface FetchProgress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
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
  readonly onProgress?: (progress: FetchProgress) => void;
  /** First pause before another attempt in milliseconds. */
  readonly retryDelay?: number;
}

/** Says where the files came from; written last, so a folder that has it is complete. */
const recordFile = 'deme-fetch.json';
const repositoryPattern = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

/**
 * Fetches configs and UNet weights of the hub model `owner/name` and returns the folder. All files come from one commit and are
 * checked against the hub's hashes; an interrupted fetch goes on where it stopped, and files that are there and right are kept.
 */
export async function fetchModel(repository: string, options: FetchOptions = {}): Promise<string> {
  requireRepositoryName(repository);
  const endpoint = (options.endpoint ?? process.env.DEME_HUB ?? 'https://huggingface.co').replace(/\/+$/, '');
  if (!URL.canParse(endpoint)) throw new UserError('name-invalid', `'${endpoint}' is no address of a hub.`);
  const folder = options.folder ?? cachedFolder(repository);
  const settings = requestSettings(options);
  const revision = encodeURIComponent(options.revision ?? 'main');
  const address = `${endpoint}/api/models/${repository}/revision/${revision}?blobs=true`;
  const {sha: commit, siblings} = parseListing(await requestJson(address, settings), address);
  const files = chooseFiles(siblings, `${endpoint}/${repository}`);
  // Until the end, old and new files may lie side by side.
  await rm(join(folder, recordFile), {force: true});
  try {
    await downloadAll(files, `${endpoint}/${repository}/resolve/${commit}`, folder, settings, options.onProgress);
    await writeJsonAtomic(join(folder, recordFile), {repository, commit});
  } catch (error) {
    throw explainWriteError(folder, error);
  }
  return folder;
}

/**
 * The folder of a config's `base`: a folder relative to `configFolder` if there is one, else the fetched hub model `owner/name` in the
 * cache, else a `UserError` that says how to get it.
 */
export async function resolveBase(base: string, configFolder: string): Promise<string> {
  const path = resolve(configFolder, base);
  if (await isFolder(path)) return path;
  if (!repositoryPattern.test(base))
    throw new UserError('base-missing', 'The folder of the base model does not exist.', {where: path});
  const cached = cachedFolder(base);
  if (await fileExists(join(cached, recordFile))) return cached;
  throw new UserError('base-missing', `The base model ${base} is neither a folder beside the config nor fetched yet.`, {
    where: path,
    hint: `Run \`deme fetch ${base}\` first.`,
  });
}

function requireRepositoryName(repository: string): void {
  if (repositoryPattern.test(repository) && !repository.includes('..')) return;
  throw new UserError('name-invalid', `'${repository}' is no name of a hub model.`, {
    hint: 'It has the form owner/name.',
  });
}

function cachedFolder(repository: string): string {
  return join(cacheFolder().path, 'models', repository.replace('/', '--'));
}

function requestSettings({token = process.env.HF_TOKEN, retryDelay = 1000}: FetchOptions): RequestSettings {
  return {headers: token ? {authorization: `Bearer ${token}`} : {}, retryDelay};
}

async function downloadAll(
  files: readonly HubFile[],
  address: string,
  folder: string,
  settings: RequestSettings,
  onProgress: FetchOptions['onProgress'],
): Promise<void> {
  const total = files.reduce((sum, {size}) => sum + size, 0);
  let before = 0;
  for (const {rfilename, size, lfs, blobId} of files) {
    const url = `${address}/${rfilename.split('/').map(encodeURIComponent).join('/')}`;
    await download(url, join(folder, rfilename), {size, sha256: lfs?.sha256, gitBlob: blobId}, settings, (bytes) => {
      onProgress?.({file: rfilename, done: before + bytes, total});
    });
    before += size;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await fileExists(path)) && (await stat(path)).isDirectory();
}
