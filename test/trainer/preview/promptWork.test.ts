import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import {expect, it, vi} from 'vitest';
import type {
  PreviewDrawing,
  PreviewNews,
  PreviewPicture,
  PreviewText,
} from '../../../trainer/contract/panel/preview.ts';
import {decodePng, imageGrid} from '../../../trainer/data/pictures/png.ts';
import {mergeModels} from '../../../trainer/merge/files/mergeFiles.ts';
import {Predictor} from '../../../trainer/models/predictor.ts';
import {loadPretrained} from '../../../trainer/models/pretrained.ts';
import {openPreviewModels, type PreviewModels} from '../../../trainer/preview/previewModels.ts';
import {PreviewWork} from '../../../trainer/preview/previewWork.ts';
import {seededNoise} from '../../../trainer/sample/noiseSource.ts';
import {modelPredict, type Predict} from '../../../trainer/sample/predict.ts';
import {sample} from '../../../trainer/sample/sample.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {itLong} from '../../helpers/longTests.ts';
import {promptFolders} from './promptFolders.ts';
import {previewFolders} from './previewFolders.ts';

// TensorFlow prepares a graph of thousands of operations for each number of images.
vi.setConfig({testTimeout: 600_000});

const setting = {weights: [0.4, -0.2]};
const text: PreviewText = {prompts: ['a bold seven', 'a thin two'], negative: 'a blot', guidance: 3};
const draw = (id: number, change: Partial<PreviewDrawing> = {}): PreviewDrawing =>
  ({kind: 'draw', id, setting, seed: 5, images: 1, steps: 5, text, ...change}) as PreviewDrawing;

