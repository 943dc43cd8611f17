import {readFile, rm} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it, onTestFinished} from 'vitest';
import {openRows} from '../../../../trainer/data/rowsOrder.ts';
import {pixelSpace} from '../../../../trainer/models/imageSpace.ts';
import {createRandom} from '../../../../trainer/random.ts';
import {packageRoot} from '../../../../trainer/packageRoot.ts';
import {RowTable} from '../../../../trainer/store/table/rowTable.ts';
import {BatchReader, disposeBatches} from '../../../../trainer/train/batches/batchReader.ts';
import {threadPays} from '../../../../trainer/train/batches/threadPays.ts';
import type {TrainTask} from '../../../../trainer/train/trainTask.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {pictureTask} from './pictureTask.ts';

useCpuBackend();

function readerOf(task: TrainTask, pays: boolean): BatchReader {
  const reader = new BatchReader(task, () => pays);
  onTestFinished(() => reader.dispose());
  return reader;
}

/** All numbers of an update. */
async function taken(reader: BatchReader, update: number): Promise<unknown> {
  const {batches} = await reader.take(update);
  const numbers = await Promise.all(
    batches.map(async ({images, noise, timesteps, dropoutSeed}) => ({
      images: [...(await images.data())],
      noise: [...(await noise.data())],
      timesteps,
      dropoutSeed,
    })),
  );
  disposeBatches(batches);
  return numbers;
}

/** Takes updates from `first` on until the thread has drawn one; returns the next. */
async function untilThread(reader: BatchReader, reads: () => number, first = 0): Promise<number> {
  for (let update = first; update < first + 900; update++) {
    const before = reads();
    disposeBatches((await reader.take(update)).batches);
    await wait(10);
    if (update > first + 4 && reads() === before) return update + 1;
  }
  return expect.fail('the thread has drawn nothing');
}

describe('the reader of batches', () => {
  it('gives the same with a thread as without, and from wherever it begins', async () => {
    const [{task, reads}, other] = [await pictureTask(), await pictureTask()];
    const alone = readerOf(other.task, false);
    const reader = readerOf({...task, images: {...task.images, fingerprint: 'x'}}, true);
    for (let update = 0; update < 4; update++) expect(await taken(reader, update)).toEqual(await taken(alone, update));
    const next = await untilThread(reader, reads, 4);
    const before = reads();
    for (let update = next; update < next + 5; update++)
      expect(await taken(reader, update)).toEqual(await taken(alone, update));
    expect(reads()).toBe(before);
    // One that is not the next, as after a rollback.
    expect(await taken(reader, 2)).toEqual(await taken(alone, 2));
  });

  it('tells of a damaged image with the same error', async () => {
    const {task} = await pictureTask('stop', [4]);
    const errorOf = async (pays: boolean) => {
      const reader = readerOf(task, pays);
      for (let update = 0; ; update++) {
        const outcome = await reader.take(update).then(
          ({batches}) => disposeBatches(batches),
          (error: unknown) => error as Error,
        );
        if (outcome) return {update, outcome};
        await wait(20);
      }
    };
    const [alone, threaded] = [await errorOf(false), await errorOf(true)];
    expect(alone.outcome.message).toContain('cannot be decoded');
    expect(threaded).toEqual(alone);
  });

  it('passes on what the thread says of images that it leaves out', async () => {
    const {task, skipped, reads} = await pictureTask('skip', [3, 7]);
    const order = task.order ?? expect.fail();
    const [reader, said] = [readerOf(task, true), [] as string[]];
    const next = await untilThread(reader, reads);
    for (let update = next; update < next + 8; update++) disposeBatches((await reader.take(update)).batches);
    const {images} = await openRows(order, (message) => said.push(message));
    for (let i = 0; i < images.size; i++) await images.read(i);
    expect(new Set(skipped)).toEqual(new Set(said));
    expect(said.length).toBeGreaterThan(0);
  });

  it('goes on by itself where the thread finds other images, or none', async () => {
    for (const fingerprint of ['other', 'gone'] as const) {
      const {task} = await pictureTask();
      const order = task.order ?? expect.fail();
      if (fingerprint === 'gone') await rm(join(order.folder, 'nothing'), {force: true});
      const broken = fingerprint === 'other' ? {...order, fingerprint} : {...order, folder: join(order.folder, 'gone')};
      const [reader, alone] = [readerOf({...task, order: broken}, true), readerOf(task, false)];
      for (let update = 0; update < 8; update++) {
        expect(await taken(reader, update)).toEqual(await taken(alone, update));
        await wait(30);
      }
    }
  });

  it('needs no more once it is disposed of', async () => {
    const {task, reads} = await pictureTask();
    const reader = readerOf(task, true);
    const next = await untilThread(reader, reads);
    const pending = reader.take(next);
    await reader.dispose();
    disposeBatches((await pending).batches);
    disposeBatches((await reader.take(next + 1)).batches);
  });
});

