import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {loadParams} from '../../../trainer/models/loadParams.ts';
import {loadPretrained} from '../../../trainer/models/pretrained.ts';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {expectAllClose, maxAbsDifference} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {goldenFolder, goldenImages} from '../../helpers/golden/goldenImages.ts';
import {predictAt} from '../../helpers/models/predictAt.ts';

const timesteps = [0, 421, 999];

describeOnEngines('UNet2D against diffusers', () => {
  it.each([
    ['cifar', 'cifar'],
    ['lsun', 'lsun'],
    ['modern', 'modern'],
    ['legacy', 'cifar'],
  ])('predicts what diffusers does: %s', async (model, arrays) => {
    const {denoiser, params, warnings} = await loadPretrained(goldenFolder(model));
    const input = await goldenImages(arrays, 'forward.input');
    const output = tf.tidy(() => predictAt(denoiser, params, input, timesteps));
    expectAllClose(await output.data(), await (await goldenImages(arrays, 'forward.output')).data(), 1e-4);
    expect(warnings).toEqual([]);
  });

  it.each(['cifar', 'lsun', 'modern'])('applies trained projections as the reference does: %s', async (model) => {
    const {denoiser, params} = await loadPretrained(goldenFolder(model));
    const reader = await openSafetensors(`${goldenFolder(model)}/deme_expert_after3.safetensors`);
    const expert = await loadParams(reader, denoiser.shapes);
    await reader.close();
    const input = await goldenImages(model, 'forward.input');
    const output = await tf.tidy(() => predictAt(denoiser, expert, input, timesteps)).data();
    const expected = await (await goldenImages(model, 'deme.projected_output')).data();
    expectAllClose(output, expected, 1e-4);
    const base = await tf.tidy(() => predictAt(denoiser, params, input, timesteps)).data();
    expect(maxAbsDifference(base, expected)).toBeGreaterThan(1e-3);
  });
});
