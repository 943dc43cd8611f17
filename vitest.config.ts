import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';

/**
 * Tests with a process for each file: those of programs, engines and measured memory, and those that replace a module, which the next file in
 * the process would find. The others share processes: to start one and load the sources takes longer than most of them.
 */
const alone = [
  'test/*.test.ts',
  'test/{fuzz,slurm,soak,torch,torture}/**/*.test.ts',
  'test/trainer/{cli,engine,launch}/**/*.test.ts',
  'test/trainer/{lossTerms,owner,packageRoot,preview}.test.ts',
  'test/trainer/data/decodeImageWithoutSharp.test.ts',
  'test/trainer/data/parquet/parquetOpening.test.ts',
  'test/trainer/{models/activationBytes,train/activationMemory,train/flatMemory,train/fullDisk}.test.ts',
  'test/trainer/schedulers/newLossWeighting.test.ts',
  'test/trainer/store/run/processLock.test.ts',
  'test/extension/walkthrough.test.ts',
  'test/extension/runs/manyRuns.test.ts',
  'test/webview/{lossTerms,panelPage}.test.ts',
];

export default defineConfig({
  // The module that only an editor has.
  resolve: {alias: {vscode: fileURLToPath(new URL('test/helpers/editor/fakeVscode.ts', import.meta.url))}},
  test: {
    // Native engines need processes, not threads.
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: process.env.CI ? ['default', ['json', {outputFile: 'dist/test-results.json'}]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: alone,
          globalSetup: 'test/helpers/buildProgram.ts',
          maxWorkers: 3,
        },
      },
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: ['test/vscode/**', 'test/bench/**', ...alone],
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