describeOnEngines('a preview of models with a text encoder', (engine) => {
  const itOnWasm = engine === 'wasm' ? it : itLong;

  it('draws each prompt with guidance from the noise of the seed, decoded from its latents', async () => {
    const order = await promptFolders();
    const saved = join(order.folder, 'merged');
    await mergeModels({...order, ...setting, out: saved, tool: 'test'});
    const {models, work, pictures} = await begin({...order, saved});
    work.start(draw(1, {images: 3}));
    await work.idle();
    expect(pictures().map(({of, images, steps}) => [of, images, steps])).toEqual([
      ['coarse', 2, 4],
      ['refined', 3, 5],
      ['base', 3, 5],
      ['saved', 3, 5],
    ]);
    for (const picture of pictures()) expect(picture).toMatchObject({text, seed: 5});
    const [coarse, refined, base, last] = pictures();
    expect(last?.png).toBe(refined?.png);
    expect(base?.png).not.toBe(refined?.png);
    const predictor = new Predictor(models.model.denoiser, (await loadPretrained(saved)).params);
    expectClose(refined, await reference(models, predictor, 3, 5), 2);
    expectClose(coarse, await reference(models, predictor, 2, 4), 1);
    predictor.dispose();
    work.dispose();
  });

  itOnWasm('encodes each prompt once, and frees all it had', async () => {
    const order = await promptFolders();
    const before = tf.memory().numTensors;
    const {models, work, pictures} = await begin(order);
    const encoded: string[] = [];
    const conditioner = models.components.text ?? expect.fail('no text encoder');
    const encode = conditioner.encode.bind(conditioner);
    conditioner.encode = (texts, ...rest) => {
      encoded.push(...texts);
      return encode(texts, ...rest);
    };
    work.start(draw(1));
    await work.idle();
    work.start(draw(2, {setting: {weights: [1, 0]}}));
    await work.idle();
    work.start(draw(3, {text: {...text, prompts: ['a bold seven', 'another']}}));
    await work.idle();
    expect(encoded.sort()).toEqual(['a blot', 'a bold seven', 'a thin two', 'another']);
    // The base is drawn again for other prompts only.
    expect(pictures().map(({id, of}) => `${id} ${of}`)).toEqual([
      '1 coarse',
      '1 refined',
      '1 base',
      '2 coarse',
      '2 refined',
      '3 coarse',
      '3 refined',
      '3 base',
    ]);
    work.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  itOnWasm('draws no prompt as it is without a text, and ends what is older at its next step', async () => {
    const {work, news, pictures} = await begin(await promptFolders());
    work.start(draw(1, {images: 1, text: undefined}));
    await work.idle();
    work.start(draw(2, {images: 1, text: {prompts: [''], negative: '', guidance: 1}}));
    await work.idle();
    const refined = pictures().filter(({of}) => of === 'refined');
    expect(refined[0]?.png).toBe(refined[1]?.png);
    work.start(draw(3, {steps: 1000}));
    await new Promise((resolve) => setTimeout(resolve, 20));
    work.start(draw(4, {images: 1}));
    await work.idle();
    expect(news.filter(({kind}) => kind === 'cancelled' || kind === 'done')).toMatchObject([
      {kind: 'done', id: 1},
      {kind: 'done', id: 2},
      {kind: 'cancelled', id: 3},
      {kind: 'done', id: 4},
    ]);
    work.dispose();
  });

  itOnWasm('draws the cells of a grid about square, prompt after prompt', async () => {
    const {work, pictures} = await begin(await promptFolders());
    work.start({kind: 'grid', id: 1, settings: [setting], seed: 5, images: 1, steps: 2, text});
    await work.idle();
    expect(pixels(pictures()[0])).toMatchObject({width: 258, height: 128});
    work.dispose();
  });

  it('refuses prompts for a model without a text encoder', async () => {
    const {work, news} = await begin(await previewFolders());
    work.start(draw(1));
    await work.idle();
    expect(news).toMatchObject([{kind: 'failed', id: 1, error: {code: 'prompts-unused'}}]);
    work.dispose();
  });
});

async function begin(order: Awaited<ReturnType<typeof promptFolders>>) {
  const news: PreviewNews[] = [];
  const models = await openPreviewModels(order);
  const work = new PreviewWork(models, order.saved, (each) => news.push(each));
  const pictures = () => news.filter((each): each is PreviewPicture => each.kind === 'picture');
  return {models, work, news, pictures};
}

/** Each image by itself, with two predictions a step, one after the other. */
async function reference(
  {model, space, components}: PreviewModels,
  predictor: Predictor,
  images: number,
  steps: number,
) {
  const encode = (prompt: string) => components.text?.encode([prompt]) as Tensor3D;
  const away = encode(text.negative);
  const drawn: Tensor4D[] = [];
  for (const prompt of text.prompts) {
    const context = encode(prompt);
    const answer = modelPredict(predictor);
    const predict: Predict = (noisy, t) =>
      tf.tidy(() => {
        const [plain, prompted] = [answer(noisy, t, {context: away}), answer(noisy, t, {context})];
        return tf.add(plain, tf.mul(tf.sub(prompted, plain), text.guidance));
      });
    for (let image = 0; image < images; image++) {
      const noise = seededNoise(5, space.shape).initial({first: 0, numbers: [image]});
      const request = {
        predict,
        schedule: model.schedule,
        ofLatents: true,
        noise,
        stepNoise: () => noise,
        steps,
        eta: 0,
      };
      const latents = await sample({...request, sampler: 'ddim'});
      drawn.push(space.decode(latents));
    }
  }
  const shape = [text.prompts.length * images, ...space.imageShape] as const;
  const values = await tf.concat4d(drawn, 0).data<'float32'>();
  return imageGrid(values, shape, images);
}

function pixels(picture: PreviewPicture | undefined) {
  return decodePng(Buffer.from(picture?.png ?? '', 'base64'));
}

/** At most `levels` of 256 apart. */
function expectClose(
  picture: PreviewPicture | undefined,
  expected: {width: number; height: number; pixels: Uint8Array},
  levels: number,
): void {
  const actual = pixels(picture);
  expect([actual.width, actual.height]).toEqual([expected.width, expected.height]);
  const differences = actual.pixels.map((level, i) => Math.abs(level - (expected.pixels[i] ?? NaN)));
  expect(differences.reduce((most, each) => Math.max(most, each), 0)).toBeLessThanOrEqual(levels);
  expect(new Set(actual.pixels).size).toBeGreaterThan(20);
}
