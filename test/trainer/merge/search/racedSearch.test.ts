import {describe, expect, it} from 'vitest';
import {distinctBaselines} from '../../../../trainer/merge/search/baselineCandidates.ts';
import {raceRounds} from '../../../../trainer/merge/search/race.ts';
import {racedSearchImages, type RaceStart} from '../../../../trainer/merge/search/raceBudget.ts';
import {searchByRaces, type RacedSearchRequest} from '../../../../trainer/merge/search/racedSearch.ts';
import {createRandom} from '../../../../trainer/random.ts';

/** The weights of the probe in issue 16: far outside [0, 1], and one of them negative. */
const optimum = [-2.23, 0.79, 3.68, 0.63];
const rounds = raceRounds({first: 64, samples: 512});

function startOf(experts: number): RaceStart {
  const [start, ...others] = distinctBaselines(experts);
  return {start: start!, others};
}

/** The true distance of weights: a bowl that is steeper in some directions. */
function truth(weights: readonly number[], best: readonly number[] = optimum): number {
  const offsets = weights.map((weight, i) => weight - best[i]!);
  const sum = offsets.reduce((total, offset) => total + offset, 0);
  return 26 + offsets.reduce((total, offset) => total + offset ** 2, 0) / 6 + sum ** 2 / 20;
}

/** Measures with noise of deviation `noise` / sqrt(images), and counts what would be drawn. */
function measured(best?: readonly number[], noise = 8) {
  const drawn = new Map<string, number>();
  const measure: RacedSearchRequest['measure'] = ({weights}, images) => {
    const key = weights.join();
    drawn.set(key, Math.max(images, drawn.get(key) ?? 0));
    const normal = createRandom(7, 'noise', images, ...weights).normal();
    return Promise.resolve(truth(weights, best) + (noise * normal) / Math.sqrt(images));
  };
  return {measure, images: () => [...drawn.values()].reduce((sum, images) => sum + images, 0)};
}

describe('searchByRaces', () => {
  it('finds weights far outside [0, 1] in spite of the noise', async () => {
    for (const seed of [0, 1, 2]) {
      const {measure} = measured();
      const {best, start} = await searchByRaces({...startOf(4), budget: 160, rounds, sigma: 1, seed, measure});
      expect(truth(best.weights)).toBeLessThan(26.6);
      expect(truth(start.weights)).toBeGreaterThan(29);
      expect(Math.min(...best.weights)).toBeLessThan(0);
    }
  });

  it('says after each race what it still draws, at last nothing', async () => {
    const start = startOf(2);
    const [budget, said] = [33, [] as number[]];
    const {measure, images} = measured([0.7, 0.2]);
    const drawn: number[] = [];
    const onRace = (left: number) => {
      said.push(left);
      drawn.push(images());
    };
    await searchByRaces({...start, budget, rounds, sigma: 0.3, seed: 1, measure, onRace});
    const planned = racedSearchImages({budget, rounds}, start);
    for (const [i, left] of said.entries()) expect(drawn[i]! + left).toBeLessThanOrEqual(planned);
    expect(drawn[0]! + said[0]!).toBe(planned);
    expect(said.at(-1)).toBe(0);
  });

  it('draws the images that it was said to, and never more', async () => {
    for (const experts of [1, 2, 4]) {
      for (const budget of [1, 2, 3, 7, 8, 9, 10, 20, 33]) {
        const start = startOf(experts);
        const {measure, images} = measured(Array.from({length: experts}, () => 2));
        const {candidates} = await searchByRaces({...start, budget, rounds, sigma: 1, seed: 3, measure});
        expect(images(), `${experts} experts, ${budget} candidates`).toBe(racedSearchImages({budget, rounds}, start));
        expect(candidates.length).toBeLessThanOrEqual(budget);
      }
    }
  });

  it('does not measure a start whose value is known', async () => {
    const {measure, images} = measured([2], 1);
    const start: RaceStart = {
      start: {weights: [0], origin: 'base', value: 30},
      others: [{weights: [1], origin: 'all'}],
    };
    const {best, ...found} = await searchByRaces({...start, budget: 14, rounds, sigma: 1, seed: 0, measure});
    expect(images()).toBe(racedSearchImages({budget: 14, rounds}, start));
    expect(found.start).toMatchObject({value: 30, images: 512});
    expect(truth(best.weights, [2])).toBeLessThan(26.1);
  });

  it('takes only distances by all images for the best', async () => {
    const measure: RacedSearchRequest['measure'] = ({weights}, images) =>
      Promise.resolve(truth(weights) - 20 * (512 / images));
    const {best, candidates} = await searchByRaces({...startOf(4), budget: 40, rounds, sigma: 1, seed: 0, measure});
    const whole = candidates.filter(({images}) => images === 512);
    expect(best.value).toBe(Math.min(...whole.map(({value}) => value)));
    expect(candidates.some(({value, images}) => value < best.value && images < 512)).toBe(true);
  });

  it('stays at the base where nothing is better, or nothing else is a number', async () => {
    const worse: RacedSearchRequest['measure'] = ({weights}) =>
      Promise.resolve(weights.every((weight) => weight === 0) ? 1 : NaN);
    const {best} = await searchByRaces({...startOf(4), budget: 30, rounds, sigma: 1, seed: 0, measure: worse});
    expect(best).toMatchObject({weights: [0, 0, 0, 0], value: 1});
  });

  it('neither measures nor chooses what is not allowed, and still learns from it', async () => {
    const measuredWeights: (readonly number[])[] = [];
    const {measure} = measured();
    const allowed = (weights: readonly number[]) => weights.every((weight) => weight <= 2);
    const {best, refused} = await searchByRaces({
      ...startOf(4),
      ...{budget: 200, rounds, sigma: 1, seed: 0},
      measure: (candidate, images) => {
        measuredWeights.push(candidate.weights);
        return measure(candidate, images);
      },
      excess: (weights) => Promise.resolve(Math.max(...weights) - 2),
    });
    expect(measuredWeights.every(allowed)).toBe(true);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.some(({weights}) => allowed(weights))).toBe(false);
    // The best that is allowed has 2 in place of 3.68.
    expect(truth(best.weights)).toBeLessThan(27.6);
  });

  it('is the same for the same seed, and another for another', async () => {
    const run = async (seed: number) => {
      const {measure} = measured();
      return searchByRaces({...startOf(4), budget: 30, rounds, sigma: 1, seed, measure});
    };
    expect(await run(1)).toEqual(await run(1));
    expect((await run(1)).candidates).not.toEqual((await run(2)).candidates);
  });
});
