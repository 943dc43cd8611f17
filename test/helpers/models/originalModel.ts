import {createRandom} from '../../../trainer/random.ts';
import type {DType} from '../../../trainer/store/weights/dtype.ts';
import {writeSafetensors, type TensorSource} from '../../../trainer/store/weights/safetensors.ts';
import {elementCount} from '../../../trainer/store/weights/tensorReader.ts';

type Shapes = [name: string, shape: number[]][];

/** The smallest models with 32 groups, which is fixed in the original code; two levels, of which the first attends to the text. */
const channels = [32, 64];
const contextWidth = 64;
const textWidth = 64;

/**
 * Names and shapes of a small model as the constructors of the original code lay it out (UNetModel, Encoder, Decoder of latent diffusion;
 * CLIPTextModel or open_clip's text model): written down anew, without the tables of the program.
 */
export function originalShapes(version: 1 | 2): Shapes {
  return [
    ...prefixed('model.diffusion_model.', unet(version)),
    ...prefixed('first_stage_model.', vae()),
    ...(version === 1
      ? prefixed('cond_stage_model.transformer.text_model.', clip())
      : prefixed('cond_stage_model.model.', openClip())),
  ];
}

export interface OriginalModel {
  readonly version: 1 | 2;
  /** Of the values; the network alone changes by `expert`. */
  readonly seed?: number;
  readonly expert?: number;
  readonly dtype?: 'F32' | 'F16';
  /** More tensors, or others in place of those. */
  readonly more?: readonly TensorSource[];
  readonly metadata?: Record<string, string>;
  /** Whether a tensor is left out. */
  leaveOut?(name: string): boolean;
}

/** A file of such a model with random values, small enough for float16. */
export async function writeOriginal(
  path: string,
  {version, seed = 1, expert = 0, dtype = 'F32', more = [], metadata, leaveOut = () => false}: OriginalModel,
): Promise<string> {
  const tensors = originalShapes(version)
    .filter(([name]) => !leaveOut(name))
    .map(([name, shape]) => randomTensor(name, shape, name.startsWith('model.') ? [seed, expert] : [seed, 0], dtype));
  await writeSafetensors(path, [...tensors, ...more], metadata);
  return path;
}

export function randomTensor(name: string, shape: number[], seeds: [number, number] = [1, 0], dtype: DType = 'F32') {
  const read = () => {
    const values = createRandom(seeds[0], name).fillNormal(new Float32Array(elementCount(shape)));
    const change = createRandom(seeds[1], 'expert', name);
    return values.map((value) => 0.1 * value + (seeds[1] === 0 ? 0 : 0.01 * change.normal()));
  };
  return {name, shape, dtype, read};
}

function prefixed(prefix: string, shapes: Shapes): Shapes {
  return shapes.map(([name, shape]) => [prefix + name, shape]);
}

const conv = (name: string, input: number, output: number, size = 3): Shapes => [
  [`${name}.weight`, [output, input, size, size]],
  [`${name}.bias`, [output]],
];
const linear = (name: string, input: number, output: number): Shapes => [
  [`${name}.weight`, [output, input]],
  [`${name}.bias`, [output]],
];
const norm = (name: string, width: number): Shapes => [
  [`${name}.weight`, [width]],
  [`${name}.bias`, [width]],
];

function unet(version: 1 | 2): Shapes {
  const [first = 0] = channels;
  const time = 4 * first;
  const shapes: Shapes = [...linear('time_embed.0', first, time), ...linear('time_embed.2', time, time)];
  const resnet = (name: string, input: number, output: number) =>
    shapes.push(
      ...norm(`${name}.in_layers.0`, input),
      ...conv(`${name}.in_layers.2`, input, output),
      ...linear(`${name}.emb_layers.1`, time, output),
      ...norm(`${name}.out_layers.0`, output),
      ...conv(`${name}.out_layers.3`, output, output),
      ...(input === output ? [] : conv(`${name}.skip_connection`, input, output, 1)),
    );
  const attention = (name: string, width: number) => shapes.push(...transformer(name, width, version));
  shapes.push(...conv('input_blocks.0.0', 4, first));
  const skips = [first];
  let [block, width] = [1, first];
  channels.forEach((output, level) => {
    resnet(`input_blocks.${block}.0`, width, output);
    if (level === 0) attention(`input_blocks.${block}.1`, output);
    width = output;
    skips.push(width);
    block++;
    if (level === channels.length - 1) return;
    shapes.push(...conv(`input_blocks.${block}.0.op`, width, width));
    skips.push(width);
    block++;
  });
  resnet('middle_block.0', width, width);
  attention('middle_block.1', width);
  resnet('middle_block.2', width, width);
  block = 0;
  for (const level of [1, 0]) {
    for (const layer of [0, 1]) {
      const output = channels[level] ?? 0;
      resnet(`output_blocks.${block}.0`, width + (skips.pop() ?? 0), output);
      width = output;
      if (level === 0) attention(`output_blocks.${block}.1`, output);
      if (level === 1 && layer === 1) shapes.push(...conv(`output_blocks.${block}.1.conv`, output, output));
      block++;
    }
  }
  return [...shapes, ...norm('out.0', width), ...conv('out.2', width, 4)];
}

