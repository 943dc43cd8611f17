import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import type {MergeSetting} from '../../../trainer/contract/config/merge/mergeSetting.ts';
import {mergeModels} from '../../../trainer/merge/files/mergeFiles.ts';
import {loadPretrained} from '../../../trainer/models/pretrained.ts';
import {disposeParams, type Params} from '../../../trainer/nn/params.ts';
import {PreviewMerger} from '../../../trainer/preview/previewMerger.ts';
import {openPreviewModels} from '../../../trainer/preview/previewModels.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {expectSameBytes} from '../merge/expectSameBytes.ts';
import {previewFolders} from './previewFolders.ts';

const always = () => undefined;

const settings: Record<string, MergeSetting> = {
  'weights alone': {weights: [0.3, -0.7]},
  lambda: {weights: [0.3, 0.7], method: {kind: 'linear', lambda: 1.3}},
  'weights by part': {
    weights: [0.3, 0.2],
    rules: [
      {match: 'down', weights: [1, 0]},
      {match: 'mid', weights: [0, 0]},
      {match: 'up', weights: [-0.5, 1.5]},
    ],
  },
  ties: {weights: [0.5, 0.6], method: {kind: 'ties', density: 0.3, lambda: 0.9, mean: true}},
  dare: {weights: [0.5, 0.6], method: {kind: 'dare', density: 0.4, seed: 7, elect: false, lambda: 1}},
};

describeOnEngines('a preview', () => {
  it.each(Object.entries(settings))('has the parameters of the exact merge to the bit: %s', async (_, setting) => {
    for (const dtype of ['F32', 'BF16'] as const) {
      const order = await previewFolders({dtype});
      const merger = new PreviewMerger(await openPreviewModels(order));
      const out = join(order.folder, 'merged');
      await mergeModels({...order, ...setting, out, tool: 'test'});
      await expectSameParams(await merger.merge(setting, always), (await loadPretrained(out)).params);
    }
  });

  it('merges one setting after the other without a trace of those before', async () => {
    const merger = new PreviewMerger(await openPreviewModels(await previewFolders()));
    const first = await merger.merge(settings['ties'] as MergeSetting, always);
    const tensors = tf.memory().numTensors;
    for (const setting of Object.values(settings)) disposeParams(await merger.merge(setting, always));
    expect(tf.memory().numTensors).toBe(tensors);
    await expectSameParams(await merger.merge(settings['ties'] as MergeSetting, always), first);
  });

  it('draws the base with identities, and a merge that was saved, as they are', async () => {
    const order = await previewFolders();
    const merger = new PreviewMerger(await openPreviewModels(order));
    const base = await merger.base(always);
    const {params} = await loadPretrained(order.base);
    expect([...params.keys()].every((name) => base.has(name))).toBe(true);
    expect(base.size).toBeGreaterThan(params.size);
    const out = join(order.folder, 'merged');
    await mergeModels({...order, weights: [0.4, 0.1], out, tool: 'test'});
    await expectSameParams(await merger.load(out, always), (await loadPretrained(out)).params);
    const plain = await merger.load(order.base, always);
    await expectSameParams(plain, base);
  });

  it('refuses what does not fit, and ends between two tensors when it is no longer wanted', async () => {
    const order = await previewFolders();
    const merger = new PreviewMerger(await openPreviewModels(order));
    const refused = (setting: MergeSetting) => expect(merger.merge(setting, always)).rejects;
    await refused({weights: [1]}).toMatchObject({code: 'merge-weights'});
    await refused({weights: [1, 0], rules: [{match: 'nothing', weights: [1, 1]}]}).toMatchObject({code: 'merge-rule'});
    await refused({weights: [1, 0], method: {kind: 'slerp'}}).toMatchObject({code: 'merge-method'});
    const tensors = tf.memory().numTensors;
    let asked = 0;
    const notAfterThree = () => {
      if (++asked > 3) throw new Error('enough');
    };
    await expect(merger.merge({weights: [1, 1]}, notAfterThree)).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(tensors);
    await expect(openPreviewModels({...order, base: `${order.base}/none`})).rejects.toMatchObject({
      code: 'model-missing',
    });
  });
});

async function expectSameParams(actual: Params, expected: Params): Promise<void> {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, tensor] of expected) {
    const values = [await actual.get(name)?.data(), await tensor.data()].map((data) => Float32Array.from(data ?? []));
    expectSameBytes(values[0] as Float32Array, values[1] as Float32Array, name);
  }
}
