import {UserError} from '../../contract/errors.ts';
import {parseListing, type HubFile, type HubListing} from './hubListing.ts';
import {requestJson, type RequestSettings} from './hubRequest.ts';
import type {RemoteFile} from './remoteFiles.ts';

export const repositoryPattern = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

/** A commit of a repository of the hub. */
export interface HubRepository {
  readonly listing: HubListing;
  /** Where the repository is, for people. */
  readonly where: string;
  /** Its files, in the hub's order. */
  readonly files: readonly RemoteFile[];
}

export interface RepositoryOptions {
  /** Address of the hub; left out: the environment's DEME_HUB, else https://huggingface.co. */
  readonly endpoint?: string;
  /** Branch, tag or commit; left out: main. */
  readonly revision?: string;
}

/** Asks the hub what is in the repository `owner/name`. Throws UserErrors. */
export async function openRepository(
  repository: string,
  options: RepositoryOptions,
  settings: RequestSettings,
): Promise<HubRepository> {
  requireRepositoryName(repository);
  const endpoint = (options.endpoint ?? process.env.DEME_HUB ?? 'https://huggingface.co').replace(/\/+$/, '');
  if (!URL.canParse(endpoint)) throw new UserError('name-invalid', `'${endpoint}' is no address of a hub.`);
  const revision = encodeURIComponent(options.revision ?? 'main');
  const address = `${endpoint}/api/models/${repository}/revision/${revision}?blobs=true`;
  const listing = parseListing(await requestJson(address, settings), address);
  const where = `${endpoint}/${repository}`;
  const files = listing.siblings.map((file) => remoteFile(file, `${where}/resolve/${listing.sha}`));
  return {listing, where, files};
}

function remoteFile({rfilename: name, size, lfs, blobId}: HubFile, address: string): RemoteFile {
  const url = `${address}/${name.split('/').map(encodeURIComponent).join('/')}`;
  return {name, url, expected: lfs ? {size, sha256: lfs.sha256} : {size, gitBlob: blobId}};
}

function requireRepositoryName(repository: string): void {
  // Two dashes are what stands for the slash in the cache.
  if (repositoryPattern.test(repository) && !/\.\.|--/.test(repository)) return;
  throw new UserError('name-invalid', `'${repository}' is no name of a hub model.`, {
    hint: 'It has the form owner/name.',
  });
}
