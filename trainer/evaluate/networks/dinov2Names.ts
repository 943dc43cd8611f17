import {renameTensors} from '../../store/weights/renamedTensors.ts';
import type {TensorReader} from '../../store/weights/tensorReader.ts';
import {viewTensors, type TensorView} from '../../store/weights/singleFile/tensorViews.ts';

/** Modules of transformers' Dinov2Model in a layer -> those of the original. */
const inLayer = new Map([
  ['attention.attention.query', 'attn.query'],
  ['attention.attention.key', 'attn.key'],
  ['attention.attention.value', 'attn.value'],
  ['attention.output.dense', 'attn.proj'],
  // Since transformers 5.
  ['attention.q_proj', 'attn.query'],
  ['attention.k_proj', 'attn.key'],
  ['attention.v_proj', 'attn.value'],
  ['attention.o_proj', 'attn.proj'],
  ['layer_scale1.lambda1', 'ls1.gamma'],
  ['layer_scale2.lambda1', 'ls2.gamma'],
]);
const outside = new Map([
  ['embeddings.cls_token', 'cls_token'],
  ['embeddings.position_embeddings', 'pos_embed'],
  ['embeddings.register_tokens', 'register_tokens'],
  ['embeddings.patch_embeddings.projection.weight', 'patch_embed.proj.weight'],
  ['embeddings.patch_embeddings.projection.bias', 'patch_embed.proj.bias'],
  ['layernorm.weight', 'norm.weight'],
  ['layernorm.bias', 'norm.bias'],
]);

export function isTransformersDinov2({shapes}: Pick<TensorReader, 'shapes'>): boolean {
  return [...shapes.keys()].some((name) => name.endsWith('embeddings.cls_token'));
}

/** The weights of DINOv2 under the names of the original, with queries, keys and values apart: `attn.query` and so on. */
export function dinov2Tensors(reader: TensorReader, path: string): TensorReader {
  if (isTransformersDinov2(reader)) return renameTensors(reader, fromTransformers, path);
  const views = new Map<string, TensorView>();
  for (const [source, shape] of reader.shapes) {
    // Large models keep their blocks in chunks, as blocks.0.3.
    const name = source.replace(/^blocks\.\d+\.(\d+\.)/, 'blocks.$1');
    const fused = /^(.*\.attn)\.qkv\.(weight|bias)$/.exec(name);
    if (source === 'mask_token') continue;
    if (fused === null) {
      views.set(name, {source, shape, start: 0});
      continue;
    }
    const [, module = '', kind = ''] = fused;
    const [rows = 0, ...rest] = shape;
    const part = [rows / 3, ...rest];
    const size = part.reduce((product, length) => product * length, 1);
    for (const [i, which] of ['query', 'key', 'value'].entries())
      views.set(`${module}.${which}.${kind}`, {source, shape: part, start: i * size});
  }
  return viewTensors(reader, views);
}

function fromTransformers(full: string): string | null {
  const name = full.replace(/^(?:model|dinov2|backbone)\./, '');
  const layer = /^encoder\.layer\.(\d+)\.(.*)$/.exec(name);
  if (layer === null) return outside.get(name) ?? null;
  const [, index = '', inner = ''] = layer;
  const dot = inner.lastIndexOf('.');
  const module = inLayer.get(inner.slice(0, dot));
  return `blocks.${index}.${inLayer.get(inner) ?? (module === undefined ? inner : module + inner.slice(dot))}`;
}
