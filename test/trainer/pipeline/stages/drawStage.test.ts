import {execFileSync} from 'node:child_process';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeAll, describe, expect, it, vi} from 'vitest';
import {scoreImages} from '../../../../trainer/cli/verbs/score/scoreImages.ts';
import {parseConfig} from '../../../../trainer/contract/config/parseConfig.ts';
import type {NewRunEvent} from '../../../../trainer/contract/run/events.ts';
import {encodePng} from '../../../../trainer/data/pictures/png.ts';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {featureFolder} from '../../../../trainer/evaluate/featureWeights.ts';
import {packageRoot} from '../../../../trainer/packageRoot.ts';
import {drawnPictures} from '../../../../trainer/pipeline/report/drawnPictures.ts';
import {distancesByNetwork} from '../../../../trainer/pipeline/report/sampleDistances.ts';
import {drawStage} from '../../../../trainer/pipeline/stages/drawStage.ts';
import {evaluateStage} from '../../../../trainer/pipeline/stages/evaluateStage.ts';
import {referenceStage} from '../../../../trainer/pipeline/stages/referenceStage.ts';
import {watchInputs} from '../../../../trainer/pipeline/stages/inputWatch.ts';
import {Stopped, type StageContext} from '../../../../trainer/pipeline/stages/stageContext.ts';
import {namesIn} from '../../../../trainer/store/files/namesIn.ts';
import {hashFile} from '../../../../trainer/store/hashes/sha256.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {writeSmallClip} from '../../../helpers/models/featureCache.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const base = {kind: 'base'} as const;
const unwatched = {signal: new AbortController().signal, onNote: () => undefined, onProgress: () => undefined};

/** A run of the digit model whose evaluation draws 130 images. */
async function digitRun(evaluate: object) {
  const folder = await temporaryFolder();
  const run = join(folder, 'run');
  for (const each of [run, join(folder, 'images')]) await mkdir(each);
  for (let i = 0; i < 6; i++)
    await writeFile(join(folder, 'images', `${i}.png`), encodePng(new Uint8Array(28 * 28).fill(40 * i), 28, 28, 1));
  const text = JSON.stringify({
    name: 'digits',
    base: 'base',
    data: {kind: 'images', path: 'images', resolution: 28, channels: 1, validation: 0, test: 4},
    evaluate: {heldOut: {images: 2, timesteps: 1}, sampling: {steps: 1, batch: 50}, grid: 4, samples: 130, ...evaluate},
  });
  const config = parseConfig(text, 'digits.deme.yaml');
  const resolved = {folder, baseFolder: join(packageRoot(), 'media', 'digits', 'base'), config};
  const events: NewRunEvent[] = [];
  const context = async (stopAt = Infinity): Promise<StageContext> => {
    let asked = 0;
    return {
      run,
      resolved,
      stage: 'evaluate-base',
      key: 'k',
      watch: await watchInputs(run, resolved),
      emit: (event) => events.push(event),
      nextAction: () => Promise.resolve(asked++ >= stopAt ? 'stop' : 'continue'),
    };
  };
  const result = async (name: string) => hashFile(join(runPaths.evaluation(run, 'base'), name));
  return {run, events, context, result, evaluate: config.evaluate};
}

/** Puts a small CLIP where downloaded weights lie. */
async function cacheClip(): Promise<void> {
  vi.stubEnv('DEME_CACHE', await temporaryFolder());
  await writeSmallClip(featureFolder('clip-vit-b-32'));
}

const drawn = (events: readonly NewRunEvent[]) =>
  events.flatMap((event) => (event.type === 'progress' && event.what === 'samples' ? [[event.done, event.total]] : []));

describe('an evaluation', {timeout: 120_000}, () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));
  afterEach(() => void vi.unstubAllEnvs());

  it('measures the same images by several networks, in stages of their own or not, and goes on where it was stopped', async () => {
    await cacheClip();
    const files = ['features-digits.safetensors', 'features-clip.safetensors', 'statistics-digits.npz', 'samples.png'];
    const whole = await digitRun({features: ['digits', 'clip']});
    expect(await evaluateStage(await whole.context(), base)).toBe('done');
    expect(drawn(whole.events).at(-1)).toEqual([130, 130]);

    const shared = await digitRun({features: ['digits', 'clip'], shards: 2, keep: ['features', 'images', 'tar']});
    await drawStage(await shared.context(), base, 1);
    await expect(drawStage(await shared.context(1), base, 0)).rejects.toThrow(Stopped);
    // The other shard is missing, and is drawn by the evaluation itself.
    await evaluateStage(await shared.context(), base);
    expect(drawn(shared.events).at(-1)).toEqual([130, 130]);
    for (const file of files) expect(await shared.result(file), file).toBe(await whole.result(file));
    expect(await namesIn(runPaths.drawnImages(shared.run, 'base'))).toHaveLength(130);

    // The tar file has the same images in the same order. A run that keeps it alone has the same bytes, also where it was stopped after it.
    const tar = runPaths.drawnTar(shared.run, 'base');
    const listed = execFileSync('tar', ['-tf', tar], {encoding: 'utf8'}).trim().split('\n');
    expect(listed).toEqual((await namesIn(runPaths.drawnImages(shared.run, 'base'))).sort());
    const packed = await digitRun({features: 'none', keep: ['tar']});
    await evaluateStage(await packed.context(), base);
    expect(await packed.result('images.tar')).toBe(await shared.result('images.tar'));
    expect(await namesIn(runPaths.drawnImages(packed.run, 'base'))).toEqual([]);
    await evaluateStage(await packed.context(), base);
    expect(await packed.result('images.tar')).toBe(await shared.result('images.tar'));
    const pictures = await Promise.all(
      [packed, shared].map(async ({run, evaluate}) =>
        (await drawnPictures(run, 'base', evaluate ?? expect.fail())).read(7),
      ),
    );
    expect(pictures[0]).toEqual(pictures[1]);

    // `deme score` of the images that were kept gives the numbers of the report.
    await referenceStage(await shared.context());
    const distances = await distancesByNetwork(shared.run, ['base'], shared.evaluate);
    for (const [name, {frechet, precisionRecall}] of distances) {
      const reference = runPaths.features(shared.run, 'reference', name);
      const images = runPaths.drawnImages(shared.run, 'base');
      const request = {images, reference, features: [name], imageColumn: 'image', engine: 'wasm'} as const;
      const {scores} = await scoreImages(request, unwatched);
      const {precision, recall} = precisionRecall?.['base'] ?? expect.fail();
      const distance = frechet['base'] ?? expect.fail();
      // The digit classifier sees what was drawn before it is rounded to the bytes of a file.
      const rounding = name === 'digits' ? 1e-4 * distance : 0;
      expect(scores).toMatchObject([{images: 130, precisionRecall: {precision, recall}}]);
      expect(Math.abs((scores[0]?.frechetDistance ?? NaN) - distance)).toBeLessThanOrEqual(rounding);
    }
  });
});
