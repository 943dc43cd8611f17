import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {ModelRecord} from '../../../trainer/contract/run/records.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import type {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import {loadParams} from '../../../trainer/models/loadParams.ts';
import {loadPretrained, savePretrained} from '../../../trainer/models/pretrained.ts';
import type {Params} from '../../../trainer/nn/params.ts';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {anchorConfig} from '../../helpers/models/anchorModel.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {goldenFolder} from '../../helpers/golden/goldenImages.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {withProjections} from '../../helpers/models/withProjections.ts';

const config: UNet2DConfig = {...anchorConfig, block_out_channels: [8, 16]};
const schedulerConfig = SchedulerConfig.parse({});
const record = ModelRecord.parse({role: 'base'});

async function save(params: Params, unetConfig = config): Promise<string> {
  const folder = join(await temporaryFolder(), 'model');
  await savePretrained(folder, {unetConfig, schedulerConfig, params, record, dtype: 'F32'});
  return folder;
}

describe('pretrained models', () => {
  useCpuBackend();

  it.each(['off', 'stock-compatible', 'full'] as const)('come back as they were saved: projection %s', async (mode) => {
    const params = withProjections(initialiseParams(config, 1), config, mode);
    const loaded = await loadPretrained(await save(params));
    expect([...loaded.params.keys()].toSorted()).toEqual([...params.keys()].toSorted());
    for (const [name, tensor] of params) {
      expect(loaded.params.get(name)?.shape, name).toEqual(tensor.shape);
      expect(await loaded.params.get(name)?.data(), name).toEqual(await tensor.data());
    }
    expect(loaded.weightsHash).toMatch(/^[0-9a-f]{64}$/);
    expect(loaded.schedule.timesteps).toBe(1000);
    expect(loaded.warnings).toEqual([]);
  });

  it('are written in the layout of PyTorch', async () => {
    const {params, folder} = await loadPretrained(goldenFolder('modern'));
    const copy = join(await temporaryFolder(), 'model');
    await savePretrained(copy, {unetConfig: folder.unetConfig, schedulerConfig, params, record, dtype: 'F32'});
    const [original, written] = await Promise.all(
      [goldenFolder('modern'), copy].map((path) => openSafetensors(`${path}/unet/diffusion_pytorch_model.safetensors`)),
    );
    expect(new Map(written?.shapes)).toEqual(new Map(original?.shapes));
    for (const name of original?.shapes.keys() ?? [])
      expect(await written?.read(name), name).toEqual(await original?.read(name));
    await Promise.all([original?.close(), written?.close()]);
  });

  it('are refused when the weights are those of another config', async () => {
    const folder = await save(initialiseParams(config, 1));
    const path = join(folder, 'unet/config.json');
    const written = await readFile(path, 'utf8');
    const change = async (changes: object) => {
      await writeFile(path, JSON.stringify({...(JSON.parse(written) as object), ...changes}));
      return loadPretrained(folder);
    };
    await expect(change({layers_per_block: 2})).rejects.toThrow(
      /missing \(down_blocks\.0\.resnets\.1\.norm1\.weight, .*…\)/,
    );
    await expect(change({add_attention: false})).rejects.toThrow(/10 unexpected \(mid_block\.attentions\.0/);
    await expect(change({in_channels: 1})).rejects.toThrow(
      '1 of another shape (conv_in.weight [8,3,3,3] instead of [8,1,3,3])',
    );
    await expect(change({act_fn: 'mish'})).rejects.toThrow('act_fn "mish" is not supported');
  });

  it('with projections do not load into a network without', async () => {
    const folder = await save(withProjections(initialiseParams(config, 1), config, 'full'));
    const {denoiser} = await loadPretrained(folder);
    const stock = new Map([...denoiser.shapes].filter(([name]) => !name.startsWith('adapter_list.')));
    const reader = await openSafetensors(join(folder, 'unet/diffusion_pytorch_model.safetensors'));
    await expect(loadParams(reader, stock)).rejects.toThrow(/5 unexpected \(adapter_list\.0\.weight/);
    await reader.close();
  });

  it('warn of heads that the Google models did not have', async () => {
    const google = {...config, attention_head_dim: 8};
    expect((await loadPretrained(await save(initialiseParams(google, 1), google))).warnings.join()).toContain(
      'attention_head_dim is 8',
    );
    const modern = {...google, downsample_padding: 1};
    expect((await loadPretrained(await save(initialiseParams(modern, 1), modern))).warnings).toEqual([]);
  });
});
