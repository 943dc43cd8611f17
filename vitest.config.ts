import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';

/**
 * Tests of plain code, which share processes: starting one and loading the sources takes longer than most of them. None of them starts an engine
 * or replaces a module, which the next in the process would find.
 */
const light = [
  'test/extension/{commands,config,panel,trainer,views}/**/*.test.ts',
  'test/trainer/{chart,contract,text}/**/*.test.ts',
  'test/trainer/data/{captions,pictures}/**/*.test.ts',
  'test/trainer/merge/{analysis,chunks,kernel,methods,recipe,search}/**/*.test.ts',
  'test/trainer/pipeline/{benchmark,graph,owner,report,resources}/**/*.test.ts',
  'test/trainer/store/{files,hub,metrics,table,weights}/**/*.test.ts',
];

export default defineConfig({
  // The module that only an editor has.
  resolve: {alias: {vscode: fileURLToPath(new URL('test/helpers/fakeVscode.ts', import.meta.url))}},
  test: {
    // Native engines keep process-wide state: one process per test file.
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: process.env.CI ? ['default', ['json', {outputFile: 'dist/test-results.json'}]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/vscode/**', 'test/bench/**', ...light],
          globalSetup: 'test/helpers/buildProgram.ts',
          maxWorkers: 3,
        },
      },
      {
        extends: true,
        test: {
          name: 'light',
          include: light,
          globalSetup: 'test/helpers/buildProgram.ts',
          isolate: false,
          maxWorkers: 3,
        },
      },
      {
        extends: true,
        test: {
          // All in windows of one VS Code, when all other tests are done.
          name: 'stories',
          include: ['test/vscode/**/*.test.ts'],
          globalSetup: 'test/vscode/globalSetup.ts',
          sequence: {groupOrder: 1},
          maxWorkers: 2,
          testTimeout: 900_000,
        },
      },
    ],
  },
});
