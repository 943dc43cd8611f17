import {UserError} from '../../../contract/errors.ts';
import {unetPrefix} from './unetNames.ts';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Tensors that only models of other families have, in files of their own layouts. The first line that fits counts. */
const foreign: readonly (readonly [tensor: RegExp, family: string])[] = [
  [/^conditioner\.embedders\.\d+\.(?:model|transformer)\./, 'Stable Diffusion XL'],
  [/^(?:model\.diffusion_model\.)?joint_blocks\.\d+\./, 'Stable Diffusion 3'],
  [/^text_encoders\.t5xxl\./, 'Stable Diffusion 3 or Flux'],
  [/^(?:model\.diffusion_model\.)?double_blocks\.\d+\./, 'Flux'],
  [/^model\.diffusion_model\.(?:down_blocks\.\d+\.\d+\.channelwise|clip_txt_pooled_mapper\.)/, 'Stable Cascade'],
  [/^control_model\./, 'ControlNet'],
  [/^model\.diffusion_model\..*\.(?:time_stack|temporal_transformer)\./, 'Stable Video Diffusion'],
  [/^model\.diffusion_model\..*\.transformer_blocks\.1\./, 'Stable Diffusion XL'],
  [/^model\.diffusion_model\.label_emb\.0\.0\.weight$/, 'Stable Diffusion XL or unCLIP'],
  [/^model\.diffusion_model\.label_emb\.weight$/, 'the Stable Diffusion upscaler'],
];

/**
 * Whether tensors are those of a checkpoint of Stable Diffusion 1 or 2 in its original layout. Throws a UserError that names the family for
 * models that people may take for one.
 */
export function isStableDiffusion(shapes: Shapes, where: string): boolean {
  const names = [...shapes.keys()];
  const family = foreign.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
  if (family !== undefined) {
    throw new UserError('model-unsupported', `This is a model of ${family}, which is not supported.`, {
      where,
      hint: 'Stable Diffusion 1 and 2 and their derivatives are.',
    });
  }
  if (!names.some((name) => name.startsWith(unetPrefix))) return false;
  if (names.some((name) => name.startsWith(unetPrefix) && name.endsWith('.attn2.to_k.weight'))) return true;
  throw new UserError('model-unsupported', 'This network in the original layout has no attention to a text.', {
    where,
    hint: 'Single files of Stable Diffusion 1 and 2 are supported; other models in the layout of diffusers.',
  });
}
