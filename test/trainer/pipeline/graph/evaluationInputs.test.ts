import {mkdir, rm, utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, expect, it, vi} from 'vitest';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import {featureFolder} from '../../../../trainer/evaluate/featureWeights.ts';
import {evaluationInputs} from '../../../../trainer/pipeline/graph/evaluationInputs.ts';
import {settleInputs} from '../../../../trainer/pipeline/graph/runInputs.ts';
import {hashBytes} from '../../../../trainer/store/hashes/sha256.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

afterEach(() => void vi.unstubAllEnvs());

it('an evaluation reads the weights of its networks, by their content', async () => {
  vi.stubEnv('DEME_CACHE', await temporaryFolder());
  const evaluate = {features: ['digits', 'clip'], sampling: {prompts: 'prompts.txt'}};
  const config = DemeConfig.parse({name: 'x', base: 'b', data: {kind: 'mnist'}, evaluate});
  const folder = await temporaryFolder();
  const stamps = async () =>
    Object.entries(await evaluationInputs({folder, baseFolder: null, config})).map(([name, {stamps}]) => [
      name,
      ...stamps,
    ]);
  expect(await stamps()).toEqual([
    ['prompts.txt', 'missing'],
    ['weights of clip', 'missing'],
  ]);
  await writeFile(join(folder, 'prompts.txt'), 'a cat');
  await mkdir(featureFolder('clip-vit-b-32'), {recursive: true});
  await writeFile(join(featureFolder('clip-vit-b-32'), 'open_clip_model.safetensors'), 'weights');
  expect(await stamps()).toEqual([
    ['prompts.txt', hashBytes('a cat')],
    ['weights of clip', hashBytes('weights')],
  ]);
});

it('an expert starts from weights by their content, whatever the times of their files, and needs them no more once it has', async () => {
  const folder = await temporaryFolder();
  const checkpoint = join(folder, 'checkpoints', '000000060');
  await mkdir(checkpoint, {recursive: true});
  const write = async (state: string) => {
    await writeFile(join(checkpoint, 'checkpoint.json'), '{}');
    await writeFile(join(checkpoint, 'state.safetensors'), state);
    await utimes(join(checkpoint, 'state.safetensors'), 1e9, 1e9);
  };
  const decouple = {ranges: 2, start: ['checkpoints/000000060', null]};
  const config = DemeConfig.parse({name: 'x', base: 'b', data: {kind: 'mnist'}, decouple});
  const settle = () => settleInputs(folder, {folder, baseFolder: null, config}, expect.fail);
  await write('weights');
  const {evaluation} = await settle();
  expect(evaluation).toEqual({
    'checkpoints/000000060': {listing: hashBytes('weights'), stamps: [hashBytes('weights')]},
  });
  await utimes(join(checkpoint, 'state.safetensors'), 2e9, 2e9);
  expect(await settle()).toMatchObject({evaluation});
  await write('another');
  await expect(settle()).rejects.toMatchObject({code: 'input-changed', where: 'checkpoints/000000060'});
  await rm(checkpoint, {recursive: true});
  expect(await settle()).toMatchObject({evaluation});
});
