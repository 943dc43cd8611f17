import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, expect, it, vi} from 'vitest';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import {featureFolder} from '../../../../trainer/evaluate/featureWeights.ts';
import {evaluationInputs} from '../../../../trainer/pipeline/graph/evaluationInputs.ts';
import {hashBytes} from '../../../../trainer/store/files/sha256.ts';
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
