import {UserError} from '../../../contract/errors.ts';
import {openPictureFiles} from '../../../data/pictureFiles.ts';
import {toRgb} from '../../../data/pictures/pillowImage.ts';
import {decodedPictures} from '../../../evaluate/scoring/measurePictures.ts';
import type {FileArray} from './arrayFile.ts';

/**
 * The pictures of a folder, in the order of their names, or of one file: as bytes [N,3,H,W] of their colours, neither resized nor cut. Throws a
 * UserError where their sizes differ.
 */
export async function readPictures(path: string): Promise<FileArray> {
  const images = await openPictureFiles(path, {imageColumn: 'image', setting: '--pictures'}, () => undefined);
  let values = new Float32Array(0);
  let [height, width, index] = [0, 0, 0];
  for await (const pictures of decodedPictures(images)) {
    for (const picture of pictures.map(toRgb)) {
      if (index === 0) {
        ({height, width} = picture);
        values = new Float32Array(images.size * 3 * height * width);
      } else if (picture.height !== height || picture.width !== width) {
        const sizes = `${picture.height}x${picture.width} pixels, but the first ${height}x${width}`;
        throw new UserError('size-invalid', `This picture has ${sizes}.`, {
          where: images.name(index),
          hint: 'Give pictures of one size.',
        });
      }
      const area = height * width;
      const planes = values.subarray(index * 3 * area, (index + 1) * 3 * area);
      picture.pixels.forEach((byte, i) => void (planes[(i % 3) * area + Math.floor(i / 3)] = byte));
      index++;
    }
  }
  return {values, shape: [images.size, 3, height, width], dtype: 'U8'};
}
