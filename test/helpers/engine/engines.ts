import {beforeAll, describe, it} from 'vitest';
import {findInstalled} from '../../../trainer/engine/tensorflow/install/installedTensorflow.ts';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import type {EngineName} from '../../../trainer/contract/engine/engineInfo.ts';

const installed = await findInstalled();

/** The engines that a program is tested with here. */
export const testedEngines: readonly EngineName[] = installed ? ['wasm', 'tensorflow'] : ['wasm'];

/**
 * Describes the same tests once per engine: wasm always, TensorFlow where it is installed. With DEME_REQUIRE_TENSORFLOW=1 a missing
 * TensorFlow fails instead of being skipped. The engine is the current backend while the tests and their own hooks run.
 */
export function describeOnEngines(name: string, body: (engine: EngineName) => void): void {
  describe(`${name} (wasm)`, () => {
    beforeAll(async () => void (await startEngine({name: 'wasm'})));
    body('wasm');
  });
  if (installed) {
    describe(`${name} (tensorflow)`, () => {
      beforeAll(async () => void (await startEngine({name: 'tensorflow'})));
      body('tensorflow');
    });
  } else if (process.env.DEME_REQUIRE_TENSORFLOW === '1') {
    it(`${name} (tensorflow)`, () => {
      throw new Error(
        'DEME_REQUIRE_TENSORFLOW=1, but TensorFlow is not installed: npm run deme -- engine install tensorflow',
      );
    });
  } else {
    describe.skip(`${name} (tensorflow is not installed: npm run deme -- engine install tensorflow)`, () =>
      body('tensorflow'));
  }
}
