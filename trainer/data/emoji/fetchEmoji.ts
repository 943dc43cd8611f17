import {createReadStream, createWriteStream} from 'node:fs';
import {readdir, rm, stat} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {createGunzip} from 'node:zlib';
import {EmojiTable} from '../../contract/emojiTable.ts';
import {UserError} from '../../contract/errors.ts';
import {explainWriteError, temporaryBeside, writeFileAtomic} from '../../store/files/atomicFile.ts';
import {writeFolderAtomic} from '../../store/files/atomicFolder.ts';
import {cacheFolder} from '../../store/files/cacheFolder.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {parseJson} from '../../store/files/jsonFile.ts';
import {openPositioned, type PositionedFile} from '../../store/files/positionedFile.ts';
import {
  downloadAll,
  requestSettings,
  requireRoom,
  type FetchProgress,
  type RemoteFile,
  type ServerOptions,
} from '../../store/hub/remoteFiles.ts';
import {tarEntries} from '../webDataset/tarEntries.ts';
import {emojiCaptions} from './emojiCaptions.ts';

const release = 'emoji-datasource-google-16.0.0';

/** The release of the pictures: 3,786 of 64 x 64 pixels with alpha. */
export const emojiPackage: RemoteFile = {
  name: `${release}.tgz`,
  url: `https://registry.npmjs.org/emoji-datasource-google/-/${release}.tgz`,
  expected: {size: 74_344_091, sha256: 'fb5fd131b362aab7a55542d2a147a79708cce0a8b1c1bbacd470172708b5c438'},
};

export const emojiLicence = 'MIT; the pictures, of Noto Emoji, Apache-2.0';
/** Bytes of the unpacked package, in which pictures of other sizes lie too, and of the folder. */
const unpacked = 82_000_000;
const pictures = 22_000_000;

const pictureFolder = 'package/img/google/64/';
const table = 'package/emoji.json';
/** What goes along: the word of the package about its licences. */
const companions: readonly (readonly [string, string])[] = [
  // A file without an ending would be told as left out of the data.
  ['package/LICENSE', 'LICENSE.txt'],
  ['package/README.md', 'README.md'],
];

export interface EmojiOptions extends Pick<ServerOptions, 'retryDelay' | 'silence'> {
  /** In place of `emojiPackage`, as a mirror of the registry has it. */
  readonly source?: RemoteFile;
  readonly onProgress?: (progress: FetchProgress) => void;
}

/**
 * Makes an image folder of Google's emoji: a PNG of 64 x 64 pixels each, with captions in `metadata.jsonl`. It appears when it is whole; an
 * interrupted download goes on. Returns the number of pictures. Throws a UserError for a folder that holds something already.
 */
export async function fetchEmoji(
  folder: string,
  {source = emojiPackage, ...options}: EmojiOptions = {},
): Promise<number> {
  await requireEmpty(folder);
  const downloads = join(cacheFolder().path, 'downloads');
  const archive = join(downloads, source.name);
  // Another call may unpack at the same time.
  const tar = temporaryBeside(`${archive}.tar`);
  // The registry is nobody's business of the hub's token.
  const settings = requestSettings({...options, token: ''});
  try {
    await requireRoom([source], downloads, unpacked);
    await requireRoom([], dirname(resolve(folder)), pictures);
    await downloadAll([source], downloads, settings, options.onProgress);
    await pipeline(createReadStream(archive), createGunzip(), createWriteStream(tar));
    return await unpack(tar, folder);
  } catch (error) {
    throw explainWriteError(downloads, error);
  } finally {
    await rm(tar, {force: true});
  }
}

async function requireEmpty(folder: string): Promise<void> {
  if (!(await fileExists(folder))) return;
  if ((await stat(folder)).isDirectory() && (await readdir(folder)).length === 0) return;
  throw new UserError('folder-taken', 'Something lies here already, which is left as it is.', {
    where: folder,
    hint: 'Name another with --to, or remove it first.',
  });
}

async function unpack(path: string, folder: string): Promise<number> {
  const tar = await openPositioned(path);
  try {
    const entries = new Map<string, {start: number; size: number}>();
    for await (const {name, start, size} of tarEntries(tar)) entries.set(name, {start, size});
    const bytesOf = (name: string) => bytesIn(tar, name, entries.get(name));
    const captions = emojiCaptions(
      parseJson(Buffer.from(await bytesOf(table)).toString('utf8'), EmojiTable, 'the table of emoji', table),
    );
    await writeFolderAtomic(folder, async (made) => {
      for (const image of captions.keys())
        await writeFileAtomic(join(made, image), await bytesOf(pictureFolder + image));
      for (const [name, file] of companions) await writeFileAtomic(join(made, file), await bytesOf(name));
      const lines = [...captions].map(([name, text]) => JSON.stringify({file_name: name, text}));
      await writeFileAtomic(join(made, 'metadata.jsonl'), `${lines.join('\n')}\n`);
    });
    return captions.size;
  } finally {
    await tar.close();
  }
}

async function bytesIn(
  tar: PositionedFile,
  name: string,
  entry: {start: number; size: number} | undefined,
): Promise<Uint8Array> {
  if (entry !== undefined) return tar.read(entry.start, entry.size);
  throw new UserError('data-invalid', `The package has no ${name}.`, {where: tar.path});
}
