import {join} from 'node:path';
import {UserError} from '../contract/errors.ts';
import {explainWriteError} from '../store/files/atomicFile.ts';
import {writeJsonAtomic} from '../store/files/jsonFile.ts';
import {openRepository, type RepositoryOptions} from '../store/hub/hubRepository.ts';
import type {RequestSettings} from '../store/hub/hubRequest.ts';
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
} from '../store/hub/remoteFiles.ts';
import {
  featureFolder,
  featureRows,
  featureWeights,
  type AddressedWeights,
  type FeatureWeights,
  type HubWeights,
} from './featureWeights.ts';

export interface FeatureFetchOptions extends RepositoryOptions, ServerOptions, FetchListener {
  /** Where the file of weights lies instead, for those that no hub has; it must be the same file. */
  readonly address?: string;
}

/** What is fetched of a row of `featureWeights`. */
interface FeatureFiles {
  readonly row: string;
  /** The weights last: where they are, everything is. */
  readonly files: readonly RemoteFile[];
  readonly plan: FetchPlan;
  /** Where they come from, for the record. */
  readonly origin: object;
  readonly settings: RequestSettings;
}

/**
 * Fetches the published weights of a feature network into the cache, with what goes with them, and returns the path of the weights. `name` is
 * that of a row of `featureWeights`, or of a network with one row. Files are checked against the hashes of the table, else of the hub; an
 * interrupted fetch goes on where it stopped. Throws UserErrors.
 */
export async function fetchFeatures(name: string, options: FeatureFetchOptions = {}): Promise<string> {
  const {row, files, plan, origin, settings} = await featureFiles(name, options);
  options.onPlan?.(plan);
  const folder = featureFolder(row);
  const weights = join(folder, plan.files.at(-1)?.name ?? '');
  if (await areIntact(files, folder)) return weights;
  await requireRoom(files, folder);
  try {
    await downloadAll(files, folder, settings, options.onProgress);
    await writeJsonAtomic(join(folder, fetchRecord), origin);
  } catch (error) {
    throw explainWriteError(folder, error);
  }
  return weights;
}

/** What `fetchFeatures` would bring; leaves nothing on the disk. */
export async function planFeatures(name: string, options: FeatureFetchOptions = {}): Promise<FetchPlan> {
  return (await featureFiles(name, options)).plan;
}

async function featureFiles(name: string, options: FeatureFetchOptions): Promise<FeatureFiles> {
  const [row, weights] = requireRow(name);
  const {source} = weights;
  if ('address' in source) {
    if (options.endpoint === undefined && options.revision === undefined)
      return addressedFiles(row, weights, source, options);
    throw new UserError('option-unused', `${row} comes from ${source.address}, not from a hub.`, {
      hint: 'Name another address with --address.',
    });
  }
  if (options.address === undefined) return hubFiles(row, weights, source, options);
  throw new UserError('option-unused', `${row} comes from a hub, several files at once, not from one address.`, {
    hint: 'Name another hub with --endpoint.',
  });
}

/** The only row of that name. Throws a UserError that lists the rows. */
function requireRow(name: string): [string, FeatureWeights] {
  const [first, ...others] = featureRows(name);
  if (first === undefined) {
    throw new UserError('name-invalid', `No weights of feature networks are called '${name}'.`, {
      hint: `There are ${[...featureWeights.keys()].join(', ')}.`,
    });
  }
  if (others.length === 0) return first;
  const rows = [first, ...others].map(([row, {megabytes}]) => `${row} (${megabytes} MB)`);
  throw new UserError('name-invalid', `There are several ${name} networks, with different numbers.`, {
    hint: `Name one of ${rows.join(', ')}.`,
  });
}

function addressedFiles(
  row: string,
  {file, licence}: FeatureWeights,
  {address, size, sha256}: AddressedWeights,
  options: FeatureFetchOptions,
): FeatureFiles {
  const url = options.address ?? address;
  const files = [{name: file, url, expected: {size, sha256}}];
  // The token is the hub's alone.
  const settings = requestSettings({...options, token: ''});
  return {row, files, plan: planOf(files, licence), origin: {address: url, sha256}, settings};
}

async function hubFiles(
  row: string,
  {file, licence}: FeatureWeights,
  {repository, beside, sha256}: HubWeights,
  options: FeatureFetchOptions,
): Promise<FeatureFiles> {
  const settings = requestSettings(options);
  const {files: listed, where, listing} = await openRepository(repository, options, settings);
  const files = [...beside, file].map((name) => {
    const found = listed.find((candidate) => candidate.name === name);
    if (found !== undefined) return found;
    throw new UserError('hub-missing', `The repository has no ${name}.`, {where});
  });
  const weights = files.at(-1)?.expected;
  if (sha256 !== undefined && weights?.sha256 !== sha256) {
    throw new UserError('checksum-wrong', `The hub has other weights than those that ${row} means.`, {
      where: `${where}, ${file}`,
      hint: 'Scores by other weights do not compare with published ones. To use them anyway, download the file and give it with --weights.',
    });
  }
  return {row, files, plan: planOf(files, licence), origin: {repository, commit: listing.sha}, settings};
}
