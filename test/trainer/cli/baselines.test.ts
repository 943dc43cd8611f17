import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {Report} from '../../../trainer/contract/run/report.ts';
import {readJson} from '../../../trainer/store/files/jsonFile.ts';
import {readEvents} from '../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../helpers/runs/tinyExperiment.ts';

useCpuBackend();

it('trains, measures and reports each baseline of a config on the draws of the ordinary finetune', async () => {
  const folder = await temporaryFolder();
  const config = await writeTinyExperiment(folder, {
    ordinary: true,
    baselines: {
      // With so large a gamma all multipliers are 1.
      plain: {lossWeighting: {kind: 'min-snr', gamma: 1e12}},
      p2: {lossWeighting: {kind: 'p2'}},
      speed: {timestepSampling: {kind: 'speed', ratio: 1000}},
    },
    merge: {weights: [1, 1]},
  });
  const {code, stderr} = await deme(['run', config]);
  expect(code, stderr).toBe(0);

  const run = join(folder, '.deme', 'runs', 'tiny-1');
  const weights = (model: string) =>
    readFile(join(runPaths.model(run, model), 'unet', 'diffusion_pytorch_model.safetensors'));
  const [ordinary, plain, p2, speed] = await Promise.all(
    ['ordinary', 'baseline-plain', 'baseline-p2', 'baseline-speed'].map(weights),
  );
  expect(plain?.equals(ordinary as Buffer)).toBe(true);
  expect(p2?.equals(ordinary as Buffer)).toBe(false);
  expect(speed?.equals(ordinary as Buffer)).toBe(false);

  const events = await readEvents(runPaths.events(run));
  const losses = (stage: string) =>
    events.flatMap((event) => (event.type === 'step' && event.stage === stage ? [event.losses] : []));
  expect(losses('baseline-p2')[0]).toEqual(losses('ordinary')[0]); // logged without the weights
  expect(losses('ordinary')).toHaveLength(6); // those of two experts together
  expect(losses('baseline-speed')).toHaveLength(6);

  const report = await readJson(runPaths.reportRecord(run), Report, 'the report');
  const {heldOut, mergedToOrdinary, mergedToBaselines} = report;
  expect(Object.keys(heldOut)).toEqual([
    'base',
    'ordinary',
    'baseline-plain',
    'baseline-p2',
    'baseline-speed',
    'expert-0',
    'expert-1',
    'ensemble',
    'merged',
  ]);
  expect(heldOut['baseline-plain']).toEqual(heldOut['ordinary']);
  expect(mergedToBaselines?.['baseline-plain']).toEqual(mergedToOrdinary);
  expect(await readFile(runPaths.reportText(run), 'utf8')).toContain(
    'The merged model against baseline-p2: held-out loss',
  );
  expect(await readFile(runPaths.reportPage(run), 'utf8')).toContain('alt="Samples of merged (same seeds)"');
});
