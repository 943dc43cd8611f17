import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {ModelRecord} from '../../../../trainer/contract/run/records.ts';
import {keptWeights} from '../../../../trainer/store/run/keptWeights.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

it('lists checkpoints, snapshots and models that are whole, and nothing else that lies there', async () => {
  const run = await temporaryFolder();
  const put = async (folder: string, file: string, text = '') => {
    await mkdir(folder, {recursive: true});
    await writeFile(join(folder, file), text);
  };
  const checkpoints = runPaths.checkpoints(run, 'expert-0');
  await put(join(checkpoints, '000000020'), 'checkpoint.json');
  await put(join(checkpoints, '000000040'), 'state.safetensors');
  await put(checkpoints, 'best');
  const snapshot = runPaths.snapshot(run, {expert: 1, update: 30});
  await put(snapshot, 'deme.json');
  await put(join(runPaths.snapshots(run, 1), '.expert-1-update-60.part'), 'deme.json');
  await put(join(runPaths.snapshots(run, 1), 'old-expert-1-update-60'), 'deme.json');
  await put(
    runPaths.model(run, 'expert-1'),
    'deme.json',
    JSON.stringify(ModelRecord.parse({role: 'expert', updates: 90})),
  );
  expect(await keptWeights(run, 2)).toEqual([
    {expert: 0, update: 20, kind: 'checkpoint', path: join(checkpoints, '000000020')},
    {expert: 1, update: 30, kind: 'snapshot', path: snapshot},
    {expert: 1, update: 90, kind: 'model', path: runPaths.model(run, 'expert-1')},
  ]);
  expect(await keptWeights(join(run, 'gone'), 2)).toEqual([]);
});
