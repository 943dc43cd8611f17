import {describe, expect, it} from 'vitest';
import {UserError} from '../../../../trainer/contract/errors.ts';
import {wasmMemoryLimit} from '../../../../trainer/engine/wasm/wasmMemory.ts';
import {wasmHeap} from '../../../../trainer/pipeline/resources/engineMemory.ts';
import {gigabytes} from '../../../../trainer/contract/gigabytes.ts';
import {
  estimateMemory,
  hostBytes,
  tensorBytes,
  type TrainingNeeds,
} from '../../../../trainer/pipeline/resources/memoryEstimate.ts';
import type {MemorySupply} from '../../../../trainer/pipeline/resources/memorySupply.ts';
import {findShortage, requireMemory} from '../../../../trainer/pipeline/resources/requireMemory.ts';
import {cifarExpert} from '../cifarExpert.ts';
import {onCpu, onGpu, onWasm} from '../engineKinds.ts';

const plenty: MemorySupply = {total: 1e12, free: 1e12, gpu: null};
const needs: TrainingNeeds = {...cifarExpert, batch: 64};
const bytes = (changes: Partial<TrainingNeeds>, kind = onCpu) =>
  hostBytes(estimateMemory({...needs, ...changes}, kind), kind);

function refusal(supply: MemorySupply, kind = onCpu, changes: Partial<TrainingNeeds> = {}): UserError {
  try {
    requireMemory({...needs, ...changes}, kind, supply);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a training that cannot fit', () => {
  it('is refused with the numbers, to the byte that it lacks', () => {
    const total = bytes({});
    expect(() => requireMemory(needs, onCpu, {...plenty, total})).not.toThrow();
    const {code, message} = refusal({...plenty, total: total - 1});
    expect(code).toBe('memory-insufficient');
    const numbers = [...message.matchAll(/([\d.]+) GB/g)].map(([, number]) => Number(number));
    const [all = NaN, weights = NaN, activations = NaN, engine = NaN, there = NaN] = numbers;
    expect(numbers).toHaveLength(5);
    expect(weights + activations + engine).toBeCloseTo(all, 1);
    expect(all).toBeCloseTo(total / 1e9, 2);
    expect(there).toBeCloseTo(all, 2);
    expect(message).toContain('activations of 64 images of 32x32');
  });

  it('is offered the largest part of the batch that fits, for the same updates', () => {
    const total = bytes({batch: 16, accumulation: 8}) + 1;
    const {hint} = refusal({...plenty, total}, onCpu, {accumulation: 2});
    expect(hint).toContain('batch: 16 with accumulation: 8');
    expect(hint).toContain('engine.memory');
  });

  it('is offered gradient checkpointing where that is enough', () => {
    const total = bytes({gradientCheckpointing: true});
    expect(total).toBeLessThan(bytes({}));
    expect(refusal({...plenty, total}).hint).toContain('gradientCheckpointing: true');
    expect(refusal({...plenty, total: total - 1}).hint).not.toContain('gradientCheckpointing');
  });

  it('is told so where no setting helps', () => {
    const {hint} = refusal({...plenty, total: bytes({batch: 1, gradientCheckpointing: true, accumulation: 64}) - 1});
    expect(hint).toContain('A smaller model or a machine with more memory is needed');
  });

  it('is refused for the heap of wasm, whatever the machine has', () => {
    expect(wasmHeap).toBe(wasmMemoryLimit);
    expect(tensorBytes(estimateMemory(needs, onWasm))).toBeGreaterThan(wasmHeap);
    const {message, hint} = refusal(plenty, onWasm);
    expect(message).toContain(`the engine wasm can use ${gigabytes(wasmHeap)}`);
    expect(hint).toContain('the engine tensorflow');
    expect(hint).not.toContain('engine.memory');
  });

  it('is refused for the memory of the GPU, which holds the tensors', () => {
    const gpu = tensorBytes(estimateMemory(needs, onGpu));
    expect(findShortage(estimateMemory(needs, onGpu), onGpu, {...plenty, gpu})).toBeNull();
    expect(refusal({...plenty, gpu: gpu - 1}, onGpu).message).toContain(`but the GPU has ${gigabytes(gpu)}`);
    // The machine itself need not hold them.
    expect(hostBytes(estimateMemory({...needs, batch: 4096}, onGpu), onGpu)).toBe(
      hostBytes(estimateMemory(needs, onGpu), onGpu),
    );
  });
});
