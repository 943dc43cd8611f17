import type {Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type {WebGPUBackend, WebGPUProgram} from '@tensorflow/tfjs-backend-webgpu';
import type {Conv2DGeometry} from '../convGeometry.ts';

const workgroup = 64;

/**
 * The pixels that a filter sees at each output position, zeros for padding: [N,H,W,C] -> [N, OH*OW, kh*kw*C], so that a
 * convolution is one matrix product.
 */
export function im2col(images: Tensor4D, geometry: Conv2DGeometry, backend: WebGPUBackend): Tensor3D {
  const {outHeight, outWidth, filterHeight, filterWidth, inChannels, strideHeight, strideWidth, padInfo} = geometry;
  const shape = [images.shape[0], outHeight * outWidth, filterHeight * filterWidth * inChannels];
  const integers = (...data: number[]) => ({type: 'int32', data});
  const output = backend.runWebGPUProgram(program(shape), [images], images.dtype, [
    integers(padInfo.top, padInfo.left),
    integers(strideHeight, strideWidth),
    integers(outWidth),
    integers(filterWidth),
  ]);
  return tf.engine().makeTensorFromTensorInfo(output) as Tensor3D;
}

/** One value a thread. `getX`, `getCoordsFromIndex` and the like come from tfjs, as do the uniforms for shapes and size. */
function program(outputShape: number[]): WebGPUProgram {
  const size = tf.util.sizeFromShape(outputShape);
  return {
    variableNames: ['x'],
    uniforms: 'pads : vec2<i32>, strides : vec2<i32>, outWidth : i32, filterWidth : i32,',
    workgroupSize: [workgroup, 1, 1],
    size: true,
    outputShape,
    dispatchLayout: {x: outputShape.map((_, axis) => axis)},
    dispatch: [Math.ceil(size / workgroup), 1, 1],
    shaderKey: 'demeIm2col',
    getUserCode: () => `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let at = getCoordsFromIndex(index);
          let channels = uniforms.xShape[3];
          let tap = at[2] / channels;
          let y = (at[1] / uniforms.outWidth) * uniforms.strides[0] - uniforms.pads[0] + tap / uniforms.filterWidth;
          let x = (at[1] % uniforms.outWidth) * uniforms.strides[1] - uniforms.pads[1] + tap % uniforms.filterWidth;
          var value = 0.0;
          if (y >= 0 && y < uniforms.xShape[1] && x >= 0 && x < uniforms.xShape[2]) {
            value = getX(at[0], y, x, at[2] % channels);
          }
          setOutputAtIndex(index, value);
        }
      }
    `,
  };
}
