import type {WebGPUBackend} from '@tensorflow/tfjs-backend-webgpu';
import type {DeviceWatch} from './deviceWatch.ts';
import {withFixedOrder} from './fixedOrder.ts';

/**
 * Makes a backend stop at the first failure of its device: at the operation itself where WebGPU finds out at once, else at the next
 * operation or at the read, so that no number computed after a failure leaves the device.
 */
export function guardBackend(backend: WebGPUBackend, watch: DeviceWatch): void {
  const run = backend.runWebGPUProgram.bind(backend);
  const read = backend.read.bind(backend);
  backend.runWebGPUProgram = (program, ...call) => {
    watch.check();
    try {
      return run(withFixedOrder(program, call[0]), ...call);
    } catch (error) {
      if (error instanceof RangeError && /alloc|buffer|memory/i.test(error.message)) watch.fail(error);
      throw error;
    } finally {
      watch.check();
    }
  };
  backend.read = async (dataId) => {
    watch.check();
    const values = await read(dataId).catch(async (error: unknown) => {
      // The reason of a loss arrives a little after the end of the reads that it ends.
      await new Promise(setImmediate);
      return watch.fail(error);
    });
    watch.check();
    return values;
  };
}
