import {describe, expect, it} from 'vitest';
import {GroupSearchConfig} from '../../../../trainer/contract/config/searchConfig.ts';
import {groupsOf, groupWeights, searchGroups} from '../../../../trainer/merge/search/groupSearch.ts';
import {tensorWeights} from '../../../../trainer/merge/tensorWeights.ts';
import {unetPart} from '../../../../trainer/models/tensorPart.ts';

const names = ['conv_in.weight', 'down_blocks.0.a', 'mid_block.a', 'up_blocks.1.a', 'time_embedding.linear_1.bias'];
const start = [0.4, 0.6];

/** Every part of the network has an optimum of its own. */
function score(optimum: readonly number[]): (vector: readonly number[]) => Promise<number> {
  return (vector) => Promise.resolve(1 + vector.reduce((sum, value, i) => sum + (value - optimum[i]!) ** 2, 0));
}

function search(optimum: readonly number[], budget: number, groups = groupsOf(names, unetPart)) {
  const config = GroupSearchConfig.parse({budget});
  return searchGroups({groups, start, config, seed: 0, score: score(optimum)});
}

describe('searchGroups', () => {
  it('finds weights for each part of the network, negative ones too', async () => {
    const optimum = [0.5, 0.6, 0.3, 0.7, -0.1, 0.9];
    const {groups, rules, loss, candidates} = await search(optimum, 600);
    expect(groups).toEqual(['down', 'mid', 'up']);
    expect(loss).toBeLessThan(1.001);
    rules.flatMap(({weights}) => weights).forEach((weight, i) => expect(weight).toBeCloseTo(optimum[i]!, 1));
    expect(candidates[0]).toMatchObject({weights: [...start, ...start, ...start], origin: 'found weights'});
    expect(loss).toBe(Math.min(...candidates.map((candidate) => candidate.loss)));
  });

  it('says so by no rules where the same weights everywhere are best', async () => {
    const {rules, loss} = await search([...start, ...start, ...start], 40);
    expect(rules).toEqual([]);
    expect(loss).toBe(1);
  });

  it('keeps to its budget', async () => {
    for (const budget of [1, 5, 17]) {
      expect((await search([1, 1, 1, 1, 1, 1], budget)).candidates.length).toBeLessThanOrEqual(budget);
    }
  });

  it('measures what its rules then merge', async () => {
    const groups = groupsOf(names, unetPart);
    const {rules} = await search([0.5, 0.6, 0.3, 0.7, -0.1, 0.9], 60);
    const vector = rules.flatMap(({weights}) => weights.map(Number));
    const weightsOf = groupWeights(groups, start, unetPart);
    const {byTensor} = tensorWeights(names, start, rules, unetPart);
    for (const name of names) expect(byTensor.get(name), name).toEqual(weightsOf(vector, name));
  });

  it('knows which parts a network has', () => {
    expect(groupsOf(names, unetPart)).toEqual(['down', 'mid', 'up']);
    expect(groupsOf(['up_blocks.0.a', 'out.weight'], unetPart)).toEqual(['up']);
    expect(groupsOf(['weight'], unetPart)).toEqual([]);
  });
});
