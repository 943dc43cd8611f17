import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {readEvents} from '../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {tinyUnetConfig, writeTinyExperiment} from '../../helpers/runs/tinyExperiment.ts';

/** The first step of each stage: its losses, and its gradient before clipping. */
async function firstSteps(verb: string, lossWeighting: object | undefined) {
  const folder = await temporaryFolder();
  const training = {updates: 1, batch: 4, logEvery: 1, lossWeighting};
  const config = await writeTinyExperiment(folder, {
    decouple: {ranges: 2, ...training},
    pretrain: {model: tinyUnetConfig, scheduler: SchedulerConfig.parse({}), ...training},
    ordinary: true,
    merge: {weights: [1, 1]},
    evaluate: undefined,
  });
  const {code, stderr} = await deme([verb, config]);
  expect(code, stderr).toBe(0);
  const events = await readEvents(runPaths.events(join(folder, '.deme', 'runs', 'tiny-1')));
  return new Map(
    events.flatMap((event) =>
      event.type === 'step' && event.update === 1
        ? [[event.stage, {losses: event.losses, gradientNorm: event.gradientNorm}] as const]
        : [],
    ),
  );
}

describe('a loss weighting of a config', {timeout: 300_000}, () => {
  useCpuBackend();

  it.each([
    ['run', ['expert-0', 'expert-1', 'ordinary']],
    ['pretrain', ['pretrain']],
  ])('changes the gradients of all trainings and not the losses that are logged: deme %s', async (verb, stages) => {
    const plain = await firstSteps(verb, undefined);
    const weighted = await firstSteps(verb, {kind: 'p2', k: 1, gamma: 1});
    expect([...weighted.keys()]).toEqual(expect.arrayContaining(stages));
    for (const stage of stages) {
      expect(weighted.get(stage)?.losses).toEqual(plain.get(stage)?.losses);
      // 1 / (1 + SNR) is below 1 everywhere.
      expect(weighted.get(stage)?.gradientNorm).toBeLessThan(plain.get(stage)?.gradientNorm ?? NaN);
    }
  });
});
