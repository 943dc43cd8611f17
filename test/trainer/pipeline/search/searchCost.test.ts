import {appendFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import type {RunEvent} from '../../../../trainer/contract/run/events.ts';
import {distancePlan, plannedImages} from '../../../../trainer/pipeline/search/distancePlan.ts';
import {searchCost} from '../../../../trainer/pipeline/search/searchCost.ts';
import {writeJsonAtomic} from '../../../../trainer/store/files/jsonFile.ts';
import {createRun} from '../../../../trainer/store/run/runFolder.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

function configWith(search: object, changes: object = {}): DemeConfig {
  return DemeConfig.parse({
    name: 'digits',
    base: 'base',
    data: {kind: 'mnist'},
    decouple: {ranges: 4},
    merge: {search: {objective: 'frechet', budget: 17, ...search}},
    evaluate: {features: 'digits', sampling: {steps: 50, batch: 32}},
    ...changes,
  });
}

const race = {first: 64, samples: 256};
const test = {samples: 100, seeds: [1, 2]};

describe('searchCost', () => {
  it('says how many images a search and its test draw', async () => {
    const cost = await searchCost(configWith({sampling: {steps: 10}, race, test}), await temporaryFolder());
    // The base by all 256; the 7 obvious weights and one generation of 8 as races of 64, 128 and 256; the mean by all.
    const races = [7 * 64 + 4 * 64 + 2 * 128, 8 * 64 + 4 * 64 + 2 * 128];
    expect(cost).toMatchObject({
      search: 256 + races[0]! + races[1]! + 256,
      test: 3 * 2 * 100,
      steps: 10,
      seconds: null,
    });
    expect(cost?.text).toBe(
      'up to 17 candidates by Fréchet distance: 2,496 images in 10 steps each, and 600 for the test of the result',
    );
  });

  it('counts the ordinary finetune, the parts of the network, and whole batches', async () => {
    const plan = distancePlan(configWith({race, test, groups: {budget: 12}}, {ordinary: true})) ?? expect.fail();
    // The task vector has one weight: 1 as it is, 3 generations of 4, 2 more, and the mean.
    const ordinary = 256 + 3 * (4 * 64 + 2 * 64 + 128) + (2 * 64 + 64 + 128) + 256;
    // Twelve weights have generations of 11. Three have 7, of which one, 3 more and the mean make 12 with the start.
    const parts = 11 * 64 + 6 * 64 + 3 * 128 + (7 * 64 + 4 * 64 + 2 * 128 + (3 * 64 + 2 * 64 + 128) + 256);
    expect(plannedImages(plan).search).toBe(2496 + ordinary + parts);
    expect(plannedImages(plan).test).toBe(6 * 2 * 100);
    expect(distancePlan(configWith({race: {first: 50, samples: 100}}))?.rounds).toEqual([64, 128]);
    expect((await searchCost(configWith({race, test}, {ordinary: true}), '/'))?.text).toContain(
      'up to 17 candidates by Fréchet distance, and as many of the ordinary finetune: ',
    );
  });

  it('costs nothing where nothing is drawn', async () => {
    const merge = {search: {}};
    expect(await searchCost(configWith({}, {merge}), '/')).toBeNull();
    expect(await searchCost(configWith({}, {merge: {weights: [1, 1, 1, 1]}}), '/')).toBeNull();
    expect(await searchCost(configWith({}, {merge: undefined}), '/')).toBeNull();
  });

  it('says about how long it takes, by the pace of the newest run that has drawn images', async () => {
    const folder = await temporaryFolder();
    const config = configWith({sampling: {steps: 10}, race, test});
    const progress = (stage: string, what: string, done: number, time: number): RunEvent => ({
      type: 'progress',
      stage,
      what,
      done,
      total: 1000,
      time,
    });
    // 100 images of 50 steps in 20 s: 4 ms a step.
    await runOf(config, [
      progress('evaluate-base', 'samples', 0, 0),
      progress('evaluate-base', 'samples', 100, 20_000),
    ]);
    await runOf(config, [progress('merge', 'tensors', 1, 0)]);
    const cost = await searchCost(config, folder);
    expect(cost?.seconds).toBeCloseTo(0.004 * 10 * (2496 + 600), 6);
    expect(cost?.text).toMatch(/ for the test of the result, about 2 min at the pace of digits-1$/);
    // A search is what its own images say: 10 ms a step.
    const own = (done: number, time: number) => progress('search', 'images of the search', done, time);
    await runOf(config, [own(0, 0), own(10, 1000)]);
    expect((await searchCost(config, folder))?.text).toMatch(/about 5 min at the pace of digits-3$/);

    async function runOf(resolved: DemeConfig, events: readonly RunEvent[]): Promise<void> {
      const run = await createRun(join(folder, '.deme', 'runs'), 'digits', {
        tool: 'test',
        created: new Date().toISOString(),
        config: 'digits.deme.yaml',
        engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
      });
      await writeJsonAtomic(runPaths.config(run.path), {folder, baseFolder: null, config: resolved});
      await appendFile(runPaths.events(run.path), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    }
  });
});
