import {utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {readTaskVectors} from '../../../extension/panel/readTaskVectors.ts';
import {fakeRun} from '../../helpers/fakeRunFolder.ts';
import {goldenAnalysis, writeGoldenAnalysis} from '../../helpers/goldenAnalysis.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeFolder} from '../../trainer/merge/tinyModels.ts';

describe('readTaskVectors', () => {
  it('finds none, then the one that was made', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 0});
    expect(await readTaskVectors(run)).toEqual({kind: 'taskVectors', analysis: null, isStale: false});
    await writeGoldenAnalysis(run.path);
    expect(await readTaskVectors(run)).toEqual({kind: 'taskVectors', analysis: await goldenAnalysis(), isStale: false});
  });

  it('sees that an expert was written after it', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 0});
    const expert = await writeFolder(join(run.path, 'models', 'expert-2'), {value: 1, record: {role: 'expert'}});
    await writeGoldenAnalysis(run.path);
    expect(await readTaskVectors(run)).toMatchObject({isStale: false});
    const later = new Date(Date.now() + 60_000);
    await utimes(join(expert, 'unet', 'diffusion_pytorch_model.safetensors'), later, later);
    expect(await readTaskVectors(run)).toMatchObject({isStale: true});
  });

  it.each([
    ['{', 'json-invalid'],
    ['{"format": 1}', 'content-invalid'],
  ])('refuses %s', async (text, code) => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 0});
    await writeFile(join(run.path, 'taskVectors.json'), text);
    await expect(readTaskVectors(run)).rejects.toMatchObject({code});
  });

  it('refuses an analysis whose lists do not have a value for each expert', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 0});
    const analysis = await goldenAnalysis();
    const broken = {...analysis, experts: analysis.experts.slice(1)};
    await writeFile(join(run.path, 'taskVectors.json'), JSON.stringify(broken));
    await expect(readTaskVectors(run)).rejects.toThrow('not one value for each expert');
  });
});
