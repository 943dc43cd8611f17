import * as z from 'zod';
import {sha256} from '../../contract/sha256.ts';
import {UserError} from '../../contract/errors.ts';
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

/** What a repository says of itself, which anybody may write in any form: what is not understood is not there. */
const Card = z.looseObject({
  license: z
    .union([z.string(), z.array(z.string())])
    .nullish()
    .catch(undefined),
  license_name: z.string().nullish().catch(undefined),
});

const HubListing = z.looseObject({
  sha: GitHash,
  siblings: z.array(HubFile),
  cardData: Card.nullish().catch(undefined),
  tags: z.array(z.string()).nullish().catch(undefined),
});
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

/** The licence that a repository states, as `creativeml-openrail-m`; null where it states none. */
export function licenceOf({cardData, tags}: HubListing): string | null {
  const stated = [cardData?.license ?? []].flat().join(', ');
  if (stated !== '') return cardData?.license_name ? `${stated} (${cardData.license_name})` : stated;
  const prefix = 'license:';
  return tags?.find((tag) => tag.startsWith(prefix))?.slice(prefix.length) ?? null;
}

function leavesFolder(name: string): boolean {
  return (
    name === '' || /[\\:\0]/.test(name) || name.split('/').some((part) => part === '' || part === '.' || part === '..')
  );
}
