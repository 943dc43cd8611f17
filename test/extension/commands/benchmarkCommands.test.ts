import {beforeEach, describe, expect, it} from 'vitest';
import {benchmarkCommands} from '../../../extension/commands/benchmarkCommands.ts';
import type {Studio} from '../../../extension/studio.ts';
import {BenchmarkList, type BenchmarkPlan} from '../../../trainer/contract/benchmark/benchmarkPlan.ts';
import {editor, Uri, workspace} from '../../helpers/editor/fakeVscode.ts';

const need = {kind: 'base', what: 'google/ddpm-cifar10-32', where: '/w/base', from: 'the hub', problem: null} as const;
const plan: BenchmarkPlan = {
  benchmark: 'cifar10',
  about: 'FID of 50,000 images',
  folder: '/w/benchmarks/cifar10',
  config: '/w/benchmarks/cifar10/cifar10.deme.yaml',
  scale: 1,
  ready: true,
  needs: [need],
  stages: [],
  updates: {expert: 5, experts: 4, ordinary: 20, baselines: 0, images: 8},
  candidates: 3,
  drawing: {models: ['base', 'merged'], images: 50_000, sampler: null, steps: 100},
  disk: {checkpoints: 1e9, models: 1e9, features: 0, encoded: 0, free: null},
  time: null,
  unlike: [],
  ours: [],
  warnings: [],
};

beforeEach(() => {
  editor.reset();
  workspace.workspaceFolders = [{uri: Uri.file('/w'), name: 'w'}];
});

/** Runs the command with these answers; returns the verbs that were called. */
async function run(answers: unknown[], found: BenchmarkPlan = plan, ...given: unknown[]): Promise<string[]> {
  editor.answers = answers;
  const called: string[] = [];
  const trainer = {
    deme: (schema: unknown, args: string[]) => {
      called.push(args.join(' '));
      return Promise.resolve(schema === BenchmarkList ? [{name: 'cifar10', about: 'a'}] : found);
    },
    commandLine: (args: string[]) =>
      Promise.resolve({path: 'node', args: ['cli.js', ...args], environment: {PATH: '/bin'}}),
  };
  await benchmarkCommands['deme.runBenchmark']?.({trainer} as unknown as Studio, ...given);
  return called;
}

describe('the command for benchmarks', () => {
  it('asks which and how much, shows the plan, and starts it in a terminal', async () => {
    expect(await run(['cifar10', 'A hundredth', 'Run in Terminal'])).toEqual([
      'benchmark',
      'benchmark cifar10 --scale 0.01 --dry-run',
    ]);
    expect(editor.messages).toMatchObject([{text: 'Run the benchmark cifar10?', buttons: ['Run in Terminal']}]);
    expect(editor.tasks).toMatchObject([
      {
        name: 'benchmark cifar10',
        execution: {
          process: 'node',
          args: ['cli.js', 'benchmark', 'cifar10', '--scale', '0.01'],
          options: {cwd: '/w', env: {PATH: '/bin'}},
        },
      },
    ]);
  });

  it('takes the benchmark of a lens', async () => {
    const uri = Uri.file('/w/cifar10.deme.yaml');
    expect((await run(['Whole', undefined], plan, uri, 'cifar10'))[1]).toBe('benchmark cifar10 --scale 1 --dry-run');
    expect(editor.tasks).toEqual([]);
  });

  it('says what is missing, and starts nothing', async () => {
    const problem = 'There is no such folder.';
    await run(['cifar10', 'Whole', 'Run in Terminal'], {...plan, ready: false, needs: [{...need, problem}]});
    expect(editor.messages).toMatchObject([{kind: 'warning', text: 'The benchmark cifar10 is not ready.'}]);
    expect(editor.tasks).toEqual([]);
  });

  it.each([0, 1])('does nothing where step %d is left without an answer', async (step) => {
    expect(await run(['cifar10'].slice(0, step))).toEqual(['benchmark']);
  });

  it('refuses where nothing is trusted, and without a folder', async () => {
    workspace.workspaceFolders = undefined;
    await expect(run([])).rejects.toMatchObject({code: 'folder-missing'});
    workspace.isTrusted = false;
    await expect(run([])).rejects.toMatchObject({code: 'workspace-untrusted'});
  });
});
