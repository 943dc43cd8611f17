import {resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {packageRoot} from '../../trainer/packageRoot.ts';

it('packageRoot is the folder of the package from the sources', () => {
  expect(packageRoot()).toBe(resolve(fileURLToPath(import.meta.url), '../../..'));
});
