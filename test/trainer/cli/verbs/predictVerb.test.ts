import {copyFile, readFile, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {EngineInfo} from '../../../../trainer/contract/engine/engineInfo.ts';
import {openSafetensors, writeSafetensors} from '../../../../trainer/store/weights/safetensors.ts';
import {expectAllClose} from '../../../helpers/engine/allClose.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {textContaining} from '../../../helpers/textContaining.ts';
import {golden} from '../../store/golden.ts';

const Predicted = z.strictObject({out: z.string(), shape: z.array(z.int()), engine: EngineInfo});

function call(model: string, arrays: string, out: string): string[] {
  const keys = ['--sample', 'forward.input', '--timesteps', 'forward.timesteps'];
  return ['predict', '--model', golden(model), '--arrays', arrays, ...keys, '--out', out, '--engine', 'wasm'];
}

async function readTensor(file: string, name: string) {
  const reader = await openSafetensors(file);
  const values = await reader.read(name);
  await reader.close();
  return {values, shape: reader.shapes.get(name), dtype: reader.dtypes.get(name)};
}

describe('deme predict', () => {
  it.each(['cifar', 'lsun', 'modern'])('gives what diffusers gives: %s', async (model) => {
    const out = join(await temporaryFolder(), 'out', 'prediction.safetensors');
    const arrays = golden(`${model}/arrays.safetensors`);
    const {engine, shape} = await demeJson(Predicted, call(model, arrays, out));
    const output = await readTensor(out, 'output');
    const expected = await readTensor(arrays, 'forward.output');
    expect(engine.name).toBe('wasm');
    expect(output).toMatchObject({shape: expected.shape, dtype: 'F32'});
    expect(shape).toEqual(expected.shape);
    expectAllClose(output.values, expected.values, 1e-4);
  });

  it.each([
    [[2, 3, 8, 8], [3], 'holds 2 images, but forward.timesteps 3 timesteps'],
    [[3, 8, 8], [3], 'has shape [3, 8, 8] instead of [N,C,H,W]'],
    [[2, 1, 8, 8], [2], 'has 1 channels, but the model takes 3'],
    [[2, 3, 8, 9], [2], 'Images of 8x9 do not fit'],
  ])('refuses arrays of shape %j and %j', async (shape, steps, message) => {
    const folder = await temporaryFolder();
    const arrays = join(folder, 'arrays.safetensors');
    const zeros = (name: string, dimensions: number[]) => {
      const read = () => new Float32Array(dimensions.reduce((product, size) => product * size, 1));
      return {name, shape: dimensions, dtype: 'F32' as const, read};
    };
    await writeSafetensors(arrays, [zeros('forward.input', shape), zeros('forward.timesteps', steps)]);
    const {code, stderr} = await deme(call('cifar', arrays, join(folder, 'out.safetensors')));
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('replaces a prediction, but no input and nothing else unless it is told to', async () => {
    const folder = await temporaryFolder();
    const [arrays, link, other] = ['arrays', 'link', 'other'].map((name) => join(folder, `${name}.safetensors`));
    await copyFile(golden('cifar/arrays.safetensors'), arrays!);
    await symlink(arrays!, link!);
    await copyFile(arrays!, other!);
    const predict = (out: string, ...more: string[]) => deme([...call('cifar', arrays!, out), ...more]);
    expect(await predict(link!, '--overwrite')).toMatchObject({code: 2, stderr: textContaining('overwrite an input')});
    expect(await predict(other!)).toMatchObject({code: 2, stderr: textContaining('give --overwrite')});
    expect(await readFile(other!)).toEqual(await readFile(arrays!));
    expect(await predict(other!, '--overwrite')).toMatchObject({code: 0});
    expect(await predict(other!)).toMatchObject({code: 0});
  });

  it('names the tensors of the file when one is missing', async () => {
    const folder = await temporaryFolder();
    const arrays = join(folder, 'arrays.safetensors');
    await writeSafetensors(arrays, [{name: 'noisy', shape: [1], dtype: 'F32', read: () => new Float32Array(1)}]);
    const {code, stderr} = await deme(call('cifar', arrays, join(folder, 'out.safetensors')));
    expect(code).toBe(2);
    expect(stderr).toContain("There is no tensor 'forward.input'. It holds noisy.");
  });
});
