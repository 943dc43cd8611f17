import * as tf from '@tensorflow/tfjs-core';
import {convGeometry, type Conv2DGeometry} from '../../convGeometry.ts';
import {replaceKernel} from './replaceKernel.ts';

/** From this many weights on, the forms below pay off. */
const largestPlain = 100_000;

/** As a product of matrices, a convolution at so few positions is several times faster. */
const mostPositions = 512;
const manyWeights = 3_000_000;

/**
 * Other forms of large convolutions, for TensorFlow on a CPU. Its oneDNN kernels turn the weights into blocks before they multiply, but
 * for a single image they do not, which takes two to three times as long; for a volume of one layer they do. Where there are few pixels,
 * making the blocks is most of the work, and a product of matrices does without. The sums differ in their last bits.
 */
export function registerCpuConv(): void {
  replaceKernel(tf.Conv2D, (original) => (call) => {
    const {x, filter} = call.inputs as Record<'x' | 'filter', tf.Tensor4D>;
    const attributes = call.attrs as unknown as tf.Conv2DAttrs;
    const form = formOf(x, filter, attributes);
    if (form === 'plain') return original(call);
    const {strides, pad, dimRoundingMode} = attributes;
    const geometry = convGeometry(x.shape, filter.shape, {strides, pad, dimRoundingMode});
    return tf.tidy(() => (form === 'product' ? asProduct : asVolume)(x, filter, geometry));
  });
}

function formOf(x: tf.Tensor4D, filter: tf.Tensor4D, attributes: tf.Conv2DAttrs): 'plain' | 'product' | 'volume' {
  const {dataFormat, dilations, pad} = attributes;
  const isCommon = dataFormat === 'NHWC' && [dilations].flat().every((dilation) => dilation === 1);
  const size = tf.util.sizeFromShape(filter.shape);
  const isWindow = filter.shape[0] * filter.shape[1] > 1;
  if (!isCommon || (pad !== 'same' && pad !== 'valid') || !isWindow || size < largestPlain) return 'plain';
  const [batch, height, width] = x.shape;
  if (batch * height * width <= mostPositions && size >= manyWeights) return 'product';
  return batch === 1 ? 'volume' : 'plain';
}

/** The image as a volume of one layer. */
function asVolume(x: tf.Tensor4D, filter: tf.Tensor4D, geometry: Conv2DGeometry): tf.Tensor4D {
  const {padInfo, strideHeight, strideWidth, outShape} = geometry;
  const volume: tf.Tensor5D = tf.reshape(x, [1, ...x.shape]);
  const weights: tf.Tensor5D = tf.reshape(filter, [1, ...filter.shape]);
  const pad = padInfo.type === 'SAME' ? 'same' : 'valid';
  return tf.reshape(tf.conv3d(volume, weights, [1, strideHeight, strideWidth], pad), outShape);
}

/** The windows of all positions side by side, times the weights. Transposed, which is the faster way round. */
function asProduct(x: tf.Tensor4D, filter: tf.Tensor4D, geometry: Conv2DGeometry): tf.Tensor4D {
  const {batchSize, outHeight, outWidth, outChannels, filterHeight, filterWidth, inChannels, outShape} = geometry;
  const {top, bottom, left, right} = geometry.padInfo;
  const padded = tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const taps = Array.from({length: filterHeight * filterWidth}, (_, tap) =>
    tapOf(padded, Math.floor(tap / filterWidth), tap % filterWidth, geometry),
  );
  const [positions, values] = [batchSize * outHeight * outWidth, filterHeight * filterWidth * inChannels];
  const windows = tf.reshape(tf.concat(taps, 3), [positions, values]);
  const weights = tf.reshape(filter, [values, outChannels]);
  return tf.reshape(tf.transpose(tf.matMul(weights, windows, true, true)), outShape);
}

/** What one tap of the filter sees, at all positions. */
function tapOf(x: tf.Tensor4D, row: number, column: number, geometry: Conv2DGeometry): tf.Tensor4D {
  const {outHeight, outWidth, strideHeight, strideWidth, batchSize, inChannels} = geometry;
  const begin: [number, number, number, number] = [0, row, column, 0];
  if (strideHeight === 1 && strideWidth === 1) return tf.slice(x, begin, [batchSize, outHeight, outWidth, inChannels]);
  const [lastRow, lastColumn] = [row + (outHeight - 1) * strideHeight, column + (outWidth - 1) * strideWidth];
  const end = [batchSize, lastRow + 1, lastColumn + 1, inChannels];
  return tf.stridedSlice(x, begin, end, [1, strideHeight, strideWidth, 1]) as tf.Tensor4D;
}
