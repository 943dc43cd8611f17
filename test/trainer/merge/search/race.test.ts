import {describe, expect, it} from 'vitest';
import {race, raceImages, raceRounds, type MeasureByImages} from '../../../../trainer/merge/search/race.ts';
import {createRandom} from '../../../../trainer/random.ts';

interface Runner {
  readonly name: number;
}

/**
 * A distance that falls with the number of images as Fréchet's does, with noise that all candidates share and noise of their own, of deviation
 * 1 and `own` for one image. Candidate i is worse than candidate i - 1 by `gap`.
 */
function noisy(seed: number, {gap, own}: {gap: number; own: number}) {
  const drawn = new Map<number, number>();
  const measure: MeasureByImages<Runner> = ({name}, images) => {
    drawn.set(name, images);
    const shared = createRandom(seed, 'shared', images).normal();
    const noise = createRandom(seed, 'own', name, images).normal();
    return Promise.resolve(gap * name + 50 / images + (shared + own * noise) / Math.sqrt(images));
  };
  return {measure, images: () => [...drawn.values()].reduce((sum, images) => sum + images, 0)};
}

function runners(count: number, seed: number): Runner[] {
  const random = createRandom(seed, 'order');
  return Array.from({length: count}, (_, name) => ({name, at: random.float()}))
    .sort((a, b) => a.at - b.at)
    .map(({name}) => ({name}));
}

describe('race', () => {
  it('gives twice as many images each round, and at last all', () => {
    expect(raceRounds({first: 256, samples: 2048})).toEqual([256, 512, 1024, 2048]);
    expect(raceRounds({first: 64, samples: 100})).toEqual([64, 128]);
    expect(raceRounds({first: 100, samples: 450})).toEqual([100, 200, 400, 500]);
    expect(raceRounds({first: 8, samples: 8})).toEqual([8]);
    expect(raceRounds({first: 8, samples: 3})).toEqual([8]);
  });

  it('draws the images that it was said to, whatever the candidates', async () => {
    for (const [seed, count] of [1, 2, 3, 5, 8, 11, 16].entries()) {
      const rounds = raceRounds({first: 4, samples: 4 + 9 * seed});
      const {measure, images} = noisy(seed, {gap: 0.1, own: 1});
      const ranked = await race(runners(count, seed), rounds, measure);
      expect(images(), `${count}`).toBe(raceImages(count, rounds));
      expect(ranked).toHaveLength(count);
      expect(ranked[0]?.images).toBe(rounds.at(-1));
    }
    expect(raceImages(8, [256, 512, 1024, 2048])).toBe(8 * 256 + 4 * 256 + 2 * 512 + 1024);
    expect(raceImages(0, [4, 8])).toBe(0);
  });

  it('finds the best of candidates whose noise is known', async () => {
    // The deviation of a difference at 16 images is 2 / 4 = 0.5: half of the gap between neighbours.
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const {measure} = noisy(seed, {gap: 1, own: Math.SQRT2});
      const [best] = await race(runners(8, seed), raceRounds({first: 16, samples: 256}), measure);
      found += best?.name === 0 ? 1 : 0;
    }
    expect(found).toBeGreaterThan(190);
  });

  it('is not led astray by noise that all candidates share', async () => {
    for (let seed = 0; seed < 50; seed++) {
      const {measure} = noisy(seed, {gap: 1e-3, own: 0});
      const ranked = await race(runners(9, seed), raceRounds({first: 2, samples: 16}), measure);
      expect(ranked.map(({name}) => name)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });

  it('puts those behind that left earlier, and what is not a number last', async () => {
    const values: Record<number, number[]> = {
      0: [1, 9, 0],
      1: [2, 3, 8],
      2: [3, 0, 0],
      3: [NaN, 0, 0],
      4: [Infinity, 0, 0],
    };
    const measure: MeasureByImages<Runner> = ({name}, images) =>
      Promise.resolve(values[name]?.[[2, 4, 8].indexOf(images)] ?? NaN);
    const ranked = await race(
      [4, 3, 2, 1, 0].map((name) => ({name})),
      [2, 4, 8],
      measure,
    );
    // 2 has the best value of the second round, and the last, though 1 was better in the first.
    expect(ranked.map(({name}) => name)).toEqual([2, 1, 0, 4, 3]);
    expect(ranked.map(({images}) => images)).toEqual([8, 8, 4, 2, 2]);
  });
});
