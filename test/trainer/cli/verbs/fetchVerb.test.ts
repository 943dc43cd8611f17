import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {golden} from '../../store/golden.ts';
import {hubServer} from '../../store/hubServer.ts';

const Fetched = z.strictObject({repository: z.string(), revision: z.string(), folder: z.string()});

async function tinyHub() {
  const files = ['model_index.json', 'unet/config.json', 'unet/diffusion_pytorch_model.safetensors'];
  const contents = files.map(async (file) => [file, await readFile(golden(`cifar/${file}`))] as const);
  return hubServer(Object.fromEntries(await Promise.all(contents)));
}

describe('deme fetch', () => {
  it('fetches a model into the cache', async () => {
    const {endpoint} = await tinyHub();
    const cache = await temporaryFolder();
    const options = {env: {DEME_CACHE: cache}};
    const {folder} = await demeJson(Fetched, ['fetch', 'owner/tiny', '--endpoint', endpoint], options);
    expect(folder.startsWith(cache)).toBe(true);
    const weights = 'unet/diffusion_pytorch_model.safetensors';
    expect(await readFile(join(folder, weights))).toEqual(await readFile(golden(`cifar/${weights}`)));
  });

  it('says before what it fetches, or only that', async () => {
    const {endpoint, requests} = await tinyHub();
    const env = {DEME_CACHE: await temporaryFolder()};
    const planned = await deme(['fetch', 'owner/tiny', '--endpoint', endpoint, '--dry-run'], {env});
    expect(planned.stdout).toMatch(/^ *[\d.]+ k?B {2}model_index\.json$/m);
    const summary = /^owner\/tiny: 3 files, [\d.]+ [kM]B, no licence stated$/m;
    expect(planned.stdout).toMatch(summary);
    expect(requests.some((line) => line.includes('safetensors'))).toBe(false);
    expect((await deme(['fetch', 'owner/tiny', '--endpoint', endpoint], {env})).stderr).toMatch(summary);
  });

  it('refuses what is no name of a model', async () => {
    const {code, stderr} = await deme(['fetch', '../tiny']);
    expect(code).toBe(2);
    expect(stderr).toContain('owner/name');
  });

  it('lists the networks that measure images, and what of them is there', async () => {
    const cache = await temporaryFolder();
    const env = {DEME_CACHE: cache};
    await mkdir(join(cache, 'features', 'inception'), {recursive: true});
    await writeFile(join(cache, 'features', 'inception', 'pt_inception-2015-12-05-6726825d.pth'), '');
    const {stdout} = await deme(['fetch', 'features'], {env});
    expect(stdout).toMatch(/^inception +96 MB +Apache-2\.0 +.*6726825d\.pth$/m);
    expect(stdout).toMatch(/^clip-vit-g-14 +5468 MB +MIT +not fetched$/m);
  });

  it('says what the pictures of emoji take, and under which licences', async () => {
    const {stdout} = await deme(['fetch', 'emoji', '--dry-run']);
    expect(stdout).toMatch(/^emoji: 1 file, 74\.3 MB, licence MIT; the pictures, of Noto Emoji, Apache-2\.0$/m);
  });

  it.each([
    ['owner/tiny', '--to', 'x'],
    ['owner/tiny', '--address', 'http://127.0.0.1:1/x'],
    ['features', 'inception', '--variant', 'fp16'],
    ['features', 'inception', '--revision', 'main'],
    ['emoji', '--endpoint', 'http://127.0.0.1:1'],
  ])('refuses what it would not use: %s %s %s', async (...args) => {
    const {code, stderr} = await deme(['fetch', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/is of no use here|not from a hub/)]);
  });

  it('refuses what is no address of a server at once', async () => {
    for (const address of ['foo', 'file:///etc/passwd']) {
      const {code, stderr} = await deme(['fetch', 'features', 'inception', '--address', address]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('is no address of a file on a server')]);
    }
  });

  it('refuses a second name that nothing takes, and says what the first one means', async () => {
    const {code, stderr} = await deme(['fetch', 'owner/tiny', 'inception']);
    expect(code).toBe(2);
    expect(stderr).toContain('deme fetch features NAME');
    const unknown = await deme(['fetch', 'features', 'resnet', '--dry-run']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('clip-vit-l-14')]);
  });
});
