import {describe, expect, it} from 'vitest';
import {describeCheckpoint} from '../../../../../trainer/store/weights/singleFile/checkpoint.ts';
import {toDiffusers, toOriginal} from '../../../../../trainer/store/weights/singleFile/moduleNames.ts';
import {unetNames} from '../../../../../trainer/store/weights/singleFile/unetNames.ts';
import {vaeNames} from '../../../../../trainer/store/weights/singleFile/vaeNames.ts';
import {originalShapes} from '../../../../helpers/models/originalModel.ts';

const three = ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'];
/** The network of Stable Diffusion 1 and 2. */
const unet = {
  layers_per_block: 2,
  down_block_types: [...three, 'DownBlock2D'],
  up_block_types: ['UpBlock2D', ...three.map(() => 'CrossAttnUpBlock2D')],
};

describe('names of the published network', () => {
  const names = unetNames(unet);

  // From the files v1-5-pruned-emaonly.safetensors and unet/diffusion_pytorch_model.safetensors.
  it.each([
    ['conv_in.weight', 'input_blocks.0.0.weight'],
    ['down_blocks.0.resnets.1.conv2.bias', 'input_blocks.2.0.out_layers.3.bias'],
    ['down_blocks.0.downsamplers.0.conv.weight', 'input_blocks.3.0.op.weight'],
    ['down_blocks.1.attentions.0.proj_in.weight', 'input_blocks.4.1.proj_in.weight'],
    ['down_blocks.1.resnets.0.conv_shortcut.weight', 'input_blocks.4.0.skip_connection.weight'],
    ['down_blocks.3.resnets.1.time_emb_proj.weight', 'input_blocks.11.0.emb_layers.1.weight'],
    ['mid_block.resnets.1.norm1.weight', 'middle_block.2.in_layers.0.weight'],
    ['up_blocks.0.upsamplers.0.conv.weight', 'output_blocks.2.1.conv.weight'],
    ['up_blocks.1.upsamplers.0.conv.weight', 'output_blocks.5.2.conv.weight'],
    [
      'up_blocks.3.attentions.2.transformer_blocks.0.attn2.to_k.weight',
      'output_blocks.11.1.transformer_blocks.0.attn2.to_k.weight',
    ],
    ['conv_norm_out.bias', 'out.0.bias'],
    ['time_embedding.linear_2.weight', 'time_embed.2.weight'],
  ])('%s', (diffusers, original) => {
    expect(toOriginal(names)(diffusers)).toBe(`model.diffusion_model.${original}`);
    expect(toDiffusers(names)(`model.diffusion_model.${original}`)).toBe(diffusers);
  });

  it('has none for what is no part of it', () => {
    expect(toOriginal(names)('adapter_list.0.weight')).toBeNull();
    expect(toOriginal(names)('conv_input.weight')).toBeNull();
    expect(toDiffusers(names)('model.diffusion_model.label_emb.0.0.weight')).toBeNull();
  });
});

it.each([
  ['encoder.down_blocks.1.resnets.0.conv_shortcut.weight', 'encoder.down.1.block.0.nin_shortcut.weight'],
  ['encoder.mid_block.attentions.0.to_out.0.bias', 'encoder.mid.attn_1.proj_out.bias'],
  ['decoder.mid_block.resnets.1.norm2.weight', 'decoder.mid.block_2.norm2.weight'],
  ['decoder.up_blocks.0.resnets.2.conv1.weight', 'decoder.up.3.block.2.conv1.weight'],
  ['decoder.up_blocks.2.upsamplers.0.conv.bias', 'decoder.up.1.upsample.conv.bias'],
  ['decoder.conv_norm_out.weight', 'decoder.norm_out.weight'],
  ['post_quant_conv.weight', 'post_quant_conv.weight'],
])('names of the published autoencoder: %s', (diffusers, original) => {
  const names = vaeNames({layers_per_block: 2, block_out_channels: [128, 256, 512, 512]});
  expect(toOriginal(names)(diffusers)).toBe(`first_stage_model.${original}`);
  expect(toDiffusers(names)(`first_stage_model.${original}`)).toBe(diffusers);
});

describe.each([1, 2] as const)('a checkpoint of Stable Diffusion %i', (version) => {
  const shapes = new Map(originalShapes(version));
  const found = describeCheckpoint(shapes, 'x.ckpt');

  it('shows its configs in names and shapes', () => {
    expect(found).toMatchObject({
      version,
      unet: {
        in_channels: 4,
        out_channels: 4,
        block_out_channels: [32, 64],
        layers_per_block: 1,
        down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
        up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
        cross_attention_dim: 64,
        use_linear_projection: version === 2,
        time_embedding_dim: null,
      },
      vae: {latent_channels: 4, block_out_channels: [32, 64], layers_per_block: 1, mid_block_add_attention: true},
      text: {config: {vocab_size: 100, hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2}},
    });
  });

  it('gives every tensor of network and autoencoder a name of its own', () => {
    const original = [...shapes.keys()];
    const count = (prefix: string) => original.filter((name) => name.startsWith(prefix)).length;
    expect(found?.views.unet.size).toBe(count('model.diffusion_model.'));
    expect(found?.views.vae.size).toBe(count('first_stage_model.'));
  });

  it('has the attention of the autoencoder as dense layers', () => {
    expect(found?.views.vae.get('decoder.mid_block.attentions.0.to_q.weight')?.shape).toEqual([64, 64]);
  });

  it('refuses a tensor of the network that Stable Diffusion has not', () => {
    const more = new Map([...shapes, ['model.diffusion_model.extra.weight', [1]]]);
    expect(() => describeCheckpoint(more, 'x.ckpt')).toThrow(/'model\.diffusion_model\.extra\.weight'/);
  });
});

it('splits queries, keys and values of open_clip', () => {
  const views = describeCheckpoint(new Map(originalShapes(2)), 'x.ckpt')?.views.text_encoder;
  const source = 'cond_stage_model.model.transformer.resblocks.1.attn.in_proj_weight';
  const layer = 'text_model.encoder.layers.1.self_attn';
  expect(views?.get(`${layer}.q_proj.weight`)).toEqual({source, shape: [64, 64], start: 0});
  expect(views?.get(`${layer}.v_proj.weight`)).toEqual({source, shape: [64, 64], start: 2 * 64 * 64});
  expect(views?.has('text_model.encoder.layers.2.self_attn.q_proj.weight')).toBe(false);
});

it.each([
  ['conditioner.embedders.0.transformer.text_model.final_layer_norm.bias', 'Stable Diffusion XL'],
  ['model.diffusion_model.input_blocks.4.1.transformer_blocks.1.norm1.bias', 'Stable Diffusion XL'],
  ['model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight', 'Stable Diffusion 3'],
  ['double_blocks.0.img_attn.qkv.weight', 'Flux'],
  ['model.diffusion_model.double_blocks.0.img_attn.qkv.weight', 'Flux'],
])('refuses %s as a tensor of %s', (tensor, family) => {
  const shapes = new Map([...originalShapes(1), [tensor, [1]] as const]);
  expect(() => describeCheckpoint(shapes, 'x.ckpt')).toThrow(`This is a model of ${family}, which is not supported.`);
});

it('leaves weights in other layouts alone', () => {
  expect(describeCheckpoint(new Map([['conv_in.weight', [1]]]), 'x.bin')).toBeNull();
});
