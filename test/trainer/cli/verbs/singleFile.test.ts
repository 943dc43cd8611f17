import {cp, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {openSafetensors} from '../../../../trainer/store/weights/safetensors.ts';
import {expectAllClose} from '../../../helpers/engine/allClose.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {goldenSdArray, goldenSdFolder} from '../../../helpers/golden/goldenSd.ts';
import {writeOriginal} from '../../../helpers/models/originalModel.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

describe('single files of Stable Diffusion', () => {
  it('predict what diffusers predicts', async () => {
    const folder = await temporaryFolder();
    const [base, single, out] = ['base', 'single.safetensors', 'out.safetensors'].map((name) => join(folder, name));
    await cp(goldenSdFolder('sd1/unet'), join(base ?? '', 'unet'), {recursive: true});
    await writeFile(join(base ?? '', 'model_index.json'), '{"_class_name": "StableDiffusionPipeline"}');
    const weights = ['--base', base, '--expert', base, '--weights=0'].map(String);
    expect(await deme(['merge', ...weights, '--out', single ?? ''])).toMatchObject({code: 0});
    const keys = ['--sample', 'unet.input', '--timesteps', 'unet.timesteps', '--context', 'text.last_hidden_state'];
    const arrays = goldenSdFolder('sd1/arrays.safetensors');
    const files = ['--model', single, '--arrays', arrays, '--out', out].map(String);
    expect(await deme(['predict', ...files, ...keys, '--engine', 'wasm'])).toMatchObject({code: 0});
    const reader = await openSafetensors(out ?? '');
    const {values, shape} = await goldenSdArray('sd1', 'unet.output');
    expect(reader.shapes.get('output')).toEqual(shape);
    expectAllClose(await reader.read('output'), values, 1e-4);
    await reader.close();
  });

  it('are shown by their components', async () => {
    const path = await writeOriginal(join(await temporaryFolder(), 'a.safetensors'), {version: 2, dtype: 'F16'});
    const {stdout} = await deme(['inspect', path]);
    expect(stdout).toContain('Single file of Stable Diffusion 2:');
    expect(stdout).toMatch(/vae +658,375 +124 tensors, 124 F16/);
    expect(stdout).toContain('nothing says what the network predicts');
  });
});
