import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {whileMerging} from '../../../../trainer/cli/view/whileMerging.ts';
import {mergeModels} from '../../../../trainer/merge/files/mergeFiles.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeFolder} from '../../merge/tinyModels.ts';

it('ends a merge at Ctrl+C between two tensors, and leaves nothing', async () => {
  const folder = await temporaryFolder();
  const base = await writeFolder(join(folder, 'base'), {value: 1, record: {role: 'base'}});
  const expert = await writeFolder(join(folder, 'expert'), {value: 2, record: {role: 'expert', range: [0, 1000]}});
  const request = {base, experts: [{path: expert}], weights: [0.5], dtype: 'F32', tool: 'test'} as const;
  const before = await readdir(folder);
  const listeners = process.listenerCount('SIGINT');
  let tensors = 0;
  const onProgress = () => {
    tensors++;
    process.emit('SIGINT');
  };
  const merge = whileMerging({}, (watch) => mergeModels({...request, ...watch, out: join(folder, 'out'), onProgress}));
  await expect(merge).rejects.toMatchObject({code: 'stopped'});
  expect(tensors).toBe(1);
  expect(await readdir(folder)).toEqual(before);
  expect(process.listenerCount('SIGINT')).toBe(listeners);
});
