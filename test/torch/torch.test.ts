import {execFile} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {describe, expect, it} from 'vitest';
import {ModelRecord} from '../../trainer/contract/run/records.ts';
import {loadPretrained, savePretrained} from '../../trainer/models/pretrained.ts';
import {useCpuBackend} from '../helpers/engine/cpuBackend.ts';
import {flipByte} from '../helpers/machine/flipByte.ts';
import {goldenFolder} from '../helpers/golden/goldenImages.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';

const run = promisify(execFile);
const python = process.env.DEME_TEST_PYTHON ?? 'python3';
const script = new URL('check_folder.py', import.meta.url).pathname;

const hasTorch = await run(python, ['-c', 'import torch, safetensors']).then(
  () => true,
  () => false,
);
const skipped = hasTorch
  ? ''
  : ` (skipped: ${python} has no torch and safetensors; set DEME_TEST_PYTHON to one that has)`;

/** What the checker says about a copy of the golden model, after `spoil` was at it. */
async function check(spoil?: (folder: string) => Promise<void>): Promise<string> {
  const {folder, params, schedule} = await loadPretrained(goldenFolder('cifar'));
  const copy = join(await temporaryFolder(), 'copy');
  const record = ModelRecord.parse({role: 'base'});
  const {unetConfig} = folder;
  await savePretrained(copy, {unetConfig, schedulerConfig: schedule.config, params, record, dtype: 'F32'});
  await spoil?.(copy);
  const {stdout} = await run(python, [script, copy, goldenFolder('cifar')]).catch(
    (error: {stdout: string; stderr: string}) => ({
      stdout: error.stdout + error.stderr,
    }),
  );
  return stdout.trim();
}

describe.skipIf(!hasTorch)(`folders that this project writes, read by PyTorch's tools${skipped}`, () => {
  useCpuBackend();

  it('hold the same weights and configs as the folder of diffusers that they were read from', async () => {
    expect(await check()).toBe('equal: 328 tensors, 143267 parameters, 3 configs');
  });

  it('are told apart from it by a single bit and a single key', async () => {
    const problems = await check(async (folder) => {
      await flipByte(join(folder, 'unet', 'diffusion_pytorch_model.safetensors'), -1);
      const config = join(folder, 'unet', 'config.json');
      await writeFile(config, (await readFile(config, 'utf8')).replace('"freq_shift": 1', '"freq_shift": 0'));
    });
    expect(problems.split('\n')).toEqual([
      expect.stringContaining('differs by up to'),
      expect.stringContaining('freq_shift is 0 instead of 1'),
    ]);
  });
});
