import {describe, expect, it} from 'vitest';
import {
  EvaluateConfig,
  featureFileNames,
  featureNames,
  measuredCount,
  referencePath,
} from '../../../../trainer/contract/config/evaluateConfig.ts';

describe('the feature networks of a config', () => {
  it.each([
    ['none', [], []],
    ['digits', ['digits'], [null]],
    [['clip'], ['clip'], [null]],
    [
      ['inception', 'digits', 'inception'],
      ['inception', 'digits'],
      ['inception', 'digits'],
    ],
  ] as const)('%j are %j, with files called after %j', (features, names, files) => {
    expect(featureNames(EvaluateConfig.parse({features}).features)).toEqual(names);
    expect(featureFileNames(EvaluateConfig.parse({features}).features)).toEqual(files);
  });

  it.each([[[]], [['none']], ['nobody'], [['digits', 'nobody']]])('are not %j', (features) => {
    expect(EvaluateConfig.safeParse({features}).success).toBe(false);
  });

  it('compare with the reference of the config, or with that of each by name', () => {
    const paths = (config: object) => {
      const parsed = EvaluateConfig.parse({features: ['digits', 'clip'], ...config});
      return featureNames(parsed.features).map((name) => referencePath(parsed, name));
    };
    expect(paths({})).toEqual([null, null]);
    expect(paths({reference: 'fid.npz'})).toEqual(['fid.npz', 'fid.npz']);
    expect(paths({reference: {clip: 'images'}})).toEqual([null, 'images']);
  });

  it.each([
    [{features: 'none', reference: 'a'}, ['reference']],
    [{features: 'digits', reference: {clip: 'a'}}, ['reference', 'clip']],
    [{features: 'digits', reference: ''}, ['reference']],
  ])('have no use for the reference of %j', (config, path) => {
    expect(EvaluateConfig.safeParse(config).error?.issues).toMatchObject([{path}]);
  });

  it('say how many images are drawn for them, as does keeping images', () => {
    const drawn = (config: object) => measuredCount(EvaluateConfig.parse({samples: 9, ...config}));
    expect([{}, {features: ['digits']}, {keep: ['features']}, {keep: ['images']}].map(drawn)).toEqual([0, 9, 0, 9]);
  });
});
