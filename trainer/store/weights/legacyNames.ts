import {renameTensors} from './renamedTensors.ts';
import type {TensorReader} from './tensorReader.ts';

/** Names of the attention projections before diffusers 0.17 (spring 2023; all google/ddpm-* checkpoints) -> today's. */
const modernNames = new Map([
  ['query', 'to_q'],
  ['key', 'to_k'],
  ['value', 'to_v'],
  ['proj_attn', 'to_out.0'],
]);

/**
 * The reader with today's names, and with attention projections as [C, C] where an old file has the 1x1 convolution kernel
 * [C, C, 1, 1]. `path` names the file in errors.
 */
export function withModernNames(reader: TensorReader, path: string): TensorReader {
  const {shapes, ...renamed} = renameTensors(reader, modernName, path);
  return {...renamed, shapes: new Map([...shapes].map(([name, shape]) => [name, modernShape(name, shape)]))};
}

/** Today's name of a parameter; only the layers inside an attention module were renamed. */
export function modernName(name: string): string {
  const match = /^(.*(?:^|\.)attentions\.\d+\.)(query|key|value|proj_attn)(\..*)$/.exec(name);
  if (match === null) return name;
  const [, prefix = '', layer = '', suffix = ''] = match;
  return `${prefix}${modernNames.get(layer) ?? layer}${suffix}`;
}

function modernShape(name: string, shape: readonly number[]): readonly number[] {
  const projection = /(?:^|\.)attentions\.\d+\.(?:to_q|to_k|to_v|to_out\.0)\.weight$/.test(name);
  return projection && shape.length === 4 && shape[2] === 1 && shape[3] === 1 ? shape.slice(0, 2) : shape;
}
