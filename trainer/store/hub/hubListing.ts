import {posix} from 'node:path';
import {z} from 'zod';
import {sha256} from '../../contract/sha256.ts';
import {UserError} from '../../contract/errors.ts';
import {chooseWeights, shardsOf} from '../weights/findWeights.ts';
import {checkValue} from '../files/jsonFile.ts';

const GitHash = z.string().regex(/^[0-9a-f]{40}$/);

const HubFile = z.looseObject({
  rfilename: z.string(),
  size: z.int().min(0),
  /** Git's hash of the file, or of its pointer where the content lies in large file storage. */
  blobId: GitHash,
  lfs: z.looseObject({sha256}).nullish(),
});
export type HubFile = z.infer<typeof HubFile>;

const HubListing = z.looseObject({sha: GitHash, siblings: z.array(HubFile)});
/** A revision of a hub repository: its commit and its files. */
export type HubListing = z.infer<typeof HubListing>;

/** Checks the hub's answer about a repository; a file name that leads out of the folder makes all of it invalid. `where` is the address. */
export function parseListing(answer: unknown, where: string): HubListing {
  const listing = checkValue(answer, HubListing, "the hub's list of files", where);
  const outside = listing.siblings.find(({rfilename}) => leavesFolder(rfilename));
  if (outside !== undefined) {
    throw new UserError(
      'path-refused',
      `The repository lists the file '${outside.rfilename}', which leads out of its folder.`,
      {where},
    );
  }
  return listing;
}

/**
 * The files that make a UNet and its scheduler: configs, and the weights in one format, safetensors before bin, plain before a variant
 * unless that is asked for.
 */
export function chooseFiles(files: readonly HubFile[], where: string, variant?: string): HubFile[] {
  const nested = files.some(({rfilename}) => rfilename === 'unet/config.json');
  const configs = nested
    ? ['model_index.json', 'unet/config.json', 'scheduler/scheduler_config.json']
    : ['model_index.json', 'config.json', 'scheduler_config.json', 'scheduler/scheduler_config.json'];
  const folder = nested ? 'unet' : '.';
  if (!files.some(({rfilename}) => rfilename === posix.join(folder, 'config.json'))) {
    throw new UserError(
      'model-missing',
      'The repository holds no diffusers model: no unet/config.json and no config.json.',
      {where},
    );
  }
  const inFolder = files
    .filter(({rfilename}) => posix.dirname(rfilename) === folder)
    .map(({rfilename}) => posix.basename(rfilename));
  const chosen = chooseWeights(inFolder, where, {variant});
  const weights = [chosen.name, ...(chosen.kind === 'index' ? shardsOf(chosen, inFolder) : [])];
  const wanted = new Set([...configs, ...weights.map((name) => posix.join(folder, name))]);
  return files.filter(({rfilename}) => wanted.has(rfilename));
}

function leavesFolder(name: string): boolean {
  return (
    name === '' || /[\\:\0]/.test(name) || name.split('/').some((part) => part === '' || part === '.' || part === '..')
  );
}
