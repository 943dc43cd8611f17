import {mkdir, readFile, readdir, writeFile} from 'node:fs/promises';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {fetchModel, resolveBase} from '../../../../trainer/store/hub/hubFetch.ts';
import type {FetchProgress} from '../../../../trainer/store/hub/remoteFiles.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {commit, hubServer, listFiles} from '../hubServer.ts';

const weights = Buffer.from(Uint8Array.from({length: 300_000}, (_, i) => (i * i) % 251));
const weightsFile = 'unet/diffusion_pytorch_model.safetensors';
const pipeline: Record<string, Buffer> = {
  'model_index.json': Buffer.from('{}'),
  'unet/config.json': Buffer.from('{"_class_name": "UNet2DModel"}'),
  'scheduler/scheduler_config.json': Buffer.from('{}'),
  [weightsFile]: weights,
  'unet/diffusion_pytorch_model.bin': Buffer.from('pickle'),
  'README.md': Buffer.from('# model'),
};
const retryDelay = 1;

describe('fetchModel', () => {
  it('fetches configs and the safetensors weights of one commit and nothing else', async () => {
    const folder = await temporaryFolder();
    const hub = await hubServer(pipeline);
    const progress: FetchProgress[] = [];
    const fetched = await fetchModel('owner/tiny', {
      endpoint: `${hub.endpoint}/`,
      folder,
      retryDelay,
      onProgress: (p) => progress.push(p),
    });
    expect(fetched).toBe(folder);
    expect((await readFile(join(folder, weightsFile))).equals(weights)).toBe(true);
    expect((await readdir(folder, {recursive: true})).sort()).toEqual([
      'deme-fetch.json',
      'model_index.json',
      'scheduler',
      'scheduler/scheduler_config.json',
      'unet',
      'unet/config.json',
      weightsFile,
    ]);
    expect(hub.requests[0]).toBe('/api/models/owner/tiny/revision/main?blobs=true');
    expect(hub.requests).toContain(`/owner/tiny/resolve/${commit}/${weightsFile}`);
    const total = weights.length + 4 + 30;
    expect(progress.at(-1)).toMatchObject({done: total, total});
  });

  it('takes the flat layout, and bin where there is no safetensors', async () => {
    const folder = await temporaryFolder();
    const files = {
      'config.json': Buffer.from('{}'),
      'diffusion_pytorch_model.bin': Buffer.from('pickle'),
      'extra.bin': Buffer.from('x'),
    };
    const {endpoint} = await hubServer(files);
    await fetchModel('owner/tiny', {endpoint, folder, retryDelay});
    expect((await readdir(folder)).sort()).toEqual(['config.json', 'deme-fetch.json', 'diffusion_pytorch_model.bin']);
  });

  it('takes the index and its shards instead of a single file', async () => {
    const folder = await temporaryFolder();
    const index = `${weightsFile}.index.json`;
    const shard = 'unet/diffusion_pytorch_model-00001-of-00001.safetensors';
    const {endpoint} = await hubServer({...pipeline, [index]: Buffer.from('{}'), [shard]: Buffer.from('shard')});
    await fetchModel('owner/tiny', {endpoint, folder, retryDelay});
    expect(existsSync(join(folder, index)) && existsSync(join(folder, shard))).toBe(true);
    expect(existsSync(join(folder, weightsFile))).toBe(false);
  });

  it('takes the only variant with its shards, or the one that is asked for, and drops weights of other revisions', async () => {
    const folder = await temporaryFolder();
    const stem = 'unet/diffusion_pytorch_model';
    const fp16 = [`${stem}.safetensors.index.fp16.json`, `${stem}.fp16-00001-of-00002.safetensors`];
    const {[weightsFile]: plain, ['unet/diffusion_pytorch_model.bin']: _, ...others} = pipeline;
    const variant = Object.fromEntries(fp16.map((name) => [name, Buffer.from('{}')]));
    const names = async () => (await readdir(join(folder, 'unet'))).map((name) => `unet/${name}`).sort();
    const fetchFrom = async (files: Record<string, Buffer>, options = {}) => {
      const {endpoint} = await hubServer(files);
      await fetchModel('owner/tiny', {endpoint, folder, retryDelay, ...options});
    };
    await fetchFrom({...others, ...variant});
    expect(await names()).toEqual([...fp16, 'unet/config.json'].sort());
    await writeFile(join(folder, 'unet', 'notes.txt'), '');
    await fetchFrom({...others, ...variant, [weightsFile]: plain!});
    expect(await names()).toEqual(['unet/config.json', weightsFile, 'unet/notes.txt']);
    await fetchFrom({...others, ...variant, [weightsFile]: plain!}, {variant: 'fp16'});
    expect(await names()).toEqual([...fp16, 'unet/config.json', 'unet/notes.txt'].sort());
    await expect(fetchFrom(pipeline, {variant: 'bf16'})).rejects.toThrow('There is no variant bf16 of the weights.');
  });

  it('goes on where the connection broke', async () => {
    const folder = await temporaryFolder();
    let broken = 0;
    const hub = await hubServer(pipeline, (_, response, content) => {
      if (content !== weights || broken++ > 0) return false;
      response.writeHead(200, {'content-length': weights.length});
      response.write(weights.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 100));
      return true;
    });
    await fetchModel('owner/tiny', {endpoint: hub.endpoint, folder, retryDelay});
    expect((await readFile(join(folder, weightsFile))).equals(weights)).toBe(true);
    const ranges = hub.requests
      .filter((line) => line.includes(weightsFile))
      .map((line) => /bytes=(\d+)-/.exec(line)?.[1]);
    expect(ranges).toHaveLength(2);
    expect(Number(ranges[1])).toBeGreaterThan(0);
    expect(Number(ranges[1])).toBeLessThanOrEqual(100_000);
  });

  it('goes on from the part of an earlier call, also where the server ignores ranges', async () => {
    for (const ignoresRange of [false, true]) {
      const folder = await temporaryFolder();
      await mkdir(join(folder, 'unet'));
      await writeFile(join(folder, `${weightsFile}.part`), weights.subarray(0, 123_456));
      const hub = await hubServer(pipeline, (_, response, content) => {
        if (!ignoresRange || content !== weights) return false;
        response.end(content);
        return true;
      });
      await fetchModel('owner/tiny', {endpoint: hub.endpoint, folder, retryDelay});
      expect(hub.requests).toContain(`/owner/tiny/resolve/${commit}/${weightsFile} bytes=123456-`);
      expect((await readFile(join(folder, weightsFile))).equals(weights)).toBe(true);
    }
  });

  it('downloads no file again that is there and right', async () => {
    const folder = await temporaryFolder();
    const hub = await hubServer(pipeline);
    await fetchModel('owner/tiny', {endpoint: hub.endpoint, folder, retryDelay});
    await writeFile(join(folder, 'model_index.json'), '[]');
    hub.requests.length = 0;
    await fetchModel('owner/tiny', {endpoint: hub.endpoint, folder, retryDelay});
    expect(hub.requests.map((line) => line.split('/').at(-1))).toEqual(['main?blobs=true', 'model_index.json']);
    expect(await readFile(join(folder, 'model_index.json'), 'utf8')).toBe('{}');
  });

  it.each([weightsFile, 'unet/config.json'])('refuses %s with a wrong hash and keeps nothing of it', async (name) => {
    const folder = await temporaryFolder();
    const wrong = Buffer.from(pipeline[name] ?? '');
    wrong[5] = (wrong[5] ?? 0) ^ 1;
    const {endpoint} = await hubServer({...pipeline, [name]: wrong}, undefined, listFiles(pipeline));
    await expect(fetchModel('owner/tiny', {endpoint, folder, retryDelay})).rejects.toMatchObject({
      code: 'checksum-wrong',
    });
    const left = await readdir(folder, {recursive: true});
    expect(left.filter((file) => file.startsWith(name) || file === 'deme-fetch.json')).toEqual([]);
  });

  it('refuses a file that is longer than listed', async () => {
    const folder = await temporaryFolder();
    const {endpoint} = await hubServer(
      {...pipeline, [weightsFile]: Buffer.concat([weights, weights])},
      undefined,
      listFiles(pipeline),
    );
    await expect(fetchModel('owner/tiny', {endpoint, folder, retryDelay})).rejects.toMatchObject({
      code: 'checksum-wrong',
    });
    expect(existsSync(join(folder, `${weightsFile}.part`))).toBe(false);
  });

  it.each([
    '../evil.json',
    '/etc/evil.json',
    'unet/../../evil.json',
    'unet\\..\\evil.json',
    'C:evil.json',
    'unet//config.json',
  ])('refuses a repository that lists %s', async (name) => {
    const folder = await temporaryFolder();
    const {endpoint} = await hubServer({...pipeline, [name]: Buffer.from('x')});
    await expect(fetchModel('owner/tiny', {endpoint, folder, retryDelay})).rejects.toMatchObject({
      code: 'path-refused',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    [401, 'hub-refused', 1],
    [403, 'hub-refused', 1],
    [404, 'hub-missing', 1],
    [400, 'hub-answer', 1],
    [503, 'hub-unreachable', 5],
    [429, 'hub-unreachable', 5],
  ])('explains status %d', async (status, code, requests) => {
    const hub = await hubServer(pipeline, (_, response) => {
      response.writeHead(status).end('no');
      return true;
    });
    const folder = await temporaryFolder();
    await expect(fetchModel('owner/tiny', {endpoint: hub.endpoint, folder, retryDelay})).rejects.toMatchObject({code});
    expect(hub.requests).toHaveLength(requests);
  });

  it('explains a server that is not there or no hub, and wrong names', async () => {
    const folder = await temporaryFolder();
    const hub = await hubServer(pipeline, (_, response) => {
      response.end('<html>');
      return true;
    });
    await expect(fetchModel('owner/tiny', {endpoint: hub.endpoint, folder})).rejects.toMatchObject({
      code: 'hub-answer',
    });
    const nobody = 'http://127.0.0.1:1';
    await expect(fetchModel('owner/tiny', {endpoint: nobody, folder, retryDelay})).rejects.toMatchObject({
      code: 'hub-unreachable',
    });
    for (const name of ['tiny', 'a/b/c', '../a', 'a/..', 'a/b..c', 'a--b/c', 'a/b--c', 'https://x/y']) {
      await expect(fetchModel(name, {endpoint: hub.endpoint, folder})).rejects.toMatchObject({code: 'name-invalid'});
    }
    await expect(fetchModel('owner/tiny', {endpoint: 'no address', folder})).rejects.toMatchObject({
      code: 'name-invalid',
    });
  });

  it.each([
    [
      'goes on for ever',
      (send: (text: string) => boolean) => forEver(send),
      'The answer has more than 16000000 bytes.',
    ],
    [
      'is nested too deeply',
      (send: (text: string) => boolean) => send('['.repeat(100_000)),
      'The answer is not read: it is nested too deeply.',
    ],
  ])('stops reading an answer that %s', async (_, answer, message) => {
    const hub = await hubServer(pipeline, (_request, response) => {
      answer((text) => response.write(text));
      if (message.includes('nested')) response.end();
      return true;
    });
    const folder = await temporaryFolder();
    await expect(fetchModel('owner/tiny', {endpoint: hub.endpoint, folder})).rejects.toMatchObject({
      code: 'hub-answer',
      message,
    });
  });

  it('names a repository without a diffusers model', async () => {
    const {endpoint} = await hubServer({'README.md': Buffer.from('#')});
    const folder = await temporaryFolder();
    await expect(fetchModel('owner/tiny', {endpoint, folder})).rejects.toMatchObject({code: 'model-missing'});
  });

  it('sends the token', async () => {
    let sent: string | undefined;
    const {endpoint} = await hubServer(pipeline, (request) => {
      sent = request.headers.authorization;
      return false;
    });
    await fetchModel('owner/tiny', {endpoint, folder: await temporaryFolder(), token: 'secret'});
    expect(sent).toBe('Bearer secret');
  });
});

describe('resolveBase', () => {
  it('prefers a folder beside the config, then the fetched model, then says how to fetch', async () => {
    const folder = await temporaryFolder();
    vi.stubEnv('DEME_CACHE', join(folder, 'cache'));
    await expect(resolveBase('owner/tiny', folder)).rejects.toMatchObject({
      code: 'base-missing',
      hint: expect.stringContaining('deme fetch owner/tiny') as string,
    });
    const {endpoint} = await hubServer(pipeline);
    const cached = await fetchModel('owner/tiny', {endpoint});
    expect(cached).toBe(join(folder, 'cache', 'models', 'owner--tiny'));
    expect(await resolveBase('owner/tiny', folder)).toBe(cached);
    await mkdir(join(folder, 'owner', 'tiny'), {recursive: true});
    expect(await resolveBase('owner/tiny', folder)).toBe(join(folder, 'owner', 'tiny'));
    await expect(resolveBase('./models/none', folder)).rejects.toMatchObject({
      code: 'base-missing',
      where: join(folder, 'models', 'none'),
    });
    vi.unstubAllEnvs();
  });
});

/** Sends spaces, which may stand before any JSON, as long as somebody listens. */
function forEver(send: (text: string) => boolean): boolean {
  const timer = setInterval(() => send(' '.repeat(1 << 20)), 1);
  onTestFinished(() => clearInterval(timer));
  return true;
}
