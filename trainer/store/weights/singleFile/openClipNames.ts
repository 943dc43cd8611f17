import {inside, type ModuleNames} from './moduleNames.ts';

/** Where the text encoder of Stable Diffusion 1 lies, under transformers' own names. */
export const clipPrefix = 'cond_stage_model.transformer.';
/** Where that of Stable Diffusion 2 lies, a text model of open_clip. */
export const openClipPrefix = 'cond_stage_model.model.';

const layer: ModuleNames = [
  ['.layer_norm1', '.ln_1'],
  ['.self_attn.out_proj', '.attn.out_proj'],
  ['.layer_norm2', '.ln_2'],
  ['.mlp.fc1', '.mlp.c_fc'],
  ['.mlp.fc2', '.mlp.c_proj'],
];

/** Modules of a CLIPTextModel with so many layers, and of the text model of open_clip, but for `fusedNames`. */
export function openClipNames(layers: number): ModuleNames {
  const all = Array.from({length: layers}, (_, i) => inside(layerOf(i), layer));
  return [
    ['text_model.embeddings.token_embedding', `${openClipPrefix}token_embedding`],
    ['text_model.embeddings.position_embedding.weight', `${openClipPrefix}positional_embedding`],
    ...all.flat(),
    ['text_model.final_layer_norm', `${openClipPrefix}ln_final`],
  ];
}

/** The tensors that are one in open_clip, `in_proj_weight` [3W,W] and `in_proj_bias` [3W], and queries, keys and values in transformers. */
export function fusedNames(layers: number): {readonly original: string; readonly parts: readonly string[]}[] {
  return Array.from({length: layers}, (_, i) => {
    const [own, original] = layerOf(i);
    return ['weight', 'bias'].map((kind) => ({
      original: `${original}.attn.in_proj_${kind}`,
      parts: ['q', 'k', 'v'].map((part) => `${own}.self_attn.${part}_proj.${kind}`),
    }));
  }).flat();
}

function layerOf(index: number): [string, string] {
  return [`text_model.encoder.layers.${index}`, `${openClipPrefix}transformer.resblocks.${index}`];
}