/** A built file and all that it loads at its start. */
async function loadedBy(file: string, seen = new Map<string, string>()): Promise<Map<string, string>> {
  if (seen.has(file)) return seen;
  const text = await readFile(file, 'utf8');
  seen.set(file, text);
  for (const [, path = ''] of text.matchAll(/^(?:import|export)\b[^;]*?"(\.[^"]+)"/gm))
    await loadedBy(join(dirname(file), path), seen);
  return seen;
}

it('has a thread that loads no engine', async () => {
  const loads = async (entry: string) => {
    const all = [...(await loadedBy(join(packageRoot(), 'dist', entry))).values()];
    return all.some((text) => /"@tensorflow\/|tfjs-core/.test(text));
  };
  expect(await loads('batches.js')).toBe(false);
  // Else there would be nothing to find.
  expect(await loads('trainer.js')).toBe(true);
});

describe('rows that another thread reads', () => {
  it('are the latents and texts of the tables, and an error where one is missing', async () => {
    const {task} = await pictureTask();
    const order = task.order ?? expect.fail();
    const table = async (what: string, rows: number, shape: number[]) => {
      const settings = {folder: await temporaryFolder(), what, rows, shape, dtype: 'F32' as const};
      const compute = (row: number) => {
        const size = shape.reduce((a, b) => a * b);
        return Promise.resolve(createRandom(row, what).fillNormal(new Float32Array(size)));
      };
      const quiet = {beforeEach: () => Promise.resolve(), say: () => undefined, onProgress: () => undefined};
      const filled = new RowTable({...settings, compute}, quiet);
      await filled.fill();
      return {settings, read: filled.read.bind(filled)};
    };
    const [plain, mirrored] = [await table('plain', 3, [2, 2, 8]), await table('mirrored', 3, [2, 2, 8])];
    const texts = await table('texts', 2, [4, 5]);
    const {images, texts: opened} = await openRows(
      {
        ...order,
        tables: {plain: plain.settings, mirrored: mirrored.settings},
        texts: {missing: 'empty', known: ['', 'a seven'], table: texts.settings},
      },
      () => undefined,
    );
    expect(images.shape).toEqual([2, 2, 8]);
    expect(await images.read(2)).toEqual(await plain.read(2));
    expect(await opened?.rows.read('a seven')).toEqual(await texts.read(1));
    expect(await opened?.captions(0)).toEqual(['']);
    await expect(opened?.rows.read('an eight')).rejects.toThrow('a row of texts is not on the disk');
    // Nothing has opened it yet.
    await rm(mirrored.settings.folder, {recursive: true});
    await expect(images.read(2, {mirrored: true})).rejects.toThrow('a row of mirrored is not on the disk');
  });
});

it('draws in a thread only what takes long, and a share of the update', () => {
  expect(threadPays([0.05, 0.02, 0.02], [9, 0.1])).toBe(true);
  expect(threadPays([0.05, 0.001, 0.001], [9, 0.01])).toBe(false);
  expect(threadPays([0.02, 0.02, 0.02], [9, 2])).toBe(false);
});

it('has spaces that draw what the numbers say', () => {
  const space = pixelSpace([4, 4, 1]);
  const image = tf.ones<tf.Rank.R4>([1, 4, 4, 1]);
  expect(space.draw(image, () => expect.fail('there is nothing to draw')).shape).toEqual([1, 4, 4, 1]);
});
