import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {pipelineFiles} from '../../../trainer/store/weights/modelConfigs.ts';
import {readModelFolder, writeModelFolder} from '../../../trainer/store/weights/modelFolder.ts';
import type {FuzzTarget} from '../target.ts';

const unet = UNet2DConfig.parse({
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 8],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
});
const configs = pipelineFiles(unet, SchedulerConfig.parse({}), false);
const stem = 'unet/diffusion_pytorch_model';

/** The files of a model folder that may be replaced; the first byte of an input says which is. */
const files: readonly (readonly [string, object])[] = [
  ...Object.entries(configs),
  ['deme.json', {role: 'base'}],
  [`${stem}.safetensors.index.json`, {weight_map: {a: 'diffusion_pytorch_model-1-of-1.safetensors'}}],
];

export const model: FuzzTarget = {
  name: 'model',
  seeds: async () => files.map(([, content], i) => Uint8Array.of(i, ...Buffer.from(JSON.stringify(content)))),
  tokens: [
    '[',
    '{"a":',
    '"__proto__":{"a":1},',
    '"a":1,',
    '../',
    '/etc/passwd',
    '..\\\\',
    '1e999',
    '-1',
    'null',
    '"_class_name":"X",',
    '\\u0000',
    '9007199254740993',
    '"weight_map":{"a":"../../b.safetensors"},',
  ],
  async parse(bytes, folder) {
    const hostile = (bytes[0] ?? 0) % files.length;
    for (const [i, [name, content]] of files.entries()) {
      if (i !== hostile && name.endsWith('.index.json')) continue;
      await mkdir(dirname(join(folder, 'model', name)), {recursive: true});
      await writeFile(join(folder, 'model', name), i === hostile ? bytes.subarray(1) : JSON.stringify(content));
    }
    await writeFile(join(folder, 'model', `${stem}.safetensors`), '\x02\0\0\0\0\0\0\0{}', 'latin1');
    await writeFile(join(folder, 'model', `${stem}-1-of-1.safetensors`), '\x02\0\0\0\0\0\0\0{}', 'latin1');
    const read = await readModelFolder(join(folder, 'model'));
    await (await read.openWeights()).close();
    const {unetConfig, schedulerConfig, record} = read;
    if (schedulerConfig === null || record === null) return;
    // What was accepted must be possible to write.
    await writeModelFolder(join(folder, 'copy'), {unetConfig, schedulerConfig, record, tensors: []});
  },
};
