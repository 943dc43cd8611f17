import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {ModelRecord} from '../../../../trainer/contract/run/records.ts';
import {hashFile} from '../../../../trainer/store/hashes/sha256.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {golden} from '../../store/golden.ts';

const Inspected = z.strictObject({
  path: z.string(),
  class: z.string().nullable(),
  parameters: z.int(),
  tensors: z.int(),
  projections: z.int(),
  format: z.enum(['safetensors', 'PyTorch']),
  dtypes: z.record(z.string(), z.int()),
  files: z.array(z.string()),
  bytes: z.int(),
  sha256: z.string(),
  blocks: z.array(z.strictObject({name: z.string(), tensors: z.int(), parameters: z.int()})),
  scheduler: z
    .strictObject({
      class: z.string(),
      timesteps: z.int(),
      predictionType: z.string(),
      betaSchedule: z.string(),
      betaStart: z.number(),
      betaEnd: z.number(),
    })
    .nullable(),
  record: ModelRecord.nullable(),
  training: z
    .strictObject({
      needs: z.strictObject({batch: z.int(), size: z.tuple([z.int(), z.int()])}),
      engines: z.array(z.looseObject({name: z.string(), weights: z.number(), activations: z.number()})),
    })
    .nullable(),
  metadata: z.record(z.string(), z.string()),
});

describe('deme inspect', () => {
  it('tells what a diffusers folder holds', async () => {
    const summary = await demeJson(Inspected, ['inspect', golden('cifar')]);
    expect(summary).toMatchObject({
      class: 'UNet2DModel',
      parameters: 143_267,
      tensors: 328,
      projections: 0,
      format: 'safetensors',
      dtypes: {F32: 328},
      record: null,
    });
    expect(summary.scheduler).toEqual({
      class: 'DDPMScheduler',
      timesteps: 1000,
      predictionType: 'epsilon',
      betaSchedule: 'linear',
      betaStart: 0.0001,
      betaEnd: 0.02,
    });
    expect(summary.sha256).toBe(await hashFile(golden('cifar/unet/diffusion_pytorch_model.safetensors')));
    const byBlock = Object.fromEntries(summary.blocks.map(({name, parameters}) => [name, parameters]));
    // 3x3 convolutions between 3 and 8 channels, with biases.
    expect(byBlock).toMatchObject({conv_in: 3 * 3 * 3 * 8 + 8, conv_out: 3 * 3 * 8 * 3 + 3});
    expect(summary.blocks.reduce((sum, {parameters}) => sum + parameters, 0)).toBe(summary.parameters);
  });

  it('estimates the memory of a training with default settings', async () => {
    const {training} = await demeJson(Inspected, ['inspect', golden('cifar')]);
    expect(training?.needs).toEqual({batch: 16, size: [16, 16]});
    expect(training?.engines.map(({name}) => name)).toEqual(['tensorflow', 'wasm']);
    const {stdout} = await deme(['inspect', golden('cifar')]);
    expect(stdout).toMatch(/^ {2}memory on wasm: about \d\.\d\d GB: .* 16 images of 16x16/m);
  });

  it('reads a flat folder with PyTorch weights', async () => {
    const summary = await demeJson(Inspected, ['inspect', golden('legacy')]);
    expect(summary).toMatchObject({format: 'PyTorch', parameters: 143_267, class: 'UNet2DModel'});
  });

  it('reads a bare weights file', async () => {
    const summary = await demeJson(Inspected, ['inspect', golden('merge/merged.safetensors')]);
    expect(summary).toMatchObject({class: null, scheduler: null, training: null, files: ['merged.safetensors']});
    expect(summary.projections).toBeGreaterThan(0);
  });

  it('refuses a pickled module', async () => {
    const {code, stderr} = await deme(['inspect', golden('legacy/pickled_module.bin')]);
    expect(code).toBe(2);
    expect(stderr.split('\n')).toHaveLength(2);
  });
});
