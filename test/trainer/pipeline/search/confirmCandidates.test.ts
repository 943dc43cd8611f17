import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {SamplingConfig} from '../../../../trainer/contract/config/evaluateConfig.ts';
import {ConfirmConfig} from '../../../../trainer/contract/config/searchConfig.ts';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {packageRoot} from '../../../../trainer/packageRoot.ts';
import {confirmCandidates} from '../../../../trainer/pipeline/search/confirmCandidates.ts';
import {openMergeLab} from '../../../../trainer/pipeline/search/mergeLab.ts';
import {expectNoLeak} from '../../../helpers/engine/tensorCount.ts';
import {searchedRun} from './searchedRun.ts';

const digits = join(packageRoot(), 'media', 'digits', 'base');

/** Two experts that are the digit model itself, so that every merge with weights draws the same images. */
async function digitLab() {
  const run = await searchedRun(
    {},
    {
      base: digits,
      experts: [{model: digits}, {model: digits}],
      data: {kind: 'mnist', validation: 40, test: 4},
    },
  );
  return openMergeLab(await run.context());
}

describe('confirmCandidates', {timeout: 120_000}, () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it('compares the images of the best few, and of no others', async () => {
    const lab = await digitLab();
    const candidates = [0.03, 0.01, 0.04, 0.02].map((loss, i) => ({weights: [i / 4, 0], loss, origin: `c${i}`}));
    let batches = 0;
    const warnings: string[] = [];
    const request = {
      lab,
      candidates,
      weightsOf: (vector: readonly number[]) => vector,
      config: ConfirmConfig.parse({best: 2, samples: 6}),
      sampling: SamplingConfig.parse({steps: 2, batch: 4}),
      features: 'digits' as const,
      onProgress: () => undefined,
      onWarning: (message: string) => void warnings.push(message),
      beforeBatch: () => Promise.resolve(void batches++),
    };
    const confirmed = await confirmCandidates(request);
    expect(confirmed.map(({origin}) => origin).sort()).toEqual(['c1', 'c3']);
    expect(batches).toBe(4);
    // The task vectors are zero: the same images from the same noise.
    expect(confirmed[0]?.kid).toEqual(confirmed[1]?.kid);
    expect(confirmed[0]?.frechet).toBeGreaterThan(0);
    expect(warnings).toEqual([]); // KID has no bias.
    await expectNoLeak(async () => void (await confirmCandidates(request)));
    await confirmCandidates({...request, config: ConfirmConfig.parse({best: 2, samples: 6, by: 'frechet'})});
    expect(warnings.join()).toMatch(/of 6 samples to 40 reference images are unreliable/);
    const stop = new Error('stop');
    await expect(confirmCandidates({...request, beforeBatch: () => Promise.reject(stop)})).rejects.toThrow(stop);
    lab.dispose();
  });
});
