import * as tf from '@tensorflow/tfjs-core';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import type {UNet2DConfig} from '../../../../trainer/contract/model/unet2dConfig.ts';
import {SchedulerConfig} from '../../../../trainer/contract/model/schedulerConfig.ts';
import {MergeRecord} from '../../../../trainer/contract/run/records.ts';
import {mergeModels} from '../../../../trainer/merge/files/mergeFiles.ts';
import {savePretrained} from '../../../../trainer/models/pretrained.ts';
import type {Params} from '../../../../trainer/nn/params.ts';
import {foldMerged} from '../../../../trainer/pipeline/stages/foldMerged.ts';
import {createRandom} from '../../../../trainer/random.ts';
import {readJson} from '../../../../trainer/store/files/jsonFile.ts';
import {readModelFolder} from '../../../../trainer/store/weights/modelFolder.ts';
import {hashFile} from '../../../../trainer/store/hashes/sha256.ts';
import {anchorConfig, anchorParams} from '../../../helpers/models/anchorModel.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {withProjections} from '../../../helpers/models/withProjections.ts';

const unetConfig: UNet2DConfig = {...anchorConfig, block_out_channels: [8, 16]};
const schedulerConfig = SchedulerConfig.parse({});

/** An expert whose every tensor is a little off the base, its projections too. */
function expertOf(base: Params): Params {
  const extended = withProjections(base, unetConfig, 'stock-compatible');
  return new Map(
    [...extended].map(([name, tensor]) => {
      const noise = createRandom(0, name).fillNormal(new Float32Array(tensor.size));
      return [name, tf.add(tensor, tf.mul(tf.tensor(noise, tensor.shape), 0.01))];
    }),
  );
}

async function mergedFolder(folder: string): Promise<string> {
  const params = anchorParams(unetConfig);
  const model = {unetConfig, schedulerConfig, dtype: 'F32'} as const;
  const [base, expert, out] = [join(folder, 'base'), join(folder, 'expert'), join(folder, 'merged')];
  await savePretrained(base, {...model, params, record: {format: 1, role: 'base', projection: 'off'}});
  const record = {format: 1, role: 'expert', projection: 'stock-compatible'} as const;
  await savePretrained(expert, {...model, params: expertOf(params), record});
  const merged = await mergeModels({base, experts: [{path: expert}], weights: [0.6], out, dtype: 'F32', tool: 'test'});
  await foldMerged(out, merged);
  return out;
}

const weights = join('unet', 'diffusion_pytorch_model.safetensors');

describeOnEngines('a folded merge', () => {
  it('is a stock model, and its recipe gives the same bytes again on another engine', async () => {
    const folder = await temporaryFolder();
    const out = await mergedFolder(folder);
    const {record, openWeights} = await readModelFolder(out);
    expect(record?.projection).toBe('off');
    const reader = await openWeights();
    expect([...reader.shapes.keys()].filter((name) => name.startsWith('adapter_list.'))).toEqual([]);
    await reader.close();
    expect(await readJson(join(out, 'merge.json'), MergeRecord, 'the recipe')).toMatchObject({folded: true});
    const again = join(folder, 'again');
    const {code, stderr} = await deme(['merge', '--recipe', out, '--out', again]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    for (const file of [weights, 'merge.json', 'deme.json', join('unet', 'config.json')])
      expect(await hashFile(join(again, file)), file).toBe(await hashFile(join(out, file)));
  });
});
