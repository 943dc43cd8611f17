import type {SearchResult} from '../../../trainer/contract/run/report.ts';

/** What a search by distance with a limit of the loss has found, in round numbers. */
export const distanceSearch: SearchResult = {
  strategy: 'cma-es',
  objective: 'both',
  best: {weights: [-2, 3], loss: 26.5, origin: 'cma-es', images: 512},
  candidates: [
    {weights: [0, 0], loss: 29.5, origin: 'base', images: 512},
    {weights: [1, 1], loss: 25, origin: 'ones', images: 64},
    {weights: [-2, 3], loss: 26.5, origin: 'cma-es', images: 512},
  ],
  base: 29.5,
  lossLimit: 0.031,
  refused: [{weights: [9, 9], origin: 'cma-es'}],
  ordinary: {best: {weights: [2], loss: 26.9, origin: 'cma-es', images: 512}, candidates: []},
  test: {
    seeds: [100, 101],
    samples: 1000,
    reference: 2000,
    models: [
      {
        model: 'base',
        distances: [30, 31],
        distance: {mean: 30.5, standardError: 0.5},
        differenceToBase: {mean: 0, standardError: 0},
        toTraining: {mean: 29.5, standardError: 0.4},
      },
      {
        model: 'best',
        distances: [26, 28],
        distance: {mean: 27, standardError: 1},
        differenceToBase: {mean: -3.5, standardError: 0.5},
        toTraining: {mean: 26, standardError: 0.9},
      },
    ],
    verdict: {model: 'best', against: 'base', difference: {mean: -3.5, standardError: 0.5}},
  },
};
