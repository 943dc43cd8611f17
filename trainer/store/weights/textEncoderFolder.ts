import {ClipTextConfig} from '../../contract/model/clipTextConfig.ts';
import {readComponentFolder, type ComponentFolder} from './componentFolder.ts';
import {transformersNames} from './findWeights.ts';

const prefix = 'text_model.';

/** A pipeline's `text_encoder` folder, with the tensors under the names that Stable Diffusion's files have. */
export function readTextEncoderFolder(path: string): Promise<ComponentFolder<ClipTextConfig>> {
  return readComponentFolder(path, {
    schema: ClipTextConfig,
    what: "the text encoder's config",
    weightsNames: transformersNames,
    rename: textEncoderName,
  });
}

/** transformers 5 leaves out the prefix that older versions write; the list of positions is 0, 1, 2 … and no weight. */
function textEncoderName(name: string): string | null {
  if (name.endsWith('embeddings.position_ids')) return null;
  return name.startsWith(prefix) ? name : prefix + name;
}
