import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {readFile, readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeEach, describe, expect, it, vi} from 'vitest';
import {cachedFeatureWeights, featureFolder, featureWeights} from '../../../trainer/evaluate/featureWeights.ts';
import {fetchFeatures, planFeatures} from '../../../trainer/evaluate/fetchFeatures.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {commit, hubServer} from '../store/hubServer.ts';

const weights = Buffer.from(Uint8Array.from({length: 300_000}, (_, i) => (i * i) % 251));
const clip = {
  'open_clip_model.safetensors': weights,
  'open_clip_config.json': Buffer.from('{}'),
  'tokenizer.json': Buffer.from('{"model": {}}'),
  'tokenizer_config.json': Buffer.from('{}'),
  'README.md': Buffer.from('# CLIP'),
};
const licence = 'MIT';
const retryDelay = 1;

// A network of a hub, one whose hash is in the table too, and one of a server without hashes, all as small as a test wants them.
beforeEach(async () => {
  vi.stubEnv('DEME_CACHE', await temporaryFolder());
  const rows = new Map(featureWeights);
  const set = (name: string, row: object) =>
    (featureWeights as Map<string, object>).set(name, {
      file: 'open_clip_model.safetensors',
      megabytes: 1,
      licence,
      ...row,
    });
  const source = {
    repository: 'owner/tiny',
    beside: ['open_clip_config.json', 'tokenizer.json', 'tokenizer_config.json'],
  };
  set('hubbed', {network: 'clip', source});
  set('pinned', {network: 'clip', source: {...source, sha256: '0'.repeat(64)}});
  const sha256 = createHash('sha256').update(weights).digest('hex');
  set('addressed', {
    network: 'other',
    file: 'weights.pth',
    source: {address: 'http://127.0.0.1:1/weights.pth', size: weights.length, sha256},
  });
  return () => {
    for (const name of featureWeights.keys()) if (!rows.has(name)) (featureWeights as Map<string, object>).delete(name);
    vi.unstubAllEnvs();
  };
});

