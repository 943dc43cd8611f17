import {cp, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {parseConfig} from '../../../../trainer/contract/config/parseConfig.ts';
import type {NewRunEvent} from '../../../../trainer/contract/run/events.ts';
import {encodePng} from '../../../../trainer/data/pictures/png.ts';
import {openPictureFiles} from '../../../../trainer/data/pictureFiles.ts';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {withFeatureNetworks} from '../../../../trainer/evaluate/featureNetworks.ts';
import {measurePictures} from '../../../../trainer/evaluate/scoring/measurePictures.ts';
import {readStatistics, writeStatistics} from '../../../../trainer/evaluate/statisticsFile.ts';
import {packageRoot} from '../../../../trainer/packageRoot.ts';
import {settleInputs} from '../../../../trainer/pipeline/graph/runInputs.ts';
import {measuringProblems} from '../../../../trainer/pipeline/owner/measuringProblems.ts';
import {distancesByNetwork, sampleDistances} from '../../../../trainer/pipeline/report/sampleDistances.ts';
import {evaluateStage} from '../../../../trainer/pipeline/stages/evaluateStage.ts';
import {InputWatch} from '../../../../trainer/pipeline/stages/inputWatch.ts';
import {referenceStage} from '../../../../trainer/pipeline/stages/referenceStage.ts';
import type {StageContext} from '../../../../trainer/pipeline/stages/stageContext.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const picture = (i: number) =>
  encodePng(
    new Uint8Array(28 * 28).map((_, at) => (at * i * 7) % 256),
    28,
    28,
    1,
  );

/** A folder with images of data, and other images, beside the config of runs of the digit model. */
async function project(): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['images', 'others']) await mkdir(join(folder, name));
  for (let i = 0; i < 6; i++) await writeFile(join(folder, 'images', `${i}.png`), picture(i));
  for (let i = 0; i < 20; i++) await writeFile(join(folder, 'others', `${i}.png`), picture(i + 9));
  return folder;
}

/** A run in a project that has just begun. */
async function begun(folder: string, name: string, evaluate: object) {
  const run = join(folder, name);
  await mkdir(run);
  const text = JSON.stringify({
    name: 'digits',
    base: 'base',
    data: {kind: 'images', path: 'images', resolution: 28, channels: 1, validation: 0, test: 4},
    evaluate: {
      ...{heldOut: {images: 2, timesteps: 1}, sampling: {steps: 1}, grid: 0, samples: 4, features: 'digits'},
      ...evaluate,
    },
  });
  const resolved = {
    folder,
    baseFolder: join(packageRoot(), 'media', 'digits', 'base'),
    config: parseConfig(text, 'digits.deme.yaml'),
  };
  const inputs = await settleInputs(run, resolved, () => undefined);
  const events: NewRunEvent[] = [];
  const context: StageContext = {
    ...{run, resolved, stage: 'reference', key: 'k'},
    watch: await InputWatch.open(run, resolved, inputs),
    emit: (event) => events.push(event),
    nextAction: () => Promise.resolve('continue'),
  };
  return {run, resolved, context, events};
}

describe('the reference of an evaluation', {timeout: 60_000}, () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it('may be statistics: those of the test images give the same distance as these', async () => {
    const folder = await project();
    const tested = await begun(folder, 'tested', {});
    await referenceStage(tested.context);
    await evaluateStage({...tested.context, stage: 'evaluate-base'}, {kind: 'base'});
    const {frechet, measuredBy} = await sampleDistances(tested.run, ['base']);
    await cp(runPaths.statistics(tested.run, 'reference'), join(folder, 'fid.npz'));

    const given = await begun(folder, 'given', {reference: 'fid.npz'});
    await referenceStage(given.context);
    await cp(runPaths.evaluation(tested.run, 'base'), runPaths.evaluation(given.run, 'base'), {recursive: true});
    const {evaluate} = given.resolved.config;
    const found = (await distancesByNetwork(given.run, ['base'], evaluate)).get('digits');
    expect(found?.frechet).toEqual(frechet);
    expect(found).toMatchObject({kid: {}, measuredBy: {...measuredBy, referenceImages: null, kid: null}});
  });

  it('may be a folder of images, which are measured as `deme score` measures them', async () => {
    const folder = await project();
    const {run, context} = await begun(folder, 'run', {reference: {digits: 'others'}});
    await referenceStage(context);
    const images = await openPictureFiles(
      join(folder, 'others'),
      {imageColumn: 'image', setting: '--images'},
      () => undefined,
    );
    await withFeatureNetworks(['digits'], async (networks) => {
      const options = {folder: await temporaryFolder(), source: 'others'};
      const [set] = await measurePictures(images, networks, options);
      const {mean, covariance} = set?.statistics() ?? expect.fail();
      await set?.close();
      expect(await readStatistics(runPaths.statistics(run, 'reference'))).toEqual({mean, covariance});
    });
  });

  it('is refused where it has other features, before anything is drawn', async () => {
    const folder = await project();
    const [mean, covariance] = [new Float64Array(3), Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)];
    await writeStatistics(join(folder, 'three.npz'), {mean, covariance});
    const mismatch = {code: 'statistics-mismatch', where: join(folder, 'three.npz')};
    const {context, events, resolved} = await begun(folder, 'run', {reference: 'three.npz'});
    expect(await measuringProblems(resolved.config, folder)).toMatchObject([mismatch]);
    await expect(referenceStage(context)).rejects.toMatchObject(mismatch);
    await expect(evaluateStage({...context, stage: 'evaluate-base'}, {kind: 'base'})).rejects.toMatchObject(mismatch);
    expect(events.filter((event) => event.type === 'progress' && event.what === 'samples')).toEqual([]);

    const other = await begun(folder, 'other', {reference: 'nowhere'});
    const missing = {code: 'reference-missing', where: join(folder, 'nowhere')};
    expect(await measuringProblems(other.resolved.config, folder)).toMatchObject([missing]);
  });

  it('must stay what the run began with', async () => {
    const folder = await project();
    const {context} = await begun(folder, 'run', {reference: 'others'});
    await writeFile(join(folder, 'others', 'new.png'), picture(50));
    await expect(referenceStage(context)).rejects.toMatchObject({code: 'input-changed', where: 'others'});
    const {run, resolved} = await begun(folder, 'again', {reference: 'fid.npz'});
    // What was missing may come; what was there may not change.
    const statistics = {mean: Float64Array.of(0), covariance: Float64Array.of(1)};
    await writeStatistics(join(folder, 'fid.npz'), statistics);
    await settleInputs(run, resolved, () => undefined);
    await writeStatistics(join(folder, 'fid.npz'), {...statistics, mean: Float64Array.of(1)});
    const changed = {code: 'input-changed', where: 'fid.npz'};
    await expect(settleInputs(run, resolved, () => undefined)).rejects.toMatchObject(changed);
    expect((await readStatistics(join(folder, 'fid.npz'))).mean[0]).toBe(1);
  });
});
