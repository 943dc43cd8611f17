import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {sampleModel} from '../../../trainer/cli/verbs/sampleModel.ts';
import type {PreviewDrawing, PreviewNews, PreviewPicture} from '../../../trainer/contract/panel/preview.ts';
import {decodePng} from '../../../trainer/data/pictures/png.ts';
import {mergeModels} from '../../../trainer/merge/files/mergeFiles.ts';
import {previewBatch} from '../../../trainer/preview/previewPainter.ts';
import {openPreviewModels} from '../../../trainer/preview/previewModels.ts';
import {PreviewWork} from '../../../trainer/preview/previewWork.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {readFile} from 'node:fs/promises';
import {previewFolders} from './previewFolders.ts';

const setting = {weights: [0.4, -0.2], rules: [{match: 'up', weights: [0.1, 0.9]}]};
const draw = (id: number, change: Partial<PreviewDrawing> = {}): PreviewDrawing =>
  ({kind: 'draw', id, setting, seed: 5, images: 6, steps: 7, ...change}) as PreviewDrawing;

describeOnEngines('the work of a preview', (engine) => {
  it('draws coarse, then refined, then the others once, as `deme sample` does', async () => {
    const order = await previewFolders();
    const out = join(order.folder, 'merged');
    await mergeModels({...order, ...setting, out, tool: 'test'});
    const {work, news, pictures} = await begin({...order, saved: out});
    work.start(draw(1));
    await work.idle();
    const [coarse, refined, base, saved] = pictures();
    expect(coarse).toMatchObject({of: 'coarse', images: 4, steps: 4, seed: 5, cell: 0, id: 1});
    expect(pictures().map(({of}) => of)).toEqual(['coarse', 'refined', 'base', 'saved']);
    expect(news.at(-1)).toMatchObject({kind: 'done', id: 1});
    expect(pixels(refined)).toEqual(await sampled(out, order.folder, engine));
    expect(saved?.png).toBe(refined?.png);
    expect(pixels(base)).toEqual(await sampled(order.base, order.folder, engine));
    work.start(draw(2));
    await work.idle();
    expect(
      pictures()
        .slice(4)
        .map(({of}) => of),
    ).toEqual(['coarse', 'refined']);
    work.setSaved(order.base);
    work.start(draw(3, {steps: 3, images: 2}));
    await work.idle();
    expect(
      pictures()
        .slice(6)
        .map(({of}) => of),
    ).toEqual(['refined', 'base', 'saved']);
    expect(pictures().at(-1)?.png).toBe(pictures().at(-2)?.png);
    work.dispose();
  });

  it('ends what is older at its next step, and frees what it had', async () => {
    const {work, news, pictures} = await begin(await previewFolders());
    work.start(draw(1));
    await work.idle();
    const tensors = tf.memory().numTensors;
    work.start(draw(2, {steps: 1000}));
    await new Promise((resolve) => setTimeout(resolve, 20));
    work.start(draw(3, {steps: 1000}));
    work.start(draw(4));
    await work.idle();
    const told = news.flatMap((each) =>
      each.kind === 'cancelled' || each.kind === 'done' ? [[each.kind, each.id]] : [],
    );
    expect(told).toEqual([
      ['done', 1],
      ['cancelled', 2],
      ['cancelled', 3],
      ['done', 4],
    ]);
    expect(pictures().filter(({id, of}) => (id === 2 && of !== 'coarse') || id === 3)).toEqual([]);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(pictures().at(-1)?.png).toBe(pictures().find(({of}) => of === 'refined')?.png);
    work.dispose();
  });

  it('draws the cells of a grid, and stops within it', async () => {
    const {work, news, pictures} = await begin(await previewFolders());
    const settings = [0, 0.5, 1].map((weight) => ({weights: [weight, 0]}));
    work.start({kind: 'grid', id: 1, settings, seed: 5, images: 1, steps: 3});
    await work.idle();
    expect(pictures().map(({of, cell}) => [of, cell])).toEqual([0, 1, 2].map((cell) => ['cell', cell]));
    expect(new Set(pictures().map(({png}) => png)).size).toBe(3);
    work.start({kind: 'grid', id: 2, settings, seed: 5, images: 1, steps: 1000});
    await new Promise((resolve) => setTimeout(resolve, 20));
    work.cancel();
    await work.idle();
    expect(news.at(-1)).toEqual({kind: 'cancelled', id: 2});
    work.dispose();
  });

  it('tells what is wrong with an order, and goes on', async () => {
    const {work, news} = await begin(await previewFolders());
    work.start(draw(1, {setting: {weights: [1]}}));
    await work.idle();
    work.start(draw(2, {steps: 1001}));
    await work.idle();
    work.start(draw(3));
    await work.idle();
    const ends = news.filter(({kind}) => kind !== 'picture');
    expect(ends).toMatchObject([
      {kind: 'failed', id: 1, error: {code: 'merge-weights'}},
      {kind: 'failed', id: 2, error: {code: 'steps-invalid'}},
      {kind: 'done', id: 3},
    ]);
    work.dispose();
  });
});

async function begin(order: Awaited<ReturnType<typeof previewFolders>>) {
  const news: PreviewNews[] = [];
  const models = await openPreviewModels(order);
  const work = new PreviewWork(models, order.saved, (each) => news.push(each));
  const pictures = () => news.filter((each): each is PreviewPicture => each.kind === 'picture');
  return {work, news, pictures};
}

/** What the command line draws. */
async function sampled(model: string, folder: string, engine: 'tensorflow' | 'webgpu' | 'wasm') {
  const out = join(folder, 'sampled.png');
  const options = {
    model,
    out,
    count: 6,
    sampler: 'ddim',
    steps: 7,
    eta: 0,
    seed: 5,
    batch: previewBatch,
    engine,
  } as const;
  await sampleModel(options, () => undefined);
  return decodePng(await readFile(out));
}

function pixels(picture: PreviewPicture | undefined) {
  return decodePng(Buffer.from(picture?.png ?? '', 'base64'));
}
