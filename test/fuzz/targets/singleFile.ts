import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {readModel} from '../../../trainer/store/weights/readModel.ts';
import {writeSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import type {FuzzTarget} from '../target.ts';

const text = (content: string) => new Uint8Array(Buffer.from(content));

/** The config beside a single-file checkpoint. */
export const singleFile: FuzzTarget = {
  name: 'singleFile',
  seeds: async () => [
    text('model:\n  target: ldm.models.diffusion.ddpm.LatentDiffusion\n  params:\n    parameterization: "v"\n'),
    text('model: {params: {linear_start: 0.00085, linear_end: 0.012, timesteps: 1000, scale_factor: 0.18215}}'),
    text('model: {params: {unet_config: {params: {image_size: 32, num_heads: 8, num_head_channels: 64}}}}'),
  ],
  tokens: [
    'model: ',
    'params: ',
    'unet_config: ',
    'num_heads: -1',
    'timesteps: 1000000000',
    '!!python/object/apply:os.system [id]',
    '&a ',
    '*a',
    '<<: *a\n',
    '{a: ',
    '[',
    '- ',
    '1e999',
    '.nan',
    '__proto__: ',
    '\t',
    '---\n',
  ],
  async parse(bytes, folder) {
    const path = join(folder, 'a.safetensors');
    const tensor = (name: string, ...shape: number[]) => ({
      name: `model.diffusion_model.${name}.weight`,
      shape,
      dtype: 'U8' as const,
      read: () => new Uint8Array(shape.reduce((product, size) => product * size, 1)),
    });
    await writeSafetensors(path, [
      tensor('time_embed.0', 8, 2),
      tensor('input_blocks.0.0', 2, 4, 1, 1),
      tensor('input_blocks.1.0.out_layers.3', 2, 2, 1, 1),
      tensor('input_blocks.1.1.proj_in', 2, 2, 1, 1),
      tensor('input_blocks.1.1.transformer_blocks.0.attn2.to_k', 2, 3),
      tensor('out.2', 4, 2, 1, 1),
    ]);
    await writeFile(join(folder, 'a.yaml'), bytes);
    await readModel(path);
  },
};
