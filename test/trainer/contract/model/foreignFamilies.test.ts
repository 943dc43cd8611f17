import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {readModelFolder} from '../../../../trainer/store/weights/modelFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

async function folderWith(component: string, index: object, config: object): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, component));
  await writeFile(join(folder, 'model_index.json'), JSON.stringify(index));
  await writeFile(join(folder, component, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, component, 'diffusion_pytorch_model.safetensors'), '');
  return folder;
}

describe('models of other families', () => {
  it.each([
    ['FluxPipeline', 'FluxTransformer2DModel', 'Flux'],
    ['StableDiffusion3Pipeline', 'SD3Transformer2DModel', 'Stable Diffusion 3'],
    ['PixArtSigmaPipeline', 'PixArtTransformer2DModel', 'PixArt'],
  ])('are refused by name: %s', async (pipeline, network, family) => {
    const folder = await folderWith('transformer', {_class_name: pipeline}, {_class_name: network});
    await expect(readModelFolder(folder)).rejects.toMatchObject({
      code: 'model-unsupported',
      message: `This is a pipeline of ${family}, which is not supported.`,
    });
  });

  it('are refused by name where their network has the class of a supported one', async () => {
    const network = {_class_name: 'UNet2DConditionModel', addition_embed_type: 'text_time'};
    const folder = await folderWith('unet', {_class_name: 'StableDiffusionXLPipeline'}, network);
    await expect(readModelFolder(folder)).rejects.toMatchObject({
      code: 'model-unsupported',
      message: 'This is a network of Stable Diffusion XL, which is not supported.',
    });
  });

  it('leave a folder of no model what it is', async () => {
    const folder = await folderWith('odd', {_class_name: 'OddPipeline'}, {});
    await expect(readModelFolder(folder)).rejects.toMatchObject({code: 'model-missing'});
  });
});
