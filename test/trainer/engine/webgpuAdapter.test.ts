import {describe, expect, it, vi} from 'vitest';
import type {DeviceWatch} from '../../../trainer/engine/webgpu/deviceWatch.ts';
import {watchDevice} from '../../../trainer/engine/webgpu/deviceWatch.ts';
import {smallestDivisor} from '../../../trainer/engine/webgpu/filterGradient.ts';
import {adapterName, isSoftwareAdapter} from '../../../trainer/engine/webgpu/softwareAdapter.ts';
import {textContaining} from '../../helpers/textContaining.ts';

const plain = {vendor: '', architecture: '', device: '', description: '', isFallback: false};

describe('an adapter', () => {
  it.each([
    [{vendor: 'google', architecture: 'swiftshader', description: 'SwiftShader driver 5.0.0', isFallback: true}, true],
    [{vendor: 'google', architecture: 'swiftshader'}, true],
    [{vendor: 'mesa', description: 'llvmpipe (LLVM 15.0.6, 256 bits)'}, true],
    [{vendor: 'mesa', device: 'lavapipe'}, true],
    [{vendor: 'microsoft', description: 'Microsoft Basic Render Driver'}, true],
    [{vendor: 'microsoft', device: 'WARP'}, true],
    [{vendor: 'somebody', isFallback: true}, true],
    [{vendor: 'nvidia', architecture: 'hopper', description: 'NVIDIA: 570.86.10'}, false],
    [{vendor: 'amd', architecture: 'rdna-3', description: 'radv: Mesa 24.2'}, false],
    [{vendor: 'apple', description: 'Apple M3 (warped)'}, false],
  ])('%o is a program on the CPU: %s', (report, isSoftware) => {
    expect(isSoftwareAdapter({...plain, ...report})).toBe(isSoftware);
  });

  it('is called what its driver fills in', () => {
    expect(adapterName({...plain, vendor: 'nvidia', description: 'NVIDIA H200'})).toBe('NVIDIA H200');
    expect(adapterName({...plain, vendor: 'amd', device: 'Radeon 780M'})).toBe('amd Radeon 780M');
    expect(adapterName({...plain, vendor: 'intel', architecture: 'gen-12lp'})).toBe('intel gen-12lp');
    expect(adapterName(plain)).toBe('unnamed adapter');
  });
});

describe('a watched device', () => {
  it.each([
    ['GPUOutOfMemoryError', 'Failed to allocate.', 'engine-memory'],
    ['GPUValidationError', 'Buffer size (2147483648) exceeds the max buffer size limit (1073741824).', 'engine-memory'],
    ['GPUValidationError', 'Entry point "main" is not valid.\n - While compiling', 'engine-failed'],
    ['GPUInternalError', 'The driver gave up.', 'engine-failed'],
  ])('tells of a %s (%s) once it has happened', (kind, message, code) => {
    const {device, watch} = watched();
    expect(() => watch.check()).not.toThrow();
    const event = device.fail(kind, message);
    const error = {name: 'UserError', code, message: textContaining((message.split('\n')[0] ?? '').replace(/\.$/, ''))};
    expect(() => watch.check()).toThrow(expect.objectContaining(error));
    // Unhandled ones are printed where JSON may be expected.
    expect(event.defaultPrevented).toBe(true);
  });

  it('keeps to the first failure, since the others follow from it', () => {
    const {device, watch} = watched();
    device.fail('GPUOutOfMemoryError', 'Failed to allocate.');
    device.fail('GPUValidationError', 'Invalid buffer.');
    expect(() => watch.check()).toThrow(expect.objectContaining({code: 'engine-memory'}));
    expect(() => watch.fail(new Error('aborted'))).toThrow(expect.objectContaining({code: 'engine-memory'}));
  });

  it('tells of its loss', async () => {
    const {device, watch} = watched();
    device.lose('The driver was reset.');
    await vi.waitFor(() => expect(() => watch.check()).toThrow());
    const error = {
      code: 'engine-lost',
      message: 'The GPU was lost: The driver was reset.',
      hint: textContaining('--resume'),
    };
    expect(() => watch.check()).toThrow(expect.objectContaining(error));
  });

  it('takes an exception for a loss, and one on sizes for a lack of memory', () => {
    expect(() => watched().watch.fail(new Error('A valid external Instance'))).toThrow(
      expect.objectContaining({code: 'engine-lost'}),
    );
    const {watch} = watched();
    expect(() => watch.fail(new RangeError('Array buffer allocation failed'))).toThrow(
      expect.objectContaining({code: 'engine-memory'}),
    );
    expect(() => watch.check()).toThrow(expect.objectContaining({code: 'engine-memory'}));
  });
});

describe('the smallest divisor from a bound on', () => {
  it.each([
    [784, 1, 1],
    [784, 29, 49],
    [784, 6, 7],
    [13, 5, 13],
    [8, 99, 8],
  ])('of %i from %i is %i', (value, least, divisor) => {
    expect(smallestDivisor(value, least)).toBe(divisor);
  });
});

/** A device that fails on demand. */
class FakeDevice extends EventTarget {
  lose!: (message: string) => void;
  readonly lost = new Promise<{message: string}>((resolve) => (this.lose = (message) => resolve({message})));

  fail(kind: string, message: string): Event {
    const error = new (class {
      readonly message = message;
    })();
    Object.defineProperty(error.constructor, 'name', {value: kind});
    const event = Object.assign(new Event('uncapturederror', {cancelable: true}), {error});
    this.dispatchEvent(event);
    return event;
  }
}

function watched(): {device: FakeDevice; watch: DeviceWatch} {
  const device = new FakeDevice();
  return {device, watch: watchDevice(device as unknown as GPUDevice)};
}
