import {dirname, join} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {ClipConfig, OpenClipConfig} from '../../contract/model/clipConfig.ts';
import type {ClipTextConfig} from '../../contract/model/clipTextConfig.ts';
import type {ClipStyle} from '../../models/clip/clipLayer.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readJson} from '../../store/files/jsonFile.ts';
import type {ClipLayout} from './clipNames.ts';
import type {ClipVisionSizes} from './clipVision.ts';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** What weights do not show of a CLIP model. */
export interface ClipSettings {
  readonly activation: ClipStyle['activation'];
  readonly visionHeads: number;
  readonly textHeads: number;
  readonly eps: number;
  readonly endToken: number;
}

/** The width of a head is 64 but in these towers of images. */
const headWidths = new Map([
  [1280, 80],
  [1408, 88],
  [1664, 104],
]);
/** The end token has the largest id of all: what open_clip goes by, and what a 2 in transformers' configs means. */
const largestId = 2;

/**
 * The settings from a config of either kind (`config.json`, `open_clip_config.json` beside the weights, or a given file), else those of the
 * published models of these widths: open_clip's activation is GELU, transformers' the quick one.
 */
export async function readClipSettings(
  weights: string,
  shapes: Shapes,
  layout: ClipLayout,
  given?: string,
): Promise<ClipSettings> {
  const path = given ?? (await configBeside(weights, layout));
  const visionWidth = shapes.get(visionClass)?.[0] ?? 0;
  const textWidth = shapes.get(tokenEmbedding)?.[1] ?? 64;
  if (path === null) {
    return {
      activation: layout === 'open_clip' ? 'gelu' : 'quick_gelu',
      visionHeads: headsOf(visionWidth, headWidths.get(visionWidth) ?? 64, weights),
      textHeads: headsOf(textWidth, 64, weights),
      eps: 1e-5,
      endToken: largestId,
    };
  }
  return layout === 'open_clip' ? openClipSettings(path, visionWidth) : transformersSettings(path);
}

async function openClipSettings(path: string, visionWidth: number): Promise<ClipSettings> {
  const file = await readJson(path, OpenClipConfig, "open_clip's config");
  const {quick_gelu, vision_cfg, text_cfg} = OpenClipConfig.parse(file.model_cfg ?? file);
  return {
    activation: quick_gelu ? 'quick_gelu' : 'gelu',
    visionHeads: headsOf(visionWidth, vision_cfg.head_width, path),
    textHeads: text_cfg.heads,
    eps: 1e-5,
    endToken: largestId,
  };
}

async function transformersSettings(path: string): Promise<ClipSettings> {
  const {text_config, vision_config} = await readJson(path, ClipConfig, "CLIP's config");
  const {hidden_act, num_attention_heads, layer_norm_eps} = vision_config;
  if (hidden_act !== 'gelu' && hidden_act !== 'quick_gelu') {
    const message = `The activation "${hidden_act}" is not supported.`;
    throw new UserError('model-unsupported', message, {where: path, hint: 'Supported: "quick_gelu", "gelu".'});
  }
  return {
    activation: hidden_act,
    visionHeads: num_attention_heads,
    textHeads: text_config?.num_attention_heads ?? 8,
    eps: layer_norm_eps,
    endToken: text_config?.eos_token_id ?? largestId,
  };
}

async function configBeside(weights: string, layout: ClipLayout): Promise<string | null> {
  const path = join(dirname(weights), layout === 'open_clip' ? 'open_clip_config.json' : 'config.json');
  return (await fileExists(path)) ? path : null;
}

function headsOf(width: number, head: number, where: string): number {
  if (width % head === 0) return Math.max(1, width / head);
  throw new UserError('features-weights', `A layer of ${width} values does not split into heads of ${head}.`, {
    where,
    hint: 'Put the model’s open_clip_config.json or config.json beside the weights.',
  });
}

const visionClass = 'vision_model.embeddings.class_embedding';
export const tokenEmbedding = 'text_model.embeddings.token_embedding.weight';

/** The sizes of the image tower, by the shapes of its weights (in the file's order). */
export function clipVisionSizes(shapes: Shapes, {activation, visionHeads, eps}: ClipSettings): ClipVisionSizes {
  const shape = (name: string) => shapes.get(name) ?? [];
  const [width = 0, , patch = 1] = shape('vision_model.embeddings.patch_embedding.weight');
  const [positions = 1] = shape('vision_model.embeddings.position_embedding.weight');
  return {
    width,
    patch,
    side: Math.round(Math.sqrt(positions - 1)) * patch,
    inner: shape('vision_model.encoder.layers.0.mlp.fc1.weight')[0] ?? 0,
    layers: layerCount(shapes, 'vision_model'),
    embedding: shape('visual_projection.weight')[0] ?? 0,
    heads: visionHeads,
    eps,
    activation,
  };
}

/** The same of the text tower, as transformers' config of it. */
export function clipTextSizes(shapes: Shapes, settings: ClipSettings): ClipTextConfig {
  const shape = (name: string) => shapes.get(name) ?? [];
  const [vocabulary = 0, width = 0] = shape(tokenEmbedding);
  return {
    vocab_size: vocabulary,
    hidden_size: width,
    intermediate_size: shape('text_model.encoder.layers.0.mlp.fc1.weight')[0] ?? 0,
    num_hidden_layers: layerCount(shapes, 'text_model'),
    num_attention_heads: settings.textHeads,
    max_position_embeddings: shape('text_model.embeddings.position_embedding.weight')[0] ?? 77,
    layer_norm_eps: settings.eps,
    hidden_act: settings.activation,
    eos_token_id: settings.endToken,
    use_attention_mask: false,
  };
}

function layerCount(shapes: Shapes, tower: string): number {
  let count = 0;
  while (shapes.has(`${tower}.encoder.layers.${count}.mlp.fc1.weight`)) count++;
  return count;
}
