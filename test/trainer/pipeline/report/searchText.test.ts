import {describe, expect, it} from 'vitest';
import type {SearchResult} from '../../../../trainer/contract/run/report.ts';
import {weightsText} from '../../../../trainer/pipeline/report/searchText.ts';
import {distanceSearch} from '../../../helpers/measurements/distanceSearch.ts';

const byLoss: SearchResult = {
  strategy: 'quadratic',
  best: {weights: [1, 0.5], loss: 0.02, origin: 'quadratic fit'},
  candidates: [
    {weights: [0, 0], loss: 0.03, origin: 'base'},
    {weights: [1, 0.5], loss: 0.02, origin: 'quadratic fit'},
  ],
  base: 0.03,
};

describe('the search in words', () => {
  it('is what it was for a search by loss', () => {
    expect(weightsText({weights: [1, 0.5], search: byLoss}, [])).toBe(
      [
        'Weights, lowest timesteps first: 1.000, 0.500. Found by the quadratic search on validation images; 2 candidates, the best of them:',
        '| weights | validation loss | origin |\n| --- | --- | --- |\n| 1.000, 0.500 | 0.020000 | quadratic fit |\n| 0.000, 0.000 | 0.030000 | base |',
      ].join('\n\n'),
    );
  });

  it('has the weights of checkpoints by their updates', () => {
    const checkpoints = {
      updates: [20, 10],
      loss: 0.015,
      weights: [1.5, 0.5, -0.5, 0.25],
      candidates: byLoss.candidates,
    };
    expect(weightsText({weights: [1, 0.5], search: {...byLoss, checkpoints}}, [])).toContain(
      [
        'after the updates 20, 10; the best, with which they were merged, has a validation loss of 0.015000:',
        '| updates | weights |\n| --- | --- |\n| 20 | 1.500, 0.500 |\n| 10 | -0.500, 0.250 |',
      ].join('\n\n'),
    );
    const none = {...checkpoints, weights: []};
    expect(weightsText({weights: [1, 0.5], search: {...byLoss, checkpoints: none}}, [])).toContain(
      'none was better than the experts alone.',
    );
  });

  it('names the objective and its unit, and compares distances of equally many images', () => {
    const text = weightsText({weights: [-2, 3], search: distanceSearch}, []);
    expect(text).toContain(
      'for the lowest Fréchet distance within the loss of the base (squared distance of the features',
    );
    expect(text).toContain(
      [
        '| weights | Fréchet distance within the loss of the base | images | origin |',
        '| --- | --- | --- | --- |',
        '| -2.000, 3.000 | 26.500000 | 512 | cma-es |',
        '| 0.000, 0.000 | 29.500000 | 512 | base |',
        '| 1.000, 1.000 | 25.000000 | 64 | ones |',
      ].join('\n'),
    );
    expect(text).toContain('1 more drew no images, since their held-out loss was above 0.031000');
  });

  it('has the result beside what it has to beat, on seeds and images that it has not seen', () => {
    const text = weightsText({weights: [-2, 3], search: distanceSearch}, []);
    expect(text).toContain("the ordinary finetune's own task vector (0 candidates) found 2.000");
    expect(text).toContain(
      'of 1000 images for each of the seeds 100, 101, which the search has not seen, to 2000 test images',
    );
    expect(text).toContain('| best | 27.0 ± 1.0 | 26.000 | 28.000 | -3.50 ± 0.50 | 26.00 ± 0.90 |');
    expect(text).toContain(
      'best against base, the best of the others: -3.50 ± 0.50, lower (better) by 7.0 standard errors.',
    );
  });
});
