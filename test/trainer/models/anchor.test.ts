import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {fileShape, toFileOrder} from '../../../trainer/models/layout.ts';
import {createUNet2D} from '../../../trainer/models/unet2d/unet2d.ts';
import {anchorConfig, anchorParams, cosineImage, unit} from '../../helpers/models/anchorModel.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {paramGradients} from '../../helpers/models/paramGradients.ts';
import {predictAt} from '../../helpers/models/predictAt.ts';

// Outputs at NCHW elements 0, 1, 64, 96, 191, then mean and mean of absolutes.
const cases = [
  ['as it is', {}, [-0.329133, -0.559714, -0.161472, -0.342356, -0.570408, -0.29443, 0.377221]],
  ['head width 8', {attention_head_dim: 8}, [-0.141986, -0.531131, -0.53074, 0.615392, -0.980635, -0.228814, 0.426113]],
  ['padding 1', {downsample_padding: 1}, [0.026876, -0.10714, -0.349164, 0.107459, -0.881675, -0.183327, 0.432071]],
  [
    'flipped embedding',
    {flip_sin_to_cos: true, freq_shift: 0},
    [-0.195808, -0.25268, -0.332952, 0.525488, -0.631353, -0.079734, 0.441512],
  ],
] as const;

// Norm and first two elements (PyTorch order) of the gradient.
const gradientTable = [
  ['conv_in.weight', 3.48454, -0.147789, -0.125651],
  ['time_embedding.linear_1.weight', 0.567839, -2.18168e-4, -3.06903e-4],
  ['down_blocks.0.downsamplers.0.conv.weight', 8.16734, -0.196665, -0.172593],
  ['down_blocks.1.attentions.0.to_q.weight', 0.818255, 0.00554637, -0.00414874],
  ['down_blocks.1.attentions.0.group_norm.weight', 0.517373, 0.144139, -0.00187612],
  ['mid_block.attentions.0.to_out.0.bias', 0.0426347, 0.00100796, -0.00851367],
  ['up_blocks.0.resnets.0.conv_shortcut.weight', 1.23852, 0.00892407, 8.74178e-4],
  ['up_blocks.0.upsamplers.0.conv.weight', 2.03288, 0.00182156, -9.54071e-4],
  ['up_blocks.1.resnets.1.time_emb_proj.weight', 0.233982, -0.00790626, 0.00493995],
  ['conv_out.bias', 0.367446, -0.261227, -0.149138],
] as const;

it('fills the anchor weights by its rule', () => {
  const expected = [0.1467951601, 0.1767875454, 0.4082674659];
  expect([0, 1, 2].map((element) => Number(unit(0, element).toFixed(10)))).toEqual(expected);
});

describeOnEngines('UNet2D with formula weights', () => {
  it.each(cases)('predicts the anchors: %s', async (_, changes, expected) => {
    const config = {...anchorConfig, ...changes};
    const params = anchorParams(config);
    expect(params.size).toBe(144);
    const output = tf.tidy(() =>
      tf.transpose(predictAt(createUNet2D(config), params, cosineImage(3, 8, 0.1), [10]), [0, 3, 1, 2]),
    );
    const values = await output.data<'float32'>();
    const mean = (f: (value: number) => number) => values.reduce((sum, value) => sum + f(value), 0) / values.length;
    const actual = [
      ...[0, 1, 64, 96, 191].map((index) => values[index] ?? NaN),
      mean((value) => value),
      mean(Math.abs),
    ];
    for (const [index, value] of actual.entries()) expect(value).toBeCloseTo(expected[index] ?? NaN, 4.7);
  });

  it('has the gradients of the anchor', async () => {
    const denoiser = createUNet2D(anchorConfig);
    const {loss, gradients} = await paramGradients(anchorParams(anchorConfig), (params) =>
      tf.mean(tf.squaredDifference(predictAt(denoiser, params, cosineImage(3, 8, 0.1), [10]), cosineImage(3, 8, 0.3))),
    );
    expect(loss).toBeCloseTo(0.68855554, 5);
    for (const [name, norm, first, second] of gradientTable) {
      const shape = denoiser.shapes.get(name) ?? [];
      const values = toFileOrder(gradients.get(name) ?? new Float32Array(), shape);
      expect(values.length, name).toBe(fileShape(shape).reduce((a, b) => a * b, 1));
      expect(Math.abs(Math.hypot(...values) / norm - 1), name).toBeLessThan(1e-4);
      expect(Math.abs((values[0] ?? NaN) - first), name).toBeLessThan(1e-4 * norm);
      expect(Math.abs((values[1] ?? NaN) - second), name).toBeLessThan(1e-4 * norm);
    }
    const squares = [...gradients.values()].flatMap((values) => [...values].map((value) => value * value));
    expect(Math.sqrt(squares.reduce((a, b) => a + b, 0)) / 14.979275).toBeCloseTo(1, 4);
  });
});