function transformer(name: string, width: number, version: 1 | 2): Shapes {
  const project = (layer: string) =>
    version === 1 ? conv(`${name}.${layer}`, width, width, 1) : linear(`${name}.${layer}`, width, width);
  const block = `${name}.transformer_blocks.0`;
  const attention = (layer: string, context: number): Shapes => [
    [`${block}.${layer}.to_q.weight`, [width, width]],
    [`${block}.${layer}.to_k.weight`, [width, context]],
    [`${block}.${layer}.to_v.weight`, [width, context]],
    ...linear(`${block}.${layer}.to_out.0`, width, width),
  ];
  return [
    ...norm(`${name}.norm`, width),
    ...project('proj_in'),
    ...attention('attn1', width),
    ...linear(`${block}.ff.net.0.proj`, width, 8 * width),
    ...linear(`${block}.ff.net.2`, 4 * width, width),
    ...attention('attn2', contextWidth),
    ...['norm1', 'norm2', 'norm3'].flatMap((layer) => norm(`${block}.${layer}`, width)),
    ...project('proj_out'),
  ];
}

function vae(): Shapes {
  const [first = 0, widest = 0] = channels;
  const resnet = (name: string, input: number, output: number): Shapes => [
    ...norm(`${name}.norm1`, input),
    ...conv(`${name}.conv1`, input, output),
    ...norm(`${name}.norm2`, output),
    ...conv(`${name}.conv2`, output, output),
    ...(input === output ? [] : conv(`${name}.nin_shortcut`, input, output, 1)),
  ];
  const middle = (half: string): Shapes => [
    ...resnet(`${half}.mid.block_1`, widest, widest),
    ...norm(`${half}.mid.attn_1.norm`, widest),
    ...['q', 'k', 'v', 'proj_out'].flatMap((layer) => conv(`${half}.mid.attn_1.${layer}`, widest, widest, 1)),
    ...resnet(`${half}.mid.block_2`, widest, widest),
  ];
  return [
    ...conv('encoder.conv_in', 3, first),
    ...resnet('encoder.down.0.block.0', first, first),
    ...conv('encoder.down.0.downsample.conv', first, first),
    ...resnet('encoder.down.1.block.0', first, widest),
    ...middle('encoder'),
    ...norm('encoder.norm_out', widest),
    ...conv('encoder.conv_out', widest, 8),
    ...conv('quant_conv', 8, 8, 1),
    ...conv('post_quant_conv', 4, 4, 1),
    ...conv('decoder.conv_in', 4, widest),
    ...middle('decoder'),
    ...resnet('decoder.up.1.block.0', widest, widest),
    ...resnet('decoder.up.1.block.1', widest, widest),
    ...conv('decoder.up.1.upsample.conv', widest, widest),
    ...resnet('decoder.up.0.block.0', widest, first),
    ...resnet('decoder.up.0.block.1', first, first),
    ...norm('decoder.norm_out', first),
    ...conv('decoder.conv_out', first, 3),
  ];
}

/** Two layers. */
function clip(): Shapes {
  return [
    ['embeddings.token_embedding.weight', [100, textWidth]],
    ['embeddings.position_embedding.weight', [77, textWidth]],
    ...[0, 1].flatMap((i): Shapes => [
      ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((layer) =>
        linear(`encoder.layers.${i}.self_attn.${layer}`, textWidth, textWidth),
      ),
      ...norm(`encoder.layers.${i}.layer_norm1`, textWidth),
      ...linear(`encoder.layers.${i}.mlp.fc1`, textWidth, 2 * textWidth),
      ...linear(`encoder.layers.${i}.mlp.fc2`, 2 * textWidth, textWidth),
      ...norm(`encoder.layers.${i}.layer_norm2`, textWidth),
    ]),
    ...norm('final_layer_norm', textWidth),
  ];
}

/** Three layers, of which the last and the projection are not used. */
function openClip(): Shapes {
  const layer = (i: number): Shapes => [
    ...norm(`transformer.resblocks.${i}.ln_1`, textWidth),
    [`transformer.resblocks.${i}.attn.in_proj_weight`, [3 * textWidth, textWidth]],
    [`transformer.resblocks.${i}.attn.in_proj_bias`, [3 * textWidth]],
    ...linear(`transformer.resblocks.${i}.attn.out_proj`, textWidth, textWidth),
    ...norm(`transformer.resblocks.${i}.ln_2`, textWidth),
    ...linear(`transformer.resblocks.${i}.mlp.c_fc`, textWidth, 2 * textWidth),
    ...linear(`transformer.resblocks.${i}.mlp.c_proj`, 2 * textWidth, textWidth),
  ];
  return [
    ['positional_embedding', [77, textWidth]],
    ['text_projection', [textWidth, 48]],
    ['logit_scale', []],
    ['token_embedding.weight', [100, textWidth]],
    ...[0, 1, 2].flatMap(layer),
    ...norm('ln_final', textWidth),
  ];
}