describe('fetchFeatures', () => {
  it('brings the weights of a hub and what goes with them, weights last, with their origin, and keeps them', async () => {
    const {endpoint, requests} = await hubServer(clip);
    const done: number[] = [];
    const file = await fetchFeatures('hubbed', {endpoint, retryDelay, onProgress: (p) => done.push(p.done)});
    expect(await cachedFeatureWeights('hubbed')).toEqual({row: 'hubbed', file});
    expect((await readFile(file)).equals(weights)).toBe(true);
    const names = [
      'deme-fetch.json',
      'open_clip_config.json',
      'open_clip_model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ];
    expect((await readdir(join(file, '..'))).sort()).toEqual(names);
    expect(JSON.parse(await readFile(join(file, '..', 'deme-fetch.json'), 'utf8'))).toEqual({
      repository: 'owner/tiny',
      commit,
    });
    expect(requests.at(-1)).toMatch(/open_clip_model\.safetensors$/);
    expect(done.at(-1)).toBe(weights.length + 2 + 13 + 2);
    const before = requests.length;
    await fetchFeatures('hubbed', {endpoint, retryDelay});
    expect(requests.slice(before)).toEqual(['/api/models/owner/tiny/revision/main?blobs=true']);
  });

  it('goes on where it was interrupted', async () => {
    let broken = true;
    const {endpoint, requests} = await hubServer({'weights.pth': weights}, (_, response) => {
      if (!broken) return false;
      broken = false;
      response.writeHead(200).write(weights.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 50));
      return true;
    });
    const address = `${endpoint}/owner/tiny/resolve/${commit}/weights.pth`;
    const file = await fetchFeatures('addressed', {address, retryDelay});
    expect((await readFile(file)).equals(weights)).toBe(true);
    expect(requests[1]).toMatch(/weights\.pth bytes=[1-9]\d*-$/);
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  it('tells the token of the hub to the hub alone', async () => {
    vi.stubEnv('HF_TOKEN', 'hf_secret');
    const tokens: (string | undefined)[] = [];
    const {endpoint} = await hubServer({...clip, 'weights.pth': weights}, ({headers}) => {
      tokens.push(headers.authorization);
      return false;
    });
    await fetchFeatures('addressed', {address: `${endpoint}/owner/tiny/resolve/${commit}/weights.pth`, retryDelay});
    expect(tokens).toEqual([undefined]);
    await fetchFeatures('hubbed', {endpoint, retryDelay});
    expect(tokens.slice(1)).toEqual(Array.from({length: 5}, () => 'Bearer hf_secret'));
  });

  it('leaves nothing of a failed fetch that would hide a file put there by hand', async () => {
    const {endpoint} = await hubServer({'short.pth': weights.subarray(0, 1000)});
    const at = (name: string) => `${endpoint}/owner/tiny/resolve/${commit}/${name}`;
    await expect(fetchFeatures('addressed', {address: at('none.pth'), retryDelay})).rejects.toMatchObject({
      code: 'hub-missing',
    });
    await expect(fetchFeatures('addressed', {address: at('short.pth'), retryDelay})).rejects.toMatchObject({
      code: 'checksum-wrong',
      message: 'The server has another file there: it has 1000 bytes, not 300000.',
    });
    const file = join(featureFolder('addressed'), 'weights.pth');
    await writeFile(file, weights);
    expect(await cachedFeatureWeights('addressed')).toEqual({row: 'addressed', file});
  });

  it('keeps nothing of another file', async () => {
    const other = Buffer.from(weights);
    other[7] = 1 + (other[7] ?? 0);
    const {endpoint} = await hubServer({'weights.pth': other});
    const address = `${endpoint}/owner/tiny/resolve/${commit}/weights.pth`;
    await expect(fetchFeatures('addressed', {address, retryDelay})).rejects.toMatchObject({code: 'checksum-wrong'});
    expect(await cachedFeatureWeights('addressed')).toBeNull();
    const hub = await hubServer(clip);
    const fetched = fetchFeatures('pinned', {endpoint: hub.endpoint, retryDelay});
    await expect(fetched).rejects.toMatchObject({
      code: 'checksum-wrong',
      where: expect.stringContaining('owner/tiny') as string,
    });
    expect(hub.requests).toHaveLength(1);
  });

  it('plans without leaving anything', async () => {
    const {endpoint} = await hubServer(clip);
    const plan = await planFeatures('hubbed', {endpoint, retryDelay});
    expect(plan).toEqual({
      files: [
        {name: 'open_clip_config.json', size: 2},
        {name: 'tokenizer.json', size: 13},
        {name: 'tokenizer_config.json', size: 2},
        {name: 'open_clip_model.safetensors', size: weights.length},
      ],
      total: weights.length + 17,
      licence,
    });
    expect(await cachedFeatureWeights('hubbed')).toBeNull();
  });

  it.each([
    ['clip', {}, 'name-invalid', 'clip-vit-g-14 (5468 MB)'],
    ['resnet', {}, 'name-invalid', 'inception'],
    ['hubbed', {address: 'http://127.0.0.1:1/x'}, 'option-unused', '--endpoint'],
    ['addressed', {address: 'weights.pth'}, 'name-invalid', ''],
  ])('refuses %s with %o', async (name, options, code, hint) => {
    const refused = fetchFeatures(name, {...options, retryDelay});
    await expect(refused).rejects.toMatchObject({
      code,
      ...(hint !== '' && {hint: expect.stringContaining(hint) as string}),
    });
  });

  it('names a file that the repository lacks', async () => {
    const {'tokenizer.json': _, ...rest} = clip;
    const {endpoint} = await hubServer(rest);
    const refused = fetchFeatures('hubbed', {endpoint, retryDelay});
    await expect(refused).rejects.toMatchObject({
      code: 'hub-missing',
      message: 'The repository has no tokenizer.json.',
    });
  });
});
