import {join} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {byteText, freeBytes} from '../files/freeSpace.ts';
import {download, downloadedBytes, isIntact, type ExpectedFile} from './download.ts';
import type {RequestSettings} from './hubRequest.ts';

/** Says where the files of a folder came from; written last, so a folder that has it is complete. */
export const fetchRecord = 'deme-fetch.json';

/** A file of a server, and what it must be. */
export interface RemoteFile {
  /** Where it goes, relative to a folder. */
  readonly name: string;
  readonly url: string;
  readonly expected: ExpectedFile;
}

/** Bytes of all files together, and the file in progress. */
export interface FetchProgress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

/** What a fetch brings. */
export interface FetchPlan {
  readonly files: readonly {readonly name: string; readonly size: number}[];
  /** Of all of them, in bytes. */
  readonly total: number;
  /** As the repository states it; null where it states none. */
  readonly licence: string | null;
}

/** Who wants to know of a fetch. */
export interface FetchListener {
  /** Called before the download with what it is made of. */
  readonly onPlan?: (plan: FetchPlan) => void;
  readonly onProgress?: (progress: FetchProgress) => void;
}

/** How a server is talked to. */
export interface ServerOptions {
  /** Access token; left out: the environment's HF_TOKEN. */
  readonly token?: string;
  /** First pause before another attempt in milliseconds. */
  readonly retryDelay?: number;
  /** Milliseconds without a byte after which a connection counts as broken; left out: a minute. */
  readonly silence?: number;
}

export function requestSettings({
  token = process.env.HF_TOKEN,
  retryDelay = 1000,
  silence = 60_000,
}: ServerOptions): RequestSettings {
  return {headers: token ? {authorization: `Bearer ${token}`} : {}, retryDelay, silence};
}

export function planOf(files: readonly RemoteFile[], licence: string | null): FetchPlan {
  const listed = files.map(({name, expected: {size}}) => ({name, size}));
  return {files: listed, total: totalOf(files), licence};
}

/** Downloads files into a folder, one after the other. */
export async function downloadAll(
  files: readonly RemoteFile[],
  folder: string,
  settings: RequestSettings,
  onProgress?: (progress: FetchProgress) => void,
): Promise<void> {
  const total = totalOf(files);
  let before = 0;
  for (const {name, url, expected} of files) {
    await download(url, join(folder, name), expected, settings, (bytes) => {
      onProgress?.({file: name, done: before + bytes, total});
    });
    before += expected.size;
  }
}

/**
 * Refuses files that do not fit on the disk, by the sizes that are claimed, before any of them is fetched. `more`: bytes of what will be made
 * of them.
 */
export async function requireRoom(files: readonly RemoteFile[], folder: string, more = 0): Promise<void> {
  let needed = more;
  for (const {name, expected} of files) {
    needed += expected.size - (await downloadedBytes(join(folder, name), expected.size));
  }
  const free = await freeBytes(folder);
  if (needed <= free) return;
  throw new UserError('disk-full', `The files need ${byteText(needed)} more, and ${byteText(free)} are free.`, {
    where: folder,
    hint: 'Free some space, or set DEME_CACHE to a folder on another disk.',
  });
}

/** Whether a folder holds all of these very files. */
export async function areIntact(files: readonly RemoteFile[], folder: string): Promise<boolean> {
  for (const {name, expected} of files) if (!(await isIntact(join(folder, name), expected))) return false;
  return true;
}

function totalOf(files: readonly RemoteFile[]): number {
  return files.reduce((sum, {expected}) => sum + expected.size, 0);
}
