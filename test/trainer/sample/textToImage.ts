import {readFileSync} from 'node:fs';
import type {SamplerName} from '../../../trainer/contract/config/samplerName.ts';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {goldenSdFolder, type GoldenArray} from '../../helpers/golden/goldenSd.ts';

/** A call of diffusers' StableDiffusionPipeline of which the latents and the image are known. */
export interface TextToImageCase {
  readonly prompt: readonly string[];
  readonly negative_prompt?: readonly string[];
  readonly num_inference_steps: number;
  readonly guidance_scale: number;
  readonly guidance_rescale?: number;
  readonly scheduler: string;
  readonly calls: number;
  /** Of the last latents, float32 against float64. */
  readonly float64_latent_max_abs: number;
}

export const textToImageCases = Object.entries(
  JSON.parse(readFileSync(goldenSdFolder('sd1/text_to_image.json'), 'utf8')) as Record<string, TextToImageCase>,
);

export const textToImageFile = goldenSdFolder('sd1/text_to_image.safetensors');

export async function textToImageArray(name: string): Promise<GoldenArray> {
  const reader = await openSafetensors(textToImageFile);
  try {
    return {values: await reader.read(name), shape: reader.shapes.get(name) ?? []};
  } finally {
    await reader.close();
  }
}

/** The sampler of a case, and what its scheduler has that the pipeline's does not. */
export function samplerOfCase(name: string): {sampler: SamplerName; settings: Record<string, string | boolean>} {
  switch (name) {
    case 'ddim':
    case 'ddim_rescale':
      return {sampler: 'ddim', settings: {}};
    case 'euler':
      return {sampler: 'euler', settings: {}};
    case 'dpmpp2m_karras':
      return {sampler: 'dpmpp-2m', settings: {timestep_spacing: 'linspace', use_karras_sigmas: true}};
    case 'unipc':
      return {sampler: 'unipc', settings: {timestep_spacing: 'linspace'}};
    default:
      return {sampler: 'pndm', settings: {}};
  }
}

/** Checks pixels [N,H,W,3] of 0 to 255: at most one level off, and that for less than a thousandth. */
export function offPixels(actual: ArrayLike<number>, expected: ArrayLike<number>): {most: number; share: number} {
  const off = Array.from(expected, (value, i) => Math.abs(value - (actual[i] ?? NaN)));
  return {most: off.reduce((a, b) => Math.max(a, b), 0), share: off.filter((each) => each > 0).length / off.length};
}
