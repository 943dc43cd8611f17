import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {ClipTextConfig} from '../../../../trainer/contract/model/clipTextConfig.ts';
import {createClipText} from '../../../../trainer/models/clip/clipText.ts';
import {loadParams} from '../../../../trainer/models/loadParams.ts';
import {readTextEncoderFolder} from '../../../../trainer/store/weights/textEncoderFolder.ts';
import {expectAllClose, maxAbsDifference} from '../../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {goldenSdArray, goldenSdFolder, goldenSdTensor} from '../../../helpers/golden/goldenSd.ts';

const tolerance = 2e-5;

async function load(folder: string) {
  const {config, openWeights} = await readTextEncoderFolder(goldenSdFolder(folder));
  const encoder = createClipText(config, folder);
  const reader = await openWeights();
  const params = await loadParams(reader, encoder.shapes, folder);
  await reader.close();
  return {encoder, params};
}

async function goldenIds(model: string): Promise<number[][]> {
  const {values, shape} = await goldenSdArray(model, 'text.ids');
  const length = shape[1] ?? 0;
  return Array.from({length: shape[0] ?? 0}, (_, i) => [...values.subarray(i * length, (i + 1) * length)]);
}

describeOnEngines('the text encoder of CLIP against transformers', () => {
  it('has the hidden states of Stable Diffusion 1: quick_gelu, F16 weights, a list of positions in the file', async () => {
    const {encoder, params} = await load('sd1/text_encoder');
    const ids = await goldenIds('sd1');
    const input = encoder.idTensor(ids);
    const [last, skipped, ...states] = tf.tidy(() => [
      encoder.encode(params, input),
      encoder.encode(params, input, {clipSkip: 1}),
      ...encoder.hiddenStates(params, input),
    ]);
    const close = async (tensor: tf.Tensor | undefined, name: string) =>
      expectAllClose((await tensor?.data()) ?? [], (await goldenSdArray('sd1', name)).values, tolerance);
    await close(last, 'text.last_hidden_state');
    await close(skipped, 'text.clip_skip1');
    expect(states).toHaveLength(4);
    for (const [i, state] of states.entries()) await close(state, `text.hidden${i}`);
    const pooled = tf.tidy(() => encoder.pool(last, encoder.poolingPositions(ids)));
    await close(pooled, 'text.pooled_eos2_argmax');
  });

  it.each(['sd2/text_encoder', 'sd2/text_encoder_transformers5'])(
    'has the hidden states of Stable Diffusion 2: gelu, with and without a mask, %s',
    async (folder) => {
      const {encoder, params} = await load(folder);
      const ids = await goldenIds('sd2');
      const input = encoder.idTensor(ids);
      const mask = await goldenSdTensor<tf.Rank.R2>('sd2', 'text.attention_mask');
      const outputs = tf.tidy(() => {
        const last = encoder.encode(params, input);
        return {
          'text.last_hidden_state': last,
          'text.penultimate_normed': encoder.encode(params, input, {clipSkip: 1}),
          'text.masked_last_hidden_state': encoder.encode(params, input, {mask: mask}),
          'text.pooled_first_eos': encoder.pool(last, encoder.poolingPositions(ids)),
        };
      });
      for (const [name, tensor] of Object.entries(outputs))
        expectAllClose(await tensor.data(), (await goldenSdArray('sd2', name)).values, tolerance);
      const {values} = await goldenSdArray('sd2', 'text.masked_last_hidden_state');
      expect(maxAbsDifference(values, await outputs['text.last_hidden_state'].data())).toBeGreaterThan(1e-2);
    },
  );

  it('takes texts of fewer tokens: what comes later does not matter to what came before', async () => {
    const {encoder, params} = await load('sd1/text_encoder');
    const short = (await goldenIds('sd1')).map((text) => text.slice(0, 9));
    const output = tf.tidy(() => encoder.encode(params, encoder.idTensor(short)));
    const whole = await goldenSdTensor<tf.Rank.R3>('sd1', 'text.last_hidden_state');
    expectAllClose(await output.data(), await tf.slice(whole, [0, 0, 0], [-1, 9, -1]).data(), tolerance);
  });
});

describe('the config of a text encoder', () => {
  const small = ClipTextConfig.parse({vocab_size: 10, hidden_size: 8, num_hidden_layers: 2, num_attention_heads: 2});

  it('is refused by name where it says what is not implemented', () => {
    expect(() => createClipText({...small, hidden_act: 'relu'}, 'x/config.json')).toThrow(/hidden_act "relu"/);
    expect(() => createClipText({...small, num_attention_heads: 3})).toThrow(/does not split/);
    expect(ClipTextConfig.safeParse({hidden_size: 1e9}).success).toBe(false);
  });

  it('bounds ids, lengths and skipped layers', () => {
    const encoder = createClipText(small);
    expect(() => encoder.idTensor([[1, 10]])).toThrow(/The token 10 is none/);
    expect(() => encoder.idTensor([Array.from({length: 78}, () => 1)])).toThrow(/78 tokens/);
    expect(() => encoder.encode(new Map(), tf.zeros([1, 2], 'int32'), {clipSkip: 2})).toThrow(/last 2/);
    expect(createClipText({...small, eos_token_id: 7}).poolingPositions([[5, 7, 9, 7]])).toEqual([1]);
    expect(createClipText({...small, eos_token_id: 2}).poolingPositions([[5, 7, 9, 9]])).toEqual([2]);
  });
});
