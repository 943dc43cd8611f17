import {UserError} from '../../contract/errors.ts';

/** What went wrong on a device. Operations do not report it themselves: their results are then zeros or stale bytes. */
export interface DeviceWatch {
  /** Throws the first failure, if there was one: later failures only follow from it. */
  check(): void;
  /** Notes a failure that reached the host as an exception, and throws the first one. */
  fail(error: unknown): never;
}

const smaller =
  'Choose a smaller batch (with more accumulation steps) or a smaller model, or use the engine tensorflow.';

/** Listens to a new device. A device that failed once is not used again. */
export function watchDevice(device: GPUDevice): DeviceWatch {
  let failure: UserError | undefined;
  device.addEventListener('uncapturederror', (event) => {
    // Otherwise the error is also printed, on stdout, where JSON may be expected.
    event.preventDefault();
    failure ??= refused((event as GPUUncapturedErrorEvent).error);
  });
  void device.lost.then(({message}) => (failure ??= lost(message)));
  const check = () => {
    if (failure !== undefined) throw failure;
  };
  return {
    check,
    fail(error) {
      check();
      failure = error instanceof RangeError ? outOfMemory(error.message) : lost(errorText(error));
      throw failure;
    },
  };
}

function refused(error: GPUError): UserError {
  const text = firstLine(error.message);
  // A buffer over the limits counts as a mistake of the program for WebGPU; for a user it is memory.
  if (
    error.constructor.name === 'GPUOutOfMemoryError' ||
    /exceeds the max buffer size|binding size .*larger/i.test(text)
  )
    return outOfMemory(text);
  return new UserError('engine-failed', `The GPU refused a computation: ${text}.`, {
    hint: 'Update the driver of the GPU, or use the engine tensorflow or wasm.',
  });
}

function outOfMemory(text: string): UserError {
  return new UserError('engine-memory', `The GPU has no room for a tensor: ${firstLine(text)}.`, {hint: smaller});
}

function lost(text: string): UserError {
  return new UserError('engine-lost', `The GPU was lost: ${firstLine(text)}.`, {
    hint: 'Go on with `deme run CONFIG --resume RUN`. If it happens again, update the driver, or make the batch smaller: drivers end work that takes seconds.',
  });
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').replace(/\.$/, '') || 'the driver gave no reason';
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
