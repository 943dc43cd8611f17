import {appendFileSync, readdirSync} from 'node:fs';
import {link, readdir, utimes} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {mergeModels} from '../../../../trainer/merge/files/mergeFiles.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {goldenExperts, goldenPath} from '../goldenMerge.ts';
import {tinyFolders} from './tinyFolders.ts';

const weightsOf = (root: string, model: string) => join(root, model, 'unet', 'diffusion_pytorch_model.safetensors');

it.each(['a folder', 'a file'])(
  'an input that changes while it is merged into %s fails the merge, which leaves nothing',
  async (kind) => {
    const {request, root} = await tinyFolders();
    const file = weightsOf(root, 'expert-1');
    const out = kind === 'a file' ? `${request.out}.safetensors` : request.out;
    const onProgress = (done: number) => void (done === 1 && appendFileSync(file, 'x'));
    const before = (await readdir(root)).sort();
    await expect(mergeModels({...request, out, onProgress})).rejects.toMatchObject({
      code: 'input-changed',
      where: file,
    });
    expect((await readdir(root)).sort()).toEqual(before);
  },
);

it('an input to which a link is made meanwhile is the same', async () => {
  const {request, root} = await tinyFolders();
  const file = weightsOf(root, 'expert-1');
  await utimes(file, 1, 1);
  let linked: Promise<void> | undefined;
  const onProgress = () => void (linked ??= link(file, join(root, 'another')));
  await expect(mergeModels({...request, onProgress})).resolves.toMatchObject({format: 2});
  await linked;
});

it.skipIf(process.platform !== 'linux')('no file stays open where one input of several is not there', async () => {
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  const experts = [...goldenExperts.slice(0, 3), '/nowhere'].map((path) => ({path}));
  const out = join(await temporaryFolder(), 'merged.safetensors');
  const request = {base: goldenPath('base'), experts, weights: [1, 1, 1, 1], out, tool: 'deme 0'};
  await expect(mergeModels(request)).rejects.toMatchObject({code: 'model-missing', where: '/nowhere'});
  expect(open()).toBe(before);
});
