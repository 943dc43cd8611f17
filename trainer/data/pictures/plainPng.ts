import {convertIndexedToRgb, decode, type DecodedPng} from 'fast-png';
import {checkedPng} from './checkedPng.ts';

/**
 * [resolution, resolution, 3] bytes of a PNG of just that size, in the same terms as sharp gives them: 16 bits lose
 * their lower half, alpha is laid over white. Null where the image would need more than that (another size, fewer than
 * 8 bits of grey, a transparent colour). Throws where the file is broken.
 */
export function decodePlainPng(bytes: Uint8Array, resolution: number): Uint8Array | null {
  const {width, height} = headerSize(bytes);
  // The header decides before any memory is taken.
  if (width !== resolution || height !== resolution) return null;
  const image = decode(checkedPng(bytes, resolution * resolution), {checkCrc: true});
  if (image.transparency || (image.depth < 8 && !image.palette)) return null;
  return flattenToRgb(channelsOf(image));
}

interface Samples {
  readonly data: Uint8Array;
  /** 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA. */
  readonly channels: number;
}

/** Width and height from the IHDR chunk, which the format puts first. */
function headerSize(bytes: Uint8Array): {width: number; height: number} {
  if (bytes.length < 24) throw new Error('it ends inside its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {width: view.getUint32(16), height: view.getUint32(20)};
}

function channelsOf(image: DecodedPng): Samples {
  if (image.palette) {
    return {data: eightBits(convertIndexedToRgb(image)), channels: image.palette[0]?.length ?? 3};
  }
  return {data: eightBits(image.data), channels: image.channels};
}

function eightBits(data: DecodedPng['data']): Uint8Array {
  return data instanceof Uint16Array ? Uint8Array.from(data, (value) => value >> 8) : Uint8Array.from(data);
}

function flattenToRgb({data, channels}: Samples): Uint8Array {
  const pixels = data.length / channels;
  const hasAlpha = channels === 2 || channels === 4;
  const colours = hasAlpha ? channels - 1 : channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const start = pixel * channels;
    const alpha = hasAlpha ? (data[start + colours] ?? 255) : 255;
    for (let channel = 0; channel < 3; channel++) {
      const value = data[start + Math.min(channel, colours - 1)] ?? 0;
      rgb[pixel * 3 + channel] = Math.floor((value * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return rgb;
}
