import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {AutoencoderConfig} from '../../../trainer/contract/model/autoencoderConfig.ts';
import {ClipTextConfig} from '../../../trainer/contract/model/clipTextConfig.ts';
import {createDenoiser} from '../../../trainer/models/architectures.ts';
import {createClipText} from '../../../trainer/models/clip/clipText.ts';
import {createAutoencoder} from '../../../trainer/models/vae/autoencoder.ts';
import {writeJsonAtomic} from '../../../trainer/store/files/jsonFile.ts';
import {writeSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {elementCount} from '../../../trainer/store/weights/tensorReader.ts';
import {writeClipTokenizer} from '../../helpers/models/clipVocabulary.ts';
import {requireModel} from '../models.ts';
import {randomTensors} from '../randomTensors.ts';

const {unetConfig, parameters} = requireModel('stable-diffusion-v1');

const vaeConfig = AutoencoderConfig.parse({
  block_out_channels: [128, 256, 512, 512],
  down_block_types: Array.from({length: 4}, () => 'DownEncoderBlock2D'),
  up_block_types: Array.from({length: 4}, () => 'UpDecoderBlock2D'),
  layers_per_block: 2,
  sample_size: 512,
});

const textConfig = ClipTextConfig.parse({
  hidden_size: 768,
  intermediate_size: 3072,
  num_attention_heads: 12,
  eos_token_id: 2,
});

/** The components with weights: the shapes of their tensors, and how many parameters they have, as a check of the configs. */
const components = [
  {name: 'unet', file: 'diffusion_pytorch_model', config: unetConfig, ...createDenoiser(unetConfig), parameters},
  {
    name: 'vae',
    file: 'diffusion_pytorch_model',
    config: vaeConfig,
    ...createAutoencoder(vaeConfig),
    parameters: 83_653_863,
  },
  {name: 'text_encoder', file: 'model', config: textConfig, ...createClipText(textConfig), parameters: 123_060_480},
];

/** Writes a whole folder of Stable Diffusion 1, all weights random. */
export async function writePipeline(folder: string, dtype: 'F32' | 'F16'): Promise<void> {
  for (const {name, file, config, shapes, parameters} of components) {
    const tensors = randomTensors(shapes, dtype);
    const count = tensors.reduce((sum, {shape}) => sum + elementCount(shape), 0);
    if (count !== parameters) throw new Error(`${name} has ${count} parameters, not ${parameters}`);
    await mkdir(join(folder, name), {recursive: true});
    await writeJsonAtomic(join(folder, name, 'config.json'), config);
    await writeSafetensors(join(folder, name, `${file}.safetensors`), tensors);
  }
  await writeClipTokenizer(join(folder, 'tokenizer'), 'vocab.json');
  await mkdir(join(folder, 'scheduler'));
  await writeJsonAtomic(join(folder, 'scheduler', 'scheduler_config.json'), {
    _class_name: 'PNDMScheduler',
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: 'scaled_linear',
    skip_prk_steps: true,
    set_alpha_to_one: false,
    steps_offset: 1,
  });
  await writeJsonAtomic(join(folder, 'model_index.json'), {
    _class_name: 'StableDiffusionPipeline',
    scheduler: ['diffusers', 'PNDMScheduler'],
    text_encoder: ['transformers', 'CLIPTextModel'],
    tokenizer: ['transformers', 'CLIPTokenizer'],
    unet: ['diffusers', 'UNet2DConditionModel'],
    vae: ['diffusers', 'AutoencoderKL'],
  });
}
