/** Name -> shape in PyTorch's order. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

const channels = [320, 640, 1280, 1280];
const timeWidth = 1280;
const textWidth = 768;
const latents = 4;

/** All tensors of the UNet of Stable Diffusion 1.x (a UNet2DConditionModel of diffusers): 686 of them, 859,520,964 values. */
export function stableDiffusionShapes(): Shapes {
  const shapes = new Map<string, readonly number[]>();
  convolution(shapes, 'conv_in', latents, 320, 3);
  linear(shapes, 'time_embedding.linear_1', 320, timeWidth);
  linear(shapes, 'time_embedding.linear_2', timeWidth, timeWidth);
  addDownBlocks(shapes);
  addResnet(shapes, 'mid_block.resnets.0', 1280, 1280);
  addTransformer(shapes, 'mid_block.attentions.0', 1280);
  addResnet(shapes, 'mid_block.resnets.1', 1280, 1280);
  addUpBlocks(shapes);
  norm(shapes, 'conv_norm_out', 320);
  convolution(shapes, 'conv_out', 320, latents, 3);
  return shapes;
}

function addDownBlocks(shapes: Map<string, readonly number[]>): void {
  channels.forEach((width, block) => {
    const name = `down_blocks.${block}`;
    for (const layer of [0, 1]) {
      addResnet(shapes, `${name}.resnets.${layer}`, layer === 0 ? (channels[block - 1] ?? width) : width, width);
      if (block < 3) addTransformer(shapes, `${name}.attentions.${layer}`, width);
    }
    if (block < 3) convolution(shapes, `${name}.downsamplers.0.conv`, width, width, 3);
  });
}

/** Each resnet takes the output of one resnet or convolution on the way down, in reverse. */
function addUpBlocks(shapes: Map<string, readonly number[]>): void {
  const skips = [320, ...channels.flatMap((width, block) => (block < 3 ? [width, width, width] : [width, width]))];
  let input = 1280;
  [...channels].reverse().forEach((width, block) => {
    const name = `up_blocks.${block}`;
    for (const layer of [0, 1, 2]) {
      addResnet(shapes, `${name}.resnets.${layer}`, input + (skips.pop() ?? 0), width);
      if (block > 0) addTransformer(shapes, `${name}.attentions.${layer}`, width);
      input = width;
    }
    if (block < 3) convolution(shapes, `${name}.upsamplers.0.conv`, width, width, 3);
  });
}

function addResnet(shapes: Map<string, readonly number[]>, name: string, input: number, output: number): void {
  norm(shapes, `${name}.norm1`, input);
  convolution(shapes, `${name}.conv1`, input, output, 3);
  linear(shapes, `${name}.time_emb_proj`, timeWidth, output);
  norm(shapes, `${name}.norm2`, output);
  convolution(shapes, `${name}.conv2`, output, output, 3);
  if (input !== output) convolution(shapes, `${name}.conv_shortcut`, input, output, 1);
}

function addTransformer(shapes: Map<string, readonly number[]>, name: string, width: number): void {
  const block = `${name}.transformer_blocks.0`;
  norm(shapes, `${name}.norm`, width);
  convolution(shapes, `${name}.proj_in`, width, width, 1);
  for (const layer of [1, 2, 3]) norm(shapes, `${block}.norm${layer}`, width);
  for (const [attention, context] of [
    ['attn1', width],
    ['attn2', textWidth],
  ] as const) {
    shapes.set(`${block}.${attention}.to_q.weight`, [width, width]);
    shapes.set(`${block}.${attention}.to_k.weight`, [width, context]);
    shapes.set(`${block}.${attention}.to_v.weight`, [width, context]);
    linear(shapes, `${block}.${attention}.to_out.0`, width, width);
  }
  linear(shapes, `${block}.ff.net.0.proj`, width, 8 * width);
  linear(shapes, `${block}.ff.net.2`, 4 * width, width);
  convolution(shapes, `${name}.proj_out`, width, width, 1);
}

function convolution(
  shapes: Map<string, readonly number[]>,
  name: string,
  input: number,
  output: number,
  kernel: number,
): void {
  shapes.set(`${name}.weight`, [output, input, kernel, kernel]);
  shapes.set(`${name}.bias`, [output]);
}

function linear(shapes: Map<string, readonly number[]>, name: string, input: number, output: number): void {
  shapes.set(`${name}.weight`, [output, input]);
  shapes.set(`${name}.bias`, [output]);
}

function norm(shapes: Map<string, readonly number[]>, name: string, width: number): void {
  shapes.set(`${name}.weight`, [width]);
  shapes.set(`${name}.bias`, [width]);
}
