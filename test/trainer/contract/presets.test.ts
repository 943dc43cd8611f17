import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {expertCount} from '../../../trainer/contract/config/config.ts';
import {measuredCount, promptFileOf} from '../../../trainer/contract/config/evaluateConfig.ts';
import {parseConfig} from '../../../trainer/contract/config/parseConfig.ts';

const media = new URL('../../../media/', import.meta.url);
const configFiles = readdirSync(media, {recursive: true, encoding: 'utf8'}).filter((file) =>
  file.endsWith('.deme.yaml'),
);

function read(file: string) {
  return parseConfig(readFileSync(new URL(file, media), 'utf8'), file);
}

it.each(configFiles)('%s is a valid config', (file) => {
  expect(read(file).name).not.toBe('');
});

describe('the recipe of the paper', () => {
  it.each([
    ['cifar10', 50_000, undefined],
    ['lsun-church', 50_000, undefined],
    ['lsun-bedroom', 50_000, undefined],
    ['sd-coco30k', 30_000, 'data/coco-val2014-30k.csv'],
    ['sd-imagenet1k', 50_000, 'data/imagenet-prompts.txt'],
    ['sd-partiprompts', 1632, 'data/PartiPrompts.tsv'],
  ])('of %s measures %i images once its lines are no comments any more', (name, samples, prompts) => {
    const file = `presets/${name}.deme.yaml`;
    const text = readFileSync(new URL(file, media), 'utf8')
      .replace(/^( +)# ((?:features|samples|reference|prompts): )/gm, '$1$2')
      .replace('  features: none\n', '');
    const {evaluate} = parseConfig(text, file);
    expect(evaluate && measuredCount(evaluate)).toBe(samples);
    expect(evaluate && promptFileOf(evaluate.sampling)?.file).toBe(prompts);
  });

  it.each(['cifar10', 'lsun-church', 'lsun-bedroom', 'sd-coco30k', 'sd-imagenet1k', 'sd-partiprompts'])(
    '%s',
    (name) => {
      const {decouple, merge, engine} = read(`presets/${name}.deme.yaml`);
      expect(decouple && expertCount(decouple)).toBe(4);
      expect(decouple).toMatchObject({
        probability: 0.3,
        consistency: 1,
        projection: 'full',
        updates: 20_000,
        optimizer: {learningRate: 5e-5, betas: [0.95, 0.999], weightDecay: 1e-6, epsilon: 1e-8},
        schedule: {kind: 'constant', warmup: 0},
        clipNorm: 1,
        ema: {maxDecay: 0.9999, power: 0.75},
        draw: 'batch',
      });
      expect((decouple?.batch ?? 0) * (decouple?.accumulation ?? 0)).toBe(64);
      expect(merge?.search).toBeDefined();
      expect(engine.name).toBe('tensorflow');
    },
  );
});

describe('the recipes for Stable Diffusion', () => {
  const names = ['sd-coco30k', 'sd-imagenet1k', 'sd-partiprompts'];

  it('train the same experts, whose captions are left out for guidance', () => {
    const [first, ...others] = names.map((name) => read(`presets/${name}.deme.yaml`));
    expect(first?.decouple).toMatchObject({captionDropout: 0.1, gradientCheckpointing: true});
    expect(first?.data).toMatchObject({resolution: 512, cache: {dtype: 'F16'}, captions: {missing: 'stop'}});
    for (const {base, data, decouple} of others) {
      expect({base, data, decouple}).toEqual({base: first?.base, data: first?.data, decouple: first?.decouple});
    }
  });

  it.each(names)('draw with guidance: %s', (name) => {
    expect(read(`presets/${name}.deme.yaml`).evaluate?.sampling).toMatchObject({
      sampler: 'pndm',
      steps: 25,
      guidance: 7.5,
    });
  });
});
