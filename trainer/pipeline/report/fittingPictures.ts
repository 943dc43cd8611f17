import {resize} from '../../data/pictures/resize.ts';
import {decodePng, encodePng} from '../../data/pictures/png.ts';

interface Content {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** A picture with its bytes as they fit; `scale` is what its sides were shrunk to, 1 for one as it was. */
export interface FittingPicture extends Content {
  readonly scale: number;
}

/**
 * Pictures that take at most `room` bytes together: where they would take more, the sides of all PNG files are shrunk alike, and charts stay as they are.
 * What does not fit even so is left out, the largest first.
 */
export function fittingPictures(all: readonly Content[], room: number): FittingPicture[] {
  const size = (pictures: readonly Content[]) => pictures.reduce((sum, {bytes}) => sum + bytes.length, 0);
  const isPng = ({file}: Content) => file.endsWith('.png');
  const charts = all.filter((content) => !isPng(content)).sort((a, b) => a.bytes.length - b.bytes.length);
  const large = new Set(charts.filter((_, i) => size(charts.slice(0, i + 1)) > room));
  const contents = all.filter((content) => !large.has(content));
  const left = room - size(contents.filter((content) => !isPng(content)));
  const grids = size(contents.filter(isPng));
  const asTheyAre = contents.map((content) => ({...content, scale: 1}));
  if (grids <= left) return asTheyAre;
  // Shrunk pictures compress worse than in proportion to their pixels.
  for (let scale = Math.sqrt(Math.max(left, 0) / grids); scale > 0.01; scale *= 0.85) {
    const fitting = contents.map((content) => (isPng(content) ? shrunk(content, scale) : {...content, scale: 1}));
    if (size(fitting) <= room) return fitting;
  }
  return asTheyAre.filter((picture) => !isPng(picture));
}

function shrunk({file, bytes}: Content, scale: number): FittingPicture {
  const picture = decodePng(bytes);
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const small = resize(picture, {width: side(picture.width), height: side(picture.height)}, 'bilinear');
  return {file, bytes: encodePng(small.pixels, small.width, small.height, small.channels), scale};
}
