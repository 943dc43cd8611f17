import {expect, it} from 'vitest';
import {benchLines} from '../../../../trainer/cli/view/benchTable.ts';
import type {BenchReport, BenchRow} from '../../../../trainer/contract/engine/engineBench.ts';
import type {EngineInfo} from '../../../../trainer/contract/engine/engineInfo.ts';

const gpu: EngineInfo = {name: 'webgpu', version: '0.6.2', device: 'GPU', threads: 1, reason: 'WebGPU on Acme.'};
const wasm: EngineInfo = {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1, reason: 'WebAssembly.'};

function update(milliseconds: number, filterGradient?: BenchRow['filterGradient']): BenchRow {
  return {task: 'update', milliseconds, runs: 3, ...(filterGradient && {filterGradient})};
}

function report(builtIn: number, im2col: number): BenchReport {
  const forward = (milliseconds: number): BenchRow => ({task: 'forward', milliseconds, gflop: 0.5, runs: 7});
  return {
    engines: [
      {engine: gpu, rows: [forward(2), update(builtIn, 'built-in'), update(im2col, 'im2col')]},
      {engine: wasm, rows: [forward(40), update(1234.5)]},
    ],
    skipped: [{name: 'tensorflow', reason: 'it is not installed.'}],
  };
}

it('shows the measurements of one task together, with what is left out', () => {
  expect(benchLines(report(30, 20))).toEqual([
    'WebGPU on Acme.',
    'WebAssembly.',
    'tensorflow is left out: it is not installed.',
    '',
    'task     engine                    ms   GFLOP/s',
    'forward  webgpu                  2.00       250',
    '         wasm                   40.00      12.5',
    'update   webgpu built-in        30.00',
    '         webgpu im2col          20.00',
    '         wasm                 1234.50',
    '',
    'With `engine: {filterGradient: im2col}` webgpu makes 1.50 times as many updates in the same time here.',
  ]);
});

it('advises against im2col where it is slower', () => {
  expect(benchLines(report(20, 30)).at(-1)).toContain('leave engine.filterGradient out');
});

it('has nothing to compare without measurements', () => {
  const {skipped} = report(1, 1);
  expect(benchLines({engines: [], skipped})).toEqual(['tensorflow is left out: it is not installed.']);
});
