import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {encode} from 'fast-png';
import {beforeEach, describe, expect, it, vi} from 'vitest';
import {DataConfig} from '../../../../trainer/contract/config/dataConfig.ts';
import {fetchEmoji} from '../../../../trainer/data/emoji/fetchEmoji.ts';
import {openData} from '../../../../trainer/data/openData.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {commit, hubServer} from '../../store/hubServer.ts';

const table = [
  {name: 'HEAVY BLACK HEART', image: '2764-fe0f.png', category: 'Smileys', has_img_google: true},
  {name: 'WAVING HAND', image: '1f44b.png', category: 'People', has_img_google: false},
];
const picture = Buffer.from(encode({data: Uint8Array.of(255, 0, 0, 128), width: 1, height: 1, channels: 4}));
const files = {
  'package/emoji.json': Buffer.from(JSON.stringify(table)),
  'package/LICENSE': Buffer.from('MIT'),
  'package/README.md': Buffer.from('# emoji'),
  'package/img/google/64/2764-fe0f.png': picture,
};

/** A registry that has the package, and its file. */
async function registry(content: Record<string, Buffer> = files) {
  const folder = await temporaryFolder();
  for (const [name, bytes] of Object.entries(content)) {
    await mkdir(dirname(join(folder, name)), {recursive: true});
    await writeFile(join(folder, name), bytes);
  }
  const bytes = execFileSync('tar', ['-cz', '-C', folder, ...Object.keys(content)]);
  const {endpoint, requests} = await hubServer({'emoji.tgz': bytes});
  const url = `${endpoint}/owner/tiny/resolve/${commit}/emoji.tgz`;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {requests, source: {name: 'emoji.tgz', url, expected: {size: bytes.length, sha256}}};
}

let cache = '';
beforeEach(async () => {
  cache = await temporaryFolder();
  vi.stubEnv('DEME_CACHE', cache);
  return () => vi.unstubAllEnvs();
});

describe('fetchEmoji', () => {
  it('makes a folder of pictures on white with captions, and leaves nothing else', async () => {
    const folder = join(await temporaryFolder(), 'emoji');
    const {source} = await registry();
    expect(await fetchEmoji(folder, {source, retryDelay: 1})).toBe(1);
    expect((await readdir(folder)).sort()).toEqual(['2764-fe0f.png', 'LICENSE.txt', 'README.md', 'metadata.jsonl']);
    expect(await readdir(join(cache, 'downloads'))).toEqual(['emoji.tgz']);
    const config = DataConfig.parse({kind: 'images', path: 'emoji', resolution: 1, validation: 0, test: 0});
    const {train} = await openData(config, join(folder, '..'), (skipped) => expect.fail(skipped));
    expect(await train.captions?.(0)).toEqual(['heavy black heart']);
    // Half red over white: 255, 127, 127 of 255.
    expect(await train.read(0)).toEqual(Uint8Array.of(255, 127, 127));
  });

  it('leaves a folder that holds something as it is, before anything is fetched', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'mine.png'), 'x');
    const {source, requests} = await registry();
    await expect(fetchEmoji(folder, {source})).rejects.toMatchObject({code: 'folder-taken', where: folder});
    expect(requests).toEqual([]);
    expect(await readFile(join(folder, 'mine.png'), 'utf8')).toBe('x');
  });

  it('leaves a file that lies there as it is', async () => {
    const file = join(await temporaryFolder(), 'mine');
    await writeFile(file, 'x');
    await expect(fetchEmoji(file)).rejects.toMatchObject({code: 'folder-taken', where: file});
  });

  it('is done twice at once', async () => {
    const [one, other] = [join(await temporaryFolder(), 'a'), join(await temporaryFolder(), 'b')];
    const {source} = await registry();
    await fetchEmoji(one, {source, retryDelay: 1});
    const both = [join(one, '..', 'c'), other].map((folder) => fetchEmoji(folder, {source, retryDelay: 1}));
    expect(await Promise.all(both)).toEqual([1, 1]);
  });

  it('makes no folder of a package that lacks pictures', async () => {
    const {'package/img/google/64/2764-fe0f.png': _, ...rest} = files;
    const folder = join(await temporaryFolder(), 'emoji');
    await mkdir(folder);
    const {source} = await registry(rest);
    const refused = fetchEmoji(folder, {source, retryDelay: 1});
    await expect(refused).rejects.toMatchObject({
      code: 'data-invalid',
      message: 'The package has no package/img/google/64/2764-fe0f.png.',
    });
    expect(await readdir(folder)).toEqual([]);
    expect(await readdir(join(cache, 'downloads'))).toEqual(['emoji.tgz']);
  });
});
