import {readdir} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {fetchModel, planFetch} from '../../../../trainer/store/hub/hubFetch.ts';
import type {FetchPlan} from '../../../../trainer/store/hub/remoteFiles.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {hubServer, listFiles} from '../hubServer.ts';

const weightsFile = 'unet/diffusion_pytorch_model.safetensors';
const pipeline: Record<string, Buffer> = {
  'model_index.json': Buffer.from('{}'),
  'unet/config.json': Buffer.from('{"_class_name": "UNet2DConditionModel"}'),
  'scheduler/scheduler_config.json': Buffer.from('{}'),
  [weightsFile]: Buffer.from('weights'),
  'README.md': Buffer.from('# model'),
};
const retryDelay = 1;

describe('fetchModel and planFetch', () => {
  it('fetches the components that the index names, and says before what it fetches', async () => {
    const folder = await temporaryFolder();
    const stable = {
      ...pipeline,
      'model_index.json': Buffer.from(
        JSON.stringify({unet: ['diffusers', 'UNet2DConditionModel'], tokenizer: ['transformers', 'CLIPTokenizer']}),
      ),
      'tokenizer/vocab.json': Buffer.from('{}'),
      'vae/config.json': Buffer.from('{}'),
      LICENSE: Buffer.from('Do as you like.'),
    };
    const hub = await hubServer(stable, undefined, listFiles(stable), {cardData: {license: 'mit'}});
    const fetched = ['LICENSE', 'model_index.json', 'scheduler/scheduler_config.json', 'tokenizer/vocab.json'];
    const expected = [...fetched, 'unet/config.json', weightsFile].map((name) => [
      name,
      stable[name as 'LICENSE'].length,
    ]);
    const isPlan = ({files, total, licence}: FetchPlan) => {
      expect(files.map(({name, size}) => [name, size]).sort()).toEqual(expected.sort());
      expect(total).toBe(files.reduce((sum, {size}) => sum + size, 0));
      expect(licence).toBe('mit');
      expect(hub.requests.some((line) => line.includes(weightsFile))).toBe(false);
    };
    const settings = {endpoint: hub.endpoint, folder, retryDelay};
    isPlan(await planFetch('owner/tiny', settings));
    expect(await readdir(folder)).toEqual([]);
    let planned = 0;
    await fetchModel('owner/tiny', {...settings, onPlan: (plan) => (isPlan(plan), planned++)});
    expect(planned).toBe(1);
    const found = (await readdir(folder, {recursive: true, withFileTypes: true})).filter((entry) => entry.isFile());
    expect(found.map(({name}) => name).sort()).toEqual([
      'LICENSE',
      'config.json',
      'deme-fetch.json',
      'diffusion_pytorch_model.safetensors',
      'model_index.json',
      'scheduler_config.json',
      'vocab.json',
    ]);
  });

  it('drops weights of another variant in all components', async () => {
    const folder = await temporaryFolder();
    const weightsOf = (variant: string) => [
      `unet/diffusion_pytorch_model${variant}.safetensors`,
      `vae/diffusion_pytorch_model${variant}.safetensors`,
      `text_encoder/model${variant}.safetensors`,
    ];
    const configs = ['unet', 'vae', 'text_encoder'].map((name) => `${name}/config.json`);
    const names = [...configs, ...weightsOf(''), ...weightsOf('.fp16')];
    const {endpoint} = await hubServer(Object.fromEntries(names.map((name) => [name, Buffer.from('{}')])));
    for (const [variant, ending] of [
      [undefined, ''],
      ['fp16', '.fp16'],
      [undefined, ''],
    ] as const) {
      await fetchModel('owner/tiny', {endpoint, folder, retryDelay, variant});
      const found = (await readdir(folder, {recursive: true})).filter((name) => name.endsWith('.safetensors'));
      expect(found.sort()).toEqual(weightsOf(ending).sort());
    }
  });

  it.each([
    [{cardData: {license: 'openrail'}}, 'openrail'],
    [{cardData: {license: ['mit', 'cc0']}}, 'mit, cc0'],
    [{cardData: {license: 'other', license_name: 'my licence'}}, 'other (my licence)'],
    [{cardData: {license: 7}, tags: ['a', 'license:mit']}, 'mit'],
    [{cardData: 'nonsense', tags: [3]}, null],
    [{}, null],
  ])('reads the licence of %j', async (info, licence) => {
    const {endpoint} = await hubServer(pipeline, undefined, listFiles(pipeline), info);
    expect((await planFetch('owner/tiny', {endpoint, retryDelay})).licence).toBe(licence);
  });
});
