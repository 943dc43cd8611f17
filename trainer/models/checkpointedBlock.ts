import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';
import {param} from '../nn/params.ts';
import {recompute} from '../nn/recompute.ts';
import type {Pass} from './pass.ts';
import type {ShapeEntry} from './shapes.ts';

/** A part of a network from [N,H,W,C] to [N,H',W',C']. */
export interface Block {
  readonly shapes: readonly ShapeEntry[];
  apply(pass: Pass, x: Tensor4D): Tensor4D;
}

/** The block, with its activations computed again on the way back where the pass asks for gradient checkpointing. */
export function checkpointed(block: Block): Block {
  const names = block.shapes.map(([name]) => name);
  // An input without influence has no gradient, which is an error: attention alone does not see the timestep.
  const seesTime = names.some((name) => name.includes('.time_emb_proj.'));
  return {
    shapes: block.shapes,
    apply(pass, x) {
      // What is not kept for the way back goes with the block.
      if (!pass.gradientCheckpointing) return tf.tidy(() => block.apply(pass, x));
      const apply = (...tensors: Tensor[]) => {
        const weights = new Map(names.map((name, i) => [name, tensors[i + 1] as Tensor]));
        const time = seesTime ? (tensors.at(-1) as Tensor2D) : pass.time;
        return block.apply({...pass, params: weights, time}, tensors[0] as Tensor4D);
      };
      const weights = names.map((name) => param(pass.params, name));
      return recompute(apply, [x, ...weights, ...(seesTime && pass.time ? [pass.time] : [])]);
    },
  };
}
