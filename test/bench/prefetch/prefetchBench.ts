import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import {DataConfig} from '../../../trainer/contract/config/dataConfig.ts';
import {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {pixelRows} from '../../../trainer/data/imageRows.ts';
import {openData} from '../../../trainer/data/openData.ts';
import {encodePng} from '../../../trainer/data/pictures/png.ts';
import {pixelSpace} from '../../../trainer/models/imageSpace.ts';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {createRandom} from '../../../trainer/random.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {BatchReader, disposeBatches} from '../../../trainer/train/batches/batchReader.ts';
import type {TrainTask} from '../../../trainer/train/trainTask.ts';
import {markdownTable} from '../markdownTable.ts';
import {median} from '../median.ts';

/**
 * `npm run bench -- prefetch`: updates whose computing keeps this thread busy for as long as drawing their images and noise takes, with and without a
 * thread that draws. Exit code 1 where one with it takes more than 1.1 times the longer of both.
 */
const [pictures, side, resolution, batch, updates, rounds, limit] = [64, 512, 256, 8, 20, 3, 1.1];

await tf.setBackend('cpu');
await mkdir(join(packageRoot(), 'dist', 'bench'), {recursive: true});
const folder = await mkdtemp(join(packageRoot(), 'dist', 'bench', 'pictures-'));
try {
  process.exitCode = await bench();
} finally {
  await rm(folder, {recursive: true, force: true});
}

async function bench(): Promise<number> {
  const task = await pictureTask();
  const all: {draw: number; alone: number; threaded: number}[] = [];
  for (let round = 0; round < rounds; round++) {
    const draw = await secondsOf(task, false, 0);
    all.push({draw, alone: await secondsOf(task, false, draw), threaded: await secondsOf(task, true, draw)});
  }
  const rowOf = (what: string, key: 'draw' | 'alone' | 'threaded') => [
    what,
    `${(1000 * median(all.map((round) => round[key]))).toFixed(0)} ms`,
    `${ratio(key).toFixed(2)}x`,
  ];
  // Of the same round: how fast the machine is changes meanwhile.
  const ratio = (key: 'draw' | 'alone' | 'threaded') => median(all.map((round) => round[key] / round.draw));
  const rows = [
    rowOf('drawing alone', 'draw'),
    rowOf('computing alone', 'draw'),
    rowOf('both, without a thread', 'alone'),
    rowOf('both, with a thread', 'threaded'),
  ];
  const head = [`${batch} PNGs of ${side}x${side} to ${resolution}x${resolution}`, 'an update', 'to the longer'];
  process.stdout.write(`${markdownTable(head, rows)}\n`);
  return ratio('threaded') <= limit ? 0 : 1;
}

/** Median seconds of an update that computes for so long, once the thread is at work. */
async function secondsOf(task: TrainTask, hasThread: boolean, computing: number): Promise<number> {
  const reader = new BatchReader(task, () => hasThread);
  const times: number[] = [];
  for (let update = 0; update < updates; update++) {
    const begun = performance.now();
    disposeBatches((await reader.take(update)).batches);
    keepBusy(computing);
    times.push((performance.now() - begun) / 1000);
  }
  await reader.dispose();
  return median(times.slice(updates / 2));
}

/** As the session of TensorFlow does: this thread gets to do nothing else. It waits, since cores that compute are not what is measured. */
function keepBusy(seconds: number): void {
  if (seconds > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000 * seconds);
}

async function pictureTask(): Promise<TrainTask> {
  const random = createRandom(1, 'pictures');
  for (let i = 0; i < pictures; i++) {
    const smooth = Uint8Array.from({length: side * side * 3}, (_, k) => (k / (7 + i) + random.float() * 40) & 255);
    await writeFile(join(folder, `${i}.png`), encodePng(smooth, side, side, 3));
  }
  const data = DataConfig.parse({kind: 'images', path: '.', resolution, channels: 3, validation: 1, test: 1});
  const {train} = await openData(data, folder, () => undefined);
  const images = pixelRows(train);
  return {
    stage: 'bench',
    config: TrainingConfig.parse({batch, updates: 1000}),
    setting: {
      denoiser: undefined as never,
      schedule: createSchedule(SchedulerConfig.parse({})),
      teacher: null,
      consistency: 0,
    },
    initial: new Map(),
    range: [0, 1000],
    probability: 0,
    images,
    texts: null,
    order: {data, folder, fingerprint: train.fingerprint, tables: null, texts: null},
    space: pixelSpace([resolution, resolution, 3]),
    flip: false,
    randomCrop: false,
    checkpoints: folder,
  };
}
