import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import {param} from '../nn/params.ts';
import {recompute} from '../nn/recompute.ts';
import type {Pass} from './pass.ts';
import type {ShapeEntry} from './shapes.ts';

/** A part of a network from [N,H,W,C] to [N,H',W',C']. */
export interface Block {
  readonly shapes: readonly ShapeEntry[];
  apply(pass: Pass, x: Tensor4D): Tensor4D;
}

/** The block, with its activations computed again in the backward pass where the pass asks for gradient checkpointing. */
export function checkpointed(block: Block): Block {
  const names = block.shapes.map(([name]) => name);
  // An input without influence has no gradient, which is an error: attention alone does not see the timestep, a resnet no context.
  const sees = (part: string) => names.some((name) => name.includes(part));
  const [seesTime, seesContext] = [sees('.time_emb_proj.'), sees('.attn2.')];
  return {
    shapes: block.shapes,
    apply(pass, x) {
      // What is not kept for the backward pass goes with the block.
      if (!pass.gradientCheckpointing) return tf.tidy(() => block.apply(pass, x));
      const {time, context} = pass;
      const inputs = new Map<string, Tensor>([
        ['x', x],
        ...names.map((name) => [name, param(pass.params, name)] as const),
      ]);
      if (seesTime && time) inputs.set('time', time);
      if (seesContext && context) inputs.set('context', context);
      const keys = [...inputs.keys()];
      const apply = (...tensors: Tensor[]) => {
        const params = new Map(keys.map((key, i) => [key, tensors[i] as Tensor]));
        const seen = {
          time: (params.get('time') as Tensor2D | undefined) ?? time,
          context: (params.get('context') as Tensor3D | undefined) ?? context,
        };
        return block.apply({...pass, ...seen, params}, params.get('x') as Tensor4D);
      };
      return recompute(apply, [...inputs.values()]);
    },
  };
}
