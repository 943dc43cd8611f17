import {backend_util} from '@tensorflow/tfjs-core';

/** Sizes, strides and paddings of one convolution. */
export type Conv2DGeometry = backend_util.Conv2DInfo;

/** The attributes that tfjs-core gives to the two gradient kernels of a convolution. */
export interface ConvGradientAttributes {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Geometry of an NHWC convolution from its shapes [N, H, W, C] and [kh, kw, C, K]. */
export function convGeometry(
  inputShape: [number, number, number, number],
  filterShape: [number, number, number, number],
  {strides, pad, dimRoundingMode}: ConvGradientAttributes,
): Conv2DGeometry {
  return backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    'channelsLast',
  );
}
