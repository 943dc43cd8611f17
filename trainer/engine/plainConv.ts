import type {Conv2DGeometry} from './convGeometry.ts';

/** Convolution and its gradients as plain loops: slow, obvious, and the measure of every engine. All arrays are row-major. */
export interface PlainConv {
  /** [N, H, W, C] and [kh, kw, C, K] to [N, OH, OW, K]. */
  output(images: Float32Array, filter: Float32Array): Float32Array;
  /** [N, H, W, C] and [N, OH, OW, K] to [kh, kw, C, K]. */
  filterGradient(images: Float32Array, outputGradient: Float32Array): Float32Array;
  /** [N, OH, OW, K] and [kh, kw, C, K] to [N, H, W, C]. */
  inputGradient(outputGradient: Float32Array, filter: Float32Array): Float32Array;
}

export function plainConv(geometry: Conv2DGeometry): PlainConv {
  const {batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth} =
    geometry;
  const imageSize = batchSize * inHeight * inWidth * inChannels;
  const filterSize = filterHeight * filterWidth * inChannels * outChannels;
  const outputSize = batchSize * outHeight * outWidth * outChannels;
  return {
    output: (images, filter) =>
      accumulate(outputSize, (sums, image, weight, output) =>
        add(sums, output, at(images, image) * at(filter, weight)),
      ),
    filterGradient: (images, gradient) =>
      accumulate(filterSize, (sums, image, weight, output) =>
        add(sums, weight, at(images, image) * at(gradient, output)),
      ),
    inputGradient: (gradient, filter) =>
      accumulate(imageSize, (sums, image, weight, output) =>
        add(sums, image, at(gradient, output) * at(filter, weight)),
      ),
  };

  function accumulate(
    size: number,
    visit: (sums: Float64Array, image: number, weight: number, output: number) => void,
  ): Float32Array {
    const sums = new Float64Array(size);
    visitProducts(geometry, (image, weight, output) => visit(sums, image, weight, output));
    return Float32Array.from(sums);
  }
}

/** Calls with the three indices of each product image * weight that a convolution adds to an output. */
function visitProducts(geometry: Conv2DGeometry, visit: (image: number, weight: number, output: number) => void): void {
  visitWindows(geometry, (pixel, tap, position) => {
    for (let c = 0; c < geometry.inChannels; c++) {
      for (let k = 0; k < geometry.outChannels; k++) {
        const weight = (tap * geometry.inChannels + c) * geometry.outChannels + k;
        visit(pixel * geometry.inChannels + c, weight, position * geometry.outChannels + k);
      }
    }
  });
}

/** Calls with each pixel that a tap of the filter sees from an output position; padding is not visited. */
function visitWindows(geometry: Conv2DGeometry, visit: (pixel: number, tap: number, position: number) => void): void {
  const {
    batchSize,
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    padInfo,
  } = geometry;
  const taps = filterHeight * filterWidth;
  for (let position = 0; position < batchSize * outHeight * outWidth; position++) {
    const image = Math.floor(position / (outHeight * outWidth));
    const top = (Math.floor(position / outWidth) % outHeight) * strideHeight - padInfo.top;
    const left = (position % outWidth) * strideWidth - padInfo.left;
    for (let tap = 0; tap < taps; tap++) {
      const y = top + Math.floor(tap / filterWidth);
      const x = left + (tap % filterWidth);
      if (y >= 0 && y < inHeight && x >= 0 && x < inWidth) visit((image * inHeight + y) * inWidth + x, tap, position);
    }
  }
}

function at(values: Float32Array, index: number): number {
  return values[index] ?? 0;
}

function add(sums: Float64Array, index: number, value: number): void {
  sums[index] = (sums[index] ?? 0) + value;
}
