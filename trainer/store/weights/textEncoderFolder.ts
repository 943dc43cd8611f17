import {ClipTextConfig} from '../../contract/model/clipTextConfig.ts';
import {readComponentFolder, type ComponentFolder, type ComponentKind} from './componentFolder.ts';
import {transformersNames} from './findWeights.ts';

const prefix = 'text_model.';

/** A pipeline's text encoder, with the tensors under the names that Stable Diffusion's files have. */
export const textEncoderKind: ComponentKind<typeof ClipTextConfig> = {
  schema: ClipTextConfig,
  what: "the text encoder's config",
  weightsNames: transformersNames,
  rename: textEncoderName,
};

/** A pipeline's `text_encoder` folder. */
export function readTextEncoderFolder(path: string): Promise<ComponentFolder<ClipTextConfig>> {
  return readComponentFolder(path, textEncoderKind);
}

/** The list of positions is 0, 1, 2 … and no weight. */
function textEncoderName(name: string): string | null {
  return name.endsWith('embeddings.position_ids') ? null : prefixedName(name);
}

/** A tensor's name with the prefix that transformers 5 leaves out. */
export function prefixedName(name: string): string {
  return name.startsWith(prefix) ? name : prefix + name;
}
