import {readFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import {parseConfig} from '../../../../trainer/contract/config/parseConfig.ts';
import {matrixConfigs} from '../../../../trainer/pipeline/matrix/cellConfig.ts';
import {studyMatrix} from '../../../../trainer/pipeline/matrix/studyMatrix.ts';

const config = {
  name: 'digits',
  base: 'base',
  data: {kind: 'mnist'},
  decouple: {ranges: 4, updates: 600},
  merge: {
    dtype: 'F16',
    search: {objective: 'frechet', budget: 40, race: {first: 64, samples: 512}, test: {seeds: [7, 8]}},
  },
  evaluate: {features: 'digits', sampling: {steps: 10, seed: 3}, samples: 256},
};
const size = {seeds: [100, 101], samples: 5000};

function cells(changes: object = {}) {
  const text = JSON.stringify({...config, ...changes});
  return matrixConfigs(text, 'digits.deme.yaml', studyMatrix(DemeConfig.parse(JSON.parse(text)), 'a', size));
}

describe('the matrix of a study', () => {
  it('merges by each search, with each seed of the images', () => {
    expect(cells().map(({cell, repeat}) => [cell.labels['merged'], repeat])).toEqual([
      ['by held-out loss', '100'],
      ['by held-out loss', '101'],
      ['by Fréchet distance', '100'],
      ['by Fréchet distance', '101'],
      ['by both', '100'],
      ['by both', '101'],
    ]);
  });

  it('keeps the settings of the config, and draws all images by the seed but those of the search', () => {
    const [loss, , distance, again, both] = cells().map((each) => each.config);
    for (const each of [loss, distance, both]) {
      expect(each?.merge).toMatchObject({dtype: 'F16', search: {budget: 40}});
      expect(each?.evaluate).toMatchObject({samples: 5000, experts: false, sampling: {steps: 10, seed: 100}});
      expect(each?.decouple).toEqual(DemeConfig.parse(config).decouple);
    }
    expect(loss?.merge?.search?.objective).toBe('loss');
    for (const key of ['race', 'test', 'sampling', 'confirm']) expect(loss?.merge?.search).not.toHaveProperty(key);
    expect(distance?.merge?.search).toMatchObject({
      objective: 'frechet',
      race: {first: 64, samples: 512},
      test: {seeds: [7, 8]},
      sampling: {steps: 10, seed: 3},
    });
    expect(again?.merge).toEqual(distance?.merge);
    expect(both?.merge?.search?.objective).toBe('both');
  });

  it('compares with an ordinary finetune and with the baselines of the config, else with those of the paper', () => {
    expect(cells()[0]?.config).toMatchObject({ordinary: true, baselines: {'min-snr': {}, p2: {}, 'ant-uw': {}}});
    expect(Object.keys(cells({baselines: {}})[0]?.config.baselines ?? {})).toHaveLength(5);
    const own = {mine: {lossWeighting: {kind: 'debiased'}}};
    expect(Object.keys(cells({baselines: own})[0]?.config.baselines ?? {})).toEqual(['mine']);
  });

  it('searches where the config gives weights, and is cma-es by distance whatever the strategy by loss', () => {
    const given = cells({merge: {weights: [1, 1, 1, 1]}})[0]?.config.merge;
    expect(given).toMatchObject({search: {objective: 'loss'}});
    expect(given?.weights).toBeUndefined();
    const strategies = cells({merge: {search: {strategy: 'grid', confirm: {}}}}).map(
      (each) => each.config.merge?.search?.strategy,
    );
    expect(strategies).toEqual(['grid', 'grid', 'cma-es', 'cma-es', 'cma-es', 'cma-es']);
  });

  it('is valid for the digits', async () => {
    const file = 'media/digits/study.deme.yaml';
    const text = await readFile(file, 'utf8');
    const runs = matrixConfigs(text, file, studyMatrix(parseConfig(text, file), file, {...size, seeds: [0, 1, 2]}));
    expect(runs).toHaveLength(9);
    expect(Object.keys(runs[0]?.config.baselines ?? {})).toHaveLength(5);
  });

  it.each([
    [{decouple: undefined, merge: undefined, evaluate: config.evaluate}, 'It trains no experts.'],
    [{decouple: undefined, experts: [{model: 'a', range: [0, 1000]}], merge: undefined}, 'It trains no experts.'],
    [{merge: {weights: [1, 1, 1, 1], method: {kind: 'ties'}}}, 'It searches the weights of linear merges.'],
    [{evaluate: undefined, merge: {weights: [1, 1, 1, 1]}}, 'It compares no images.'],
    [{evaluate: {}, merge: {weights: [1, 1, 1, 1]}}, 'It compares no images.'],
  ])('is refused for a config that lacks something', (changes, what) => {
    expect(() => cells(changes)).toThrow(`The config is not enough for a study. ${what}`);
  });
});
