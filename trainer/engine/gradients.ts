import {createRequire} from 'node:module';

/**
 * Registers the gradients of all operations, which only the package of everything does. Empty modules stand in for its other parts while it is
 * loaded: layers, converters, readers of data and two more engines would take longer to load than all that is used of TensorFlow.js, in every
 * process of a run.
 */
function registerGradients(): void {
  const name = '@tensorflow/tfjs';
  const require = createRequire(import.meta.url);
  const {resolve, cache} = createRequire(require.resolve(name));
  const parts = ['layers', 'converter', 'data', 'backend-cpu', 'backend-webgl'].map((part) =>
    resolve(`${name}-${part}`),
  );
  const unloaded = parts.filter((path) => cache[path] === undefined);
  for (const path of unloaded) cache[path] = {exports: {}, loaded: true} as NodeJS.Module;
  require(name);
  for (const path of unloaded) Reflect.deleteProperty(cache, path);
}

registerGradients();
