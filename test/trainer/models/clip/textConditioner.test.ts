import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {openTextEncoder} from '../../../../trainer/models/clip/textEncoder.ts';
import {openTextConditioner} from '../../../../trainer/models/clip/textConditioner.ts';
import {folderComponent} from '../../../../trainer/store/weights/pipeline.ts';
import {expectAllClose, maxAbsDifference} from '../../../helpers/engine/allClose.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {writeGoldenPipeline} from '../../../helpers/golden/goldenSd.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const texts = ['a cat', 'two dogs in the snow'];

async function pipeline(changes: {encoder?: object; tokenizer?: object} = {}) {
  const folder = await writeGoldenPipeline(join(await temporaryFolder(), 'sd1'));
  const change = async (file: string, values?: object) => {
    const path = join(folder, file);
    await writeFile(path, JSON.stringify({...(JSON.parse(await readFile(path, 'utf8')) as object), ...values}));
  };
  await change('text_encoder/config.json', changes.encoder);
  await change('tokenizer/tokenizer_config.json', changes.tokenizer);
  await change('tokenizer/special_tokens_map.json', changes.tokenizer);
  const encoder = folderComponent('text_encoder', join(folder, 'text_encoder'));
  const conditioner = await openTextConditioner(encoder, join(folder, 'tokenizer'));
  await conditioner.load();
  return {encoder, conditioner};
}

describe('the conditioner of a pipeline', () => {
  useCpuBackend();

  it('hides what fills texts up only where the config of the encoder asks for it', async () => {
    const {encoder: part, conditioner} = await pipeline({encoder: {use_attention_mask: true}});
    const encoder = await openTextEncoder(part);
    await encoder.load();
    const ids = texts.map((text) => conditioner.tokenize(text));
    expect(ids.map((row) => row.indexOf(49_407))).toEqual([3, 6]);
    const rows = [4, 7].map((real) => Array.from({length: 77}, (_, i) => (i < real ? 1 : 0)));
    const masked = await encoder.encode(ids, {mask: tf.tensor2d(rows)}).data();
    expectAllClose(await conditioner.encode(texts).data(), masked, 0);
    const plain = await (await pipeline()).conditioner.encode(texts).data();
    expect(await encoder.encode(ids).data()).toEqual(plain);
    expect(maxAbsDifference(plain, masked)).toBeGreaterThan(1e-3);
  });

  it('fills up with the pad token of the tokenizer, to as many tokens as it says', async () => {
    const {conditioner} = await pipeline({tokenizer: {pad_token: '!', model_max_length: 8}});
    expect(conditioner.tokenize('a cat')).toEqual([49_406, 320, 2368, 49_407, 0, 0, 0, 0]);
    expect(conditioner.tokenize('a cat '.repeat(9))).toEqual([49_406, 320, 2368, 320, 2368, 320, 2368, 49_407]);
    expect(conditioner.encode(texts).shape).toEqual([2, 8, 16]);
  });

  it('takes no more tokens than the encoder has positions for', async () => {
    const {conditioner} = await pipeline({tokenizer: {model_max_length: 1e30}});
    expect(conditioner.tokenize('a cat')).toHaveLength(77);
  });

  it('leaves out layers at the end', async () => {
    const {encoder: part, conditioner} = await pipeline();
    const encoder = await openTextEncoder(part);
    await encoder.load();
    const ids = texts.map((text) => conditioner.tokenize(text));
    expect(await conditioner.encode(texts, 1).data()).toEqual(await encoder.encode(ids, {clipSkip: 1}).data());
  });
});
