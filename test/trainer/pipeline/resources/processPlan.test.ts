import {describe, expect, it} from 'vitest';
import type {EngineConfig} from '../../../../trainer/contract/config/config.ts';
import type {RunRecord} from '../../../../trainer/contract/run/records.ts';
import {planProcesses} from '../../../../trainer/pipeline/resources/processPlan.ts';

const cpu: RunRecord['engine'] = {name: 'tensorflow', version: '2.18.0', device: 'CPU', threads: 8};
const gpu: RunRecord['engine'] = {...cpu, device: 'GPU'};
const wasm: RunRecord['engine'] = {...cpu, name: 'wasm', threads: 1};
const webgpu: RunRecord['engine'] = {...gpu, name: 'webgpu', threads: 1};
const auto: EngineConfig = {name: 'auto'};

describe('processes of a run', () => {
  it.each([
    ['one for each core, with one thread each', auto, cpu, {stages: 20, fit: 99, cores: 8}, 8, 1],
    ['no more than stages, which share the cores', auto, cpu, {stages: 3, fit: 99, cores: 8}, 3, 2],
    ['no more than fit into the memory', auto, cpu, {stages: 20, fit: 2, cores: 8}, 2, 4],
    ['one at a time on a GPU', auto, gpu, {stages: 20, fit: 99, cores: 8}, 1, 8],
    ['as many as the config says, also on a GPU', {...auto, processes: 2}, gpu, {stages: 20, fit: 1, cores: 8}, 2, 4],
    ['with the threads of the config', {...auto, threads: 5}, cpu, {stages: 20, fit: 99, cores: 8}, 8, 5],
    ['at least one with one thread', {...auto, processes: 4}, wasm, {stages: 0, fit: 1, cores: 1}, 1, 1],
    [
      'one thread at least where processes outnumber cores',
      {...auto, processes: 4},
      cpu,
      {stages: 9, fit: 9, cores: 2},
      4,
      1,
    ],
  ] as const)('are %s', (_, config, settled, bounds, parallel, threads) => {
    expect(planProcesses(config, settled, bounds)).toMatchObject({parallel, engine: {name: settled.name, threads}});
  });

  const twoGpus = {stages: 20, fit: 1, cores: 8, gpus: ['GPU-a', 'GPU-b']};
  it.each([
    ['one for each GPU, whatever fits into the memory of the host', auto, gpu, twoGpus, 2, 4, twoGpus.gpus],
    ['no more than stages', auto, gpu, {...twoGpus, stages: 1}, 1, 8, twoGpus.gpus],
    ['as many as the config says', {...auto, processes: 6}, gpu, twoGpus, 6, 1, twoGpus.gpus],
    ['one at a time where the GPUs cannot be listed', auto, gpu, {...twoGpus, gpus: []}, 1, 8, []],
    ['as ever on the CPU of a machine with GPUs', auto, cpu, {...twoGpus, fit: 99}, 8, 1, []],
    ['one at a time on the GPU of another engine', auto, webgpu, twoGpus, 1, 8, []],
  ] as const)('on several GPUs are %s', (_, config, settled, bounds, parallel, threads, gpus) => {
    expect(planProcesses(config, settled, bounds)).toMatchObject({parallel, engine: {threads}, gpus});
  });

  it('compute on the device that the run settled on, or not at all', () => {
    expect(planProcesses(auto, gpu, {stages: 1, fit: 1}).engine.device).toBe('gpu');
    expect(planProcesses(auto, cpu, {stages: 1, fit: 1}).engine.device).toBe('cpu');
  });

  it('compute on the engine that the run settled on, whatever the config leaves open', () => {
    expect(planProcesses(auto, wasm, {stages: 1, fit: 1}).engine.name).toBe('wasm');
  });
});
