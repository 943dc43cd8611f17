import {realpathSync} from 'node:fs';
import {createRequire} from 'node:module';
import {UserError} from '../../contract/errors.ts';

const require = createRequire(import.meta.url);

const packages = [
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-node-gpu',
];

/**
 * Refuses an installation where tfjs-core is there more than once: kernels and gradients would be registered with one copy,
 * and tensors created by another.
 */
export function requireSingleCore(): void {
  const ours = coreSeenFrom(require);
  for (const name of packages) {
    const theirs = coreSeenFrom(createRequire(require.resolve(`${name}/package.json`)));
    if (theirs === ours) continue;
    throw new UserError(
      'tfjs-core-twice',
      `There are two copies of @tensorflow/tfjs-core: ${name} does not use ours.`,
      {
        where: theirs,
        hint: 'Run `npm ci` for one copy of the locked version.',
      },
    );
  }
}

function coreSeenFrom(from: NodeJS.Require): string {
  return realpathSync(from.resolve('@tensorflow/tfjs-core/package.json'));
}
