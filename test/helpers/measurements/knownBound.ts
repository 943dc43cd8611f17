import {MergeBound} from '../../../trainer/contract/run/measured/mergeBound.ts';

/** A merge bound of two experts in two parts of a network, made by hand: what it can gain is four standard errors. */
export function knownBound(): MergeBound {
  return MergeBound.parse(bound);
}

const loss = (mean: number) => ({mean, standardError: 0.001});

const bound: MergeBound = {
  format: 1,
  key: 'k',
  experts: 2,
  start: {'conv_in.weight': [0.5, 0.5], 'mid_block.a': [0.5, 0.5]},
  curve: [
    {step: 0, loss: 0.03},
    {step: 20, loss: 0.02},
  ],
  best: {step: 20, loss: 0.02, weights: {'conv_in.weight': [0.25, 1], 'mid_block.a': [-0.5, 2]}},
  state: null,
  parts: [
    {name: 'in', tensors: 1, start: [0.5, 0.5], mean: [0.25, 1], least: [0.25, 1], most: [0.25, 1]},
    {name: 'mid', tensors: 1, start: [0.5, 0.5], mean: [-0.5, 2], least: [-0.5, 2], most: [-0.5, 2]},
  ],
  test: {
    images: 256,
    models: [
      {model: 'base', loss: loss(0.04), differenceToBase: {mean: 0, standardError: 0}},
      {model: 'start', loss: loss(0.031), differenceToBase: loss(-0.009)},
      {model: 'best', loss: loss(0.027), differenceToBase: loss(-0.013)},
    ],
    gain: loss(-0.004),
  },
  recipe: {
    steps: 20,
    batch: 32,
    learningRate: 0.01,
    every: 20,
    images: 256,
    timestepsPerRange: 1,
    test: 256,
    seed: 0,
    engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
  },
};
