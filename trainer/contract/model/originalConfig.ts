import * as z from 'zod';
import {readYaml, yamlValue} from '../config/yaml/yamlDocument.ts';
import {UserError} from '../errors.ts';
import {maxTimesteps, networkSide} from './networkSizes.ts';

/** A number of heads or of channels for each; -1 stands for "not given". */
const HeadCount = z.int().min(-1).max(65_536);

const UNetParams = z.looseObject({
  image_size: networkSide.optional(),
  num_heads: HeadCount.optional(),
  num_head_channels: HeadCount.optional(),
});

/**
 * The YAML file that lies beside a checkpoint in the original layout of Stable Diffusion (`v2-inference-v.yaml`), as far as the weights do
 * not show it. The classes that it names (`target`) are not looked at.
 */
const OriginalConfig = z.looseObject({
  model: z.looseObject({
    params: z.looseObject({
      parameterization: z.enum(['eps', 'v']).optional(),
      linear_start: z.number().positive().optional(),
      linear_end: z.number().positive().optional(),
      timesteps: z.int().min(1).max(maxTimesteps).optional(),
      scale_factor: z.number().positive().optional(),
      unet_config: z.looseObject({params: UNetParams.optional()}).optional(),
    }),
  }),
});

/** `model.params` of such a file. */
export type OriginalParams = z.infer<typeof OriginalConfig>['model']['params'];

/** Reads the text as plain values; tags that name classes of Python make nothing. `where` names the file in the UserError about a mistake. */
export function parseOriginalConfig(text: string, where: string): OriginalParams {
  const {refusal, document} = readYaml(text);
  if (refusal !== undefined) throw invalid(refusal, where);
  const [mistake] = document.errors;
  if (mistake !== undefined) throw invalid(mistake.message, where);
  const result = OriginalConfig.safeParse(yamlValue(document));
  if (result.success) return result.data.model.params;
  const [issue] = result.error.issues;
  throw invalid(`${issue?.path.join('.') || 'the top'}: ${issue?.message}`, where);
}

function invalid(problem: string, where: string): UserError {
  return new UserError('original-config-invalid', `This is no config of Stable Diffusion: ${problem}.`, {
    where,
    hint: 'It must say model: {params: {parameterization: v}}, or eps.',
  });
}
