import {describe, expect, it} from 'vitest';
import {heldOutBatch, trainBatch as trainRows, type TrainBatchRequest} from '../../../trainer/data/batches.ts';
import type {ImageSource} from '../../../trainer/data/dataset.ts';
import {pixelRows} from '../../../trainer/data/imageRows.ts';
import {toBytes} from '../../../trainer/data/pictures/pixelRange.ts';
import {numberedSource} from '../../helpers/models/numberedSource.ts';

const plain = {batch: 4, seed: 7, flip: false, randomCrop: false};

type PixelRequest = Omit<TrainBatchRequest, 'source'> & {readonly source: ImageSource};

async function trainBatch(request: PixelRequest): Promise<Float32Array> {
  return (await trainRows({...request, source: pixelRows(request.source)})).values;
}

/** The images of a batch of a numbered source, by number. */
async function imagesOf(request: PixelRequest): Promise<number[]> {
  const bytes = toBytes(await trainBatch(request));
  return [...bytes].filter((_, i) => i % 2 === 0);
}

async function firstImages(request: Omit<PixelRequest, 'index'>, batches: number): Promise<number[]> {
  const images: number[] = [];
  for (let index = 0; index < batches; index++) images.push(...(await imagesOf({...request, index})));
  return images;
}

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

describe('trainBatch', () => {
  it('shows every image once in each epoch, across the ends of epochs', async () => {
    const images = await firstImages({...plain, source: numberedSource(10)}, 15);
    const epochs = Array.from({length: 6}, (_, epoch) => images.slice(epoch * 10, epoch * 10 + 10));
    for (const epoch of epochs) expect(ascending(epoch)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(epochs.map(String)).size).toBe(6);
  });

  it('holds more images than the source has', async () => {
    const images = await imagesOf({...plain, source: numberedSource(3), batch: 8, index: 0});
    expect(ascending(images.slice(0, 3))).toEqual([0, 1, 2]);
    expect(ascending(images.slice(3, 6))).toEqual([0, 1, 2]);
  });

  it('gives the same batch when a run is resumed as when it goes through', async () => {
    const settings = {batch: 7, seed: 3, flip: true, randomCrop: true};
    const through = numberedSource(20);
    for (let index = 0; index < 9; index++) {
      const inOrder = await trainBatch({...settings, source: through, index});
      const cold = await trainBatch({...settings, source: numberedSource(20), index});
      expect(cold).toEqual(inOrder);
    }
  });

  it('does not depend on how the images are cut into batches', async () => {
    const fours = await firstImages({...plain, source: numberedSource(10)}, 6);
    const sixes = await firstImages({...plain, batch: 6, source: numberedSource(10)}, 4);
    expect(sixes).toEqual(fours);
  });

  it('depends on the seed', async () => {
    const source = numberedSource(50);
    expect(await firstImages({...plain, source}, 3)).not.toEqual(await firstImages({...plain, seed: 8, source}, 3));
  });

  it('mirrors about half of the images, and others in the next epoch', async () => {
    const size = 100;
    const request = {source: numberedSource(size), batch: size, seed: 1, flip: true, randomCrop: false};
    const mirrored = async (index: number): Promise<number[]> => {
      const shuffled = await imagesOf({...request, flip: false, index});
      const shown = await imagesOf({...request, index});
      shown.forEach((value, i) => expect([shuffled[i], 255 - (shuffled[i] ?? 0)]).toContain(value));
      return shuffled.filter((value, i) => shown[i] !== value);
    };
    const [first, second] = [await mirrored(0), await mirrored(1)];
    expect(first.length).toBeGreaterThan(30);
    expect(first.length).toBeLessThan(70);
    expect(ascending(first)).not.toEqual(ascending(second));
  });

  it('mirrors each row of pixels with its channels', async () => {
    const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    const read = (): Promise<Uint8Array> => Promise.resolve(pixels);
    const source = {size: 1, shape: [2, 2, 3] as const, fingerprint: '', read};
    const shown = new Set<string>();
    for (let index = 0; index < 20; index++) {
      shown.add(toBytes(await trainBatch({...plain, source, batch: 1, flip: true, index})).join());
    }
    expect([...shown].sort()).toEqual(['1,2,3,4,5,6,7,8,9,10,11,12', '4,5,6,1,2,3,10,11,12,7,8,9']);
  });

  it('hands the source two draws in [0, 1) for a random crop, the same for the same position', async () => {
    const draws: number[] = [];
    const base = numberedSource(5);
    const read = (index: number, random?: () => number): Promise<Uint8Array | null> => {
      if (random) draws.push(random(), random());
      return base.read(index);
    };
    const request = {...plain, source: {...base, read}, batch: 5, randomCrop: true, index: 2};
    await trainBatch(request);
    const first = draws.splice(0);
    await trainBatch(request);
    expect(draws).toEqual(first);
    expect(new Set(first).size).toBe(10);
    expect(first.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  it('replaces a corrupt image by the next one in order', async () => {
    const whole = await firstImages({...plain, source: numberedSource(10)}, 5);
    const [hole = -1, next = -1] = whole.slice(2, 4);
    const holed = await firstImages({...plain, source: numberedSource(10, [hole])}, 5);
    expect(holed[2]).toBe(next);
    expect(holed).not.toContain(hole);
    expect(holed.filter((_, i) => whole[i] !== hole)).toEqual(whole.filter((image) => image !== hole));
  });

  it('says which images it took, and for which draws', async () => {
    const request = {...plain, source: pixelRows(numberedSource(10, [3])), index: 1};
    const {drawn, values} = await trainRows(request);
    expect(drawn.map(({position}) => position)).toEqual([4, 5, 6, 7]);
    expect(drawn.map(({index}) => index)).toEqual([...toBytes(values)].filter((_, i) => i % 2 === 0));
  });

  it('stops when no image is readable, or there is none', async () => {
    const unreadable = trainBatch({...plain, source: numberedSource(3, [0, 1, 2]), index: 0});
    await expect(unreadable).rejects.toThrow('None of the 3 images can be decoded.');
    await expect(trainBatch({...plain, source: numberedSource(0), index: 0})).rejects.toThrow('no images');
  });
});

describe('heldOutBatch', () => {
  it('gives the images asked for, scaled to [-1, 1]', async () => {
    const batch = await heldOutBatch(numberedSource(256), [255, 0, 51]);
    expect([...batch]).toEqual([1, -1, -1, 1, Math.fround(51 / 127.5 - 1), Math.fround(204 / 127.5 - 1)]);
  });

  it('replaces a corrupt image by the next one, round the end', async () => {
    const bytes = toBytes(await heldOutBatch(numberedSource(4, [2, 3]), [1, 2, 3]));
    expect([...bytes].filter((_, i) => i % 2 === 0)).toEqual([1, 0, 0]);
  });
});
