import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {createProgram} from '../../engine/createProgram.ts';
import type {Program} from '../../engine/program.ts';
import {disposeParams, type Params} from '../../nn/params.ts';

/** A network without gradients that the engine runs as a whole. */
export interface FeatureProgram {
  /** [N,H,W,C] -> its outputs, the caller's. */
  run(images: Tensor4D): Tensor[];
  dispose(): void;
}

/** The program of `forward` with these weights, which it owns from then on; one for each number of images. */
export function createFeatureProgram(
  params: Params,
  forward: (params: Params, images: Tensor4D) => Tensor[],
): FeatureProgram {
  const names = [...params.keys()];
  const programs = new Map<number, Program>();
  const create = (example: Tensor4D): Program =>
    createProgram([...params.values()], {
      forward: {
        examples: [example],
        body: (state, [images]) => ({
          state,
          outputs: forward(new Map(state.map((tensor, i) => [names[i] ?? '', tensor])), images as Tensor4D),
        }),
      },
    });
  return {
    run(images) {
      const [count] = images.shape;
      const program = programs.get(count) ?? create(images);
      programs.set(count, program);
      return program.run('forward', [images]);
    },
    dispose() {
      for (const program of programs.values()) program.dispose();
      disposeParams(params);
    },
  };
}
