import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {DataConfig} from '../../../../trainer/contract/config/dataConfig.ts';
import {pixelRows, type ImageRows} from '../../../../trainer/data/imageRows.ts';
import {openData} from '../../../../trainer/data/openData.ts';
import {encodePng} from '../../../../trainer/data/pictures/png.ts';
import {createRandom} from '../../../../trainer/random.ts';
import type {TrainTask} from '../../../../trainer/train/trainTask.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {tinyTask} from '../tasks/tinyTask.ts';

export interface PictureTask {
  readonly task: TrainTask;
  /** What was said of images that are left out, by whichever thread. */
  readonly skipped: string[];
  /** How many images this thread has read. */
  reads(): number;
}

/** The tiny task on a folder of 13 PNGs of 4x4 pixels, of which `damaged` cannot be decoded. */
export async function pictureTask(
  corrupt: 'stop' | 'skip' = 'stop',
  damaged: readonly number[] = [],
): Promise<PictureTask> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'images'));
  for (let i = 0; i < 13; i++) {
    const random = createRandom(2, 'picture', i);
    const pixels = Uint8Array.from({length: 16}, () => random.int(0, 256));
    const png = damaged.includes(i) ? new Uint8Array(50) : encodePng(pixels, 4, 4, 1);
    await writeFile(join(folder, 'images', `${String(i).padStart(2, '0')}.png`), png);
  }
  const sizes = {resolution: 4, channels: 1, validation: 1, test: 1};
  const data = DataConfig.parse({kind: 'images', path: 'images', corrupt, ...sizes});
  const skipped: string[] = [];
  const onSkip = (message: string) => void skipped.push(message);
  const {train} = await openData(data, folder, onSkip);
  let reads = 0;
  const rows = pixelRows(train);
  const images: ImageRows = {
    ...rows,
    read: (index, draw) => {
      reads++;
      return rows.read(index, draw);
    },
  };
  const order = {data, folder, fingerprint: train.fingerprint, tables: null, texts: null};
  const task = {...tinyTask({updates: 1000}, join(folder, 'checkpoints')), images, order, onSkip};
  return {task, skipped, reads: () => reads};
}
