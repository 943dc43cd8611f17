import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {createRandom} from '../../../trainer/random.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const side = 8;

/** Two classes of random images in the files of MNIST, and a config that trains a network on their captions. */
async function writeConfig(folder: string, pretrain: object = {}): Promise<string> {
  await mkdir(join(folder, 'digits'));
  for (const [part, count] of [
    ['train', 30],
    ['t10k', 10],
  ] as const) {
    const random = createRandom(0, part);
    const pixels = Array.from({length: count * side * side}, () => random.int(0, 256));
    await writeFile(join(folder, 'digits', `${part}-images-idx3-ubyte`), idx([count, side, side], pixels));
    await writeFile(
      join(folder, 'digits', `${part}-labels-idx1-ubyte`),
      idx(
        [count],
        Array.from({length: count}, (_, i) => i % 2),
      ),
    );
  }
  const model = {
    _class_name: 'UNet2DConditionModel',
    sample_size: side,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: [4, 8],
    layers_per_block: 1,
    norm_num_groups: 2,
    cross_attention_dim: 8,
    attention_head_dim: 2,
    down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D'],
    up_block_types: ['CrossAttnUpBlock2D', 'UpBlock2D'],
  };
  const text = {words: ['a', 'zero', 'one', 'bold'], length: 8, heads: 2};
  const training = {updates: 3, batch: 4, captionDropout: 0.5, heldOutEvery: 3, checkpointEvery: 2};
  const file = join(folder, 'text.deme.yaml');
  const data = {kind: 'mnist', path: 'digits', captions: {}, validation: 4, test: 4, cache: {folder: 'cache'}};
  await writeFile(
    file,
    JSON.stringify({name: 'text', data, pretrain: {model, text, ...training, ...pretrain}, engine: {name: 'wasm'}}),
  );
  return file;
}

function idx(dimensions: readonly number[], values: readonly number[]): Uint8Array {
  const sizes = dimensions.flatMap((size) => [0, 0, 0, size]);
  return Uint8Array.from([0, 0, 8, dimensions.length, ...sizes, ...values]);
}

describe('deme pretrain with text', {timeout: 300_000}, () => {
  /** Runs it in a new folder, and returns that of the model. */
  const pretrained = async (pretrain: object = {}) => {
    const folder = await temporaryFolder();
    const {code, stderr} = await deme(['pretrain', await writeConfig(folder, pretrain)]);
    expect(code, stderr).toBe(0);
    return join(folder, '.deme', 'runs', 'text-1', 'models', 'base');
  };

  it('writes a pipeline of Stable Diffusion that works on pixels, with a tokenizer that other verbs read', async () => {
    const base = await pretrained();
    expect(JSON.parse(await readFile(join(base, 'model_index.json'), 'utf8'))).toMatchObject({
      _class_name: 'StableDiffusionPipeline',
      unet: ['diffusers', 'UNet2DConditionModel'],
      text_encoder: ['transformers', 'CLIPTextModel'],
      tokenizer: ['transformers', 'CLIPTokenizer'],
      vae: [null, null],
    });
    const prompts = join(base, 'prompts.txt');
    await writeFile(prompts, 'a bold one\n');
    const {code, stdout, stderr} = await deme(['tokenize', '--model', base, '--text', prompts]);
    expect(code, stderr).toBe(0);
    const [, a, bold, one] = JSON.parse(stdout) as number[];
    expect(new Set([a, bold, one]).size).toBe(3);
  });

  it('gives the same weights when it is done again, and others where no caption is seen', async () => {
    const weights = async (pretrain: object) =>
      readFile(join(await pretrained(pretrain), 'unet', 'diffusion_pytorch_model.safetensors'));
    const first = await weights({});
    expect((await weights({})).equals(first)).toBe(true);
    expect((await weights({captionDropout: 1})).equals(first)).toBe(false);
  });
});
