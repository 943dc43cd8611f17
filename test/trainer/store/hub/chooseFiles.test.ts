import {describe, expect, it} from 'vitest';
import {chooseFiles} from '../../../../trainer/store/hub/chooseFiles.ts';
import {processorTime} from '../../../helpers/machine/processorTime.ts';

const unet = 'unet/diffusion_pytorch_model';
const vae = 'vae/diffusion_pytorch_model';
const text = 'text_encoder/model';

/** The files of CompVis/stable-diffusion-v1-4 and of conversions for other tools. */
const published = [
  '.gitattributes',
  'LICENSE.md',
  'README.md',
  'model_index.json',
  'sd-v1-4.ckpt',
  'v1-variants-scores.jpg',
  'feature_extractor/preprocessor_config.json',
  'safety_checker/config.json',
  'safety_checker/flax_model.msgpack',
  'safety_checker/model.fp16.safetensors',
  'safety_checker/model.safetensors',
  'safety_checker/pytorch_model.bin',
  'scheduler/scheduler_config.json',
  'text_encoder/config.json',
  'text_encoder/flax_model.msgpack',
  `${text}.fp16.safetensors`,
  `${text}.safetensors`,
  'text_encoder/pytorch_model.bin',
  'text_encoder/pytorch_model.fp16.bin',
  'tokenizer/merges.txt',
  'tokenizer/special_tokens_map.json',
  'tokenizer/tokenizer_config.json',
  'tokenizer/vocab.json',
  'unet/config.json',
  'unet/diffusion_flax_model.msgpack',
  `${unet}.bin`,
  `${unet}.fp16.bin`,
  `${unet}.fp16.safetensors`,
  `${unet}.non_ema.safetensors`,
  `${unet}.safetensors`,
  'unet/model.onnx',
  'unet/model.onnx_data',
  'vae/config.json',
  `${vae}.bin`,
  `${vae}.safetensors`,
  'vae_decoder/model.onnx',
  'onnx/unet/config.json',
  'onnx/unet/model.onnx',
];
const components = ['feature_extractor', 'safety_checker', 'scheduler', 'text_encoder', 'tokenizer', 'unet', 'vae'];
const configs = [
  'LICENSE.md',
  'model_index.json',
  'feature_extractor/preprocessor_config.json',
  'safety_checker/config.json',
  'scheduler/scheduler_config.json',
  'text_encoder/config.json',
  'tokenizer/merges.txt',
  'tokenizer/special_tokens_map.json',
  'tokenizer/tokenizer_config.json',
  'tokenizer/vocab.json',
  'unet/config.json',
  'vae/config.json',
];
const chosen = (names: readonly string[], variant?: string, named = components) =>
  [...chooseFiles(names, 'hub', {components: named, variant})].sort();

describe('chooseFiles', () => {
  it.each([['with an index', components] as const, ['without one', []] as const])(
    'takes all components in their plain form, each weight once, %s',
    (_, named) => {
      const weights = ['safety_checker/model', text, unet, vae].map((stem) => `${stem}.safetensors`);
      expect(chosen(published, undefined, [...named])).toEqual([...configs, ...weights].sort());
    },
  );

  it('takes a variant where a component has it, else the plain form', () => {
    const weights = ['safety_checker/model.fp16', `${text}.fp16`, `${unet}.fp16`, vae].map(
      (stem) => `${stem}.safetensors`,
    );
    expect(chosen(published, 'fp16')).toEqual([...configs, ...weights].sort());
    expect(() => chosen(published, 'bf16')).toThrow('There is no variant bf16 of the weights.');
  });

  it('takes the shards of text encoders and of variants', () => {
    const shards = [1, 2].map((i) => `${text}-0000${i}-of-00002.safetensors`);
    const index = `${text}.safetensors.index.json`;
    const others = [`${text}.fp16-00001-of-00001.safetensors`, `${text}.safetensors.index.fp16.json`];
    const names = published.filter((name) => !name.startsWith(text));
    const taken = chosen([...names, index, ...shards, ...others]).filter((name) => name.startsWith(text));
    expect(taken).toEqual([...shards, index].sort());
    const variant = chosen([...names, index, ...shards, ...others], 'fp16').filter((name) => name.startsWith(text));
    expect(variant).toEqual(others.sort());
  });

  it('leaves out folders that the index does not name, and takes those that it names whatever they are called', () => {
    const names = [
      ...published,
      'unet_ema/config.json',
      `unet_ema/diffusion_pytorch_model.safetensors`,
      'adapter/notes.txt',
    ];
    expect(chosen(names).some((name) => /^(?:unet_ema|adapter)/.test(name))).toBe(false);
    expect(chosen(names, undefined, [...components, 'adapter'])).toContain('adapter/notes.txt');
  });

  it('stays fast for a repository of very many folders', async () => {
    const names = Array.from({length: 50_000}, (_, i) => `part${i}/config.json`);
    const milliseconds = await processorTime(() =>
      expect(chosen([...published, ...names], undefined, [])).toContain('part49999/config.json'),
    );
    expect(milliseconds).toBeLessThan(5000);
  });
});
