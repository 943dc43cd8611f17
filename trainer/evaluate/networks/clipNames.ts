import {toMemoryOrder} from '../../models/layout.ts';
import type {TensorReader} from '../../store/weights/tensorReader.ts';
import {viewTensors, type TensorView} from '../../store/weights/singleFile/tensorViews.ts';

/** Layouts of CLIP's weights. */
export type ClipLayout = 'open_clip' | 'transformers';

export function clipLayoutOf({shapes}: Pick<TensorReader, 'shapes'>): ClipLayout {
  return shapes.has('visual.conv1.weight') || shapes.has('token_embedding.weight') ? 'open_clip' : 'transformers';
}

/** Whole tensors of open_clip under transformers' names. */
const whole = new Map([
  ['visual.class_embedding', 'vision_model.embeddings.class_embedding'],
  ['visual.conv1.weight', 'vision_model.embeddings.patch_embedding.weight'],
  ['visual.positional_embedding', 'vision_model.embeddings.position_embedding.weight'],
  ['visual.ln_pre', 'vision_model.pre_layrnorm'],
  ['visual.ln_post', 'vision_model.post_layernorm'],
  ['visual.proj', 'visual_projection.weight'],
  ['token_embedding', 'text_model.embeddings.token_embedding'],
  ['positional_embedding', 'text_model.embeddings.position_embedding.weight'],
  ['ln_final', 'text_model.final_layer_norm'],
  ['text_projection', 'text_projection.weight'],
]);
/** Matrices that open_clip keeps as [in, out]. */
const turned = new Set(['visual.proj', 'text_projection']);

const inLayer = new Map([
  ['ln_1', 'layer_norm1'],
  ['attn.out_proj', 'self_attn.out_proj'],
  ['ln_2', 'layer_norm2'],
  ['mlp.c_fc', 'mlp.fc1'],
  ['mlp.c_proj', 'mlp.fc2'],
]);

/** The two towers of either layout under transformers' names; what is not weight (position ids, the scale, the causal mask) is left out. */
export function clipTensors(reader: TensorReader): TensorReader {
  const isOpenClip = clipLayoutOf(reader) === 'open_clip';
  const views = new Map<string, TensorView>();
  const transposed = new Set<string>();
  for (const [source, shape] of reader.shapes) {
    if (isOpenClip && turned.has(source)) {
      const name = whole.get(source) ?? source;
      transposed.add(name);
      views.set(name, {source, shape: [...shape].reverse(), start: 0});
      continue;
    }
    for (const view of isOpenClip ? openClipViews(source, shape) : transformersViews(source, shape)) views.set(...view);
  }
  const viewed = viewTensors(reader, views);
  return {
    ...viewed,
    async read(name, into) {
      const values = await viewed.read(name, transposed.has(name) ? undefined : into);
      return transposed.has(name)
        ? toMemoryOrder(values, [...(viewed.shapes.get(name) ?? [])].reverse(), into)
        : values;
    },
  };
}

type NamedView = [name: string, view: TensorView];

function transformersViews(source: string, shape: readonly number[]): NamedView[] {
  // A model with one tower may lack its prefix.
  const isTower = /^(?:vision_model|text_model|visual_projection|text_projection)\./.test(source);
  return isTower && !source.endsWith('.position_ids') ? [[source, {source, shape, start: 0}]] : [];
}

function openClipViews(source: string, shape: readonly number[]): NamedView[] {
  const layer = /^(visual\.)?transformer\.resblocks\.(\d+)\.(.*)$/.exec(source);
  if (layer === null) return wholeView(source, source, shape, whole, '');
  const [, visual, index = '', inner = ''] = layer;
  const name = `${visual === undefined ? 'text' : 'vision'}_model.encoder.layers.${index}.`;
  const fused = /^attn\.in_proj_(weight|bias)$/.exec(inner)?.[1];
  if (fused === undefined) return wholeView(source, inner, shape, inLayer, name);
  const [rows = 0, ...rest] = shape;
  const part = [rows / 3, ...rest];
  const size = part.reduce((product, length) => product * length, 1);
  return ['q', 'k', 'v'].map((letter, i) => [
    `${name}self_attn.${letter}_proj.${fused}`,
    {source, shape: part, start: i * size},
  ]);
}

/** By the longest module that the name begins with. */
function wholeView(
  source: string,
  inner: string,
  shape: readonly number[],
  names: ReadonlyMap<string, string>,
  prefix: string,
): NamedView[] {
  const exact = names.get(inner);
  const dot = inner.lastIndexOf('.');
  const module = names.get(inner.slice(0, Math.max(0, dot)));
  const renamed = exact ?? (module === undefined ? undefined : module + inner.slice(dot));
  return renamed === undefined ? [] : [[`${prefix}${renamed}`, {source, shape, start: 0}]];
}
