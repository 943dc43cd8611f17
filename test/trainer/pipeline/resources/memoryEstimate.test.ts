import {describe, expect, it} from 'vitest';
import {
  estimateMemory,
  hostBytes,
  tensorBytes,
  type TrainingNeeds,
} from '../../../../trainer/pipeline/resources/memoryEstimate.ts';
import {variedUNets} from '../../models/variedUNets.ts';
import {cifarExpert} from '../cifarExpert.ts';
import {onCpu, onGpu, onWasm} from '../engineKinds.ts';

const digitsExpert: TrainingNeeds = {...cifarExpert, unetConfig: variedUNets.digits, size: [28, 28]};

/** Bytes of a vector of the size of ddpm-cifar10-32 with its projections. */
const vector = 4 * 36_237_827;

describe('the estimated memory of a training process', () => {
  // High-water marks (VmHWM) of expert stages that made three updates and a checkpoint.
  it.each([
    ['36 million parameters', cifarExpert, onCpu, 1.347e9],
    ['the same in batches of 4', {...cifarExpert, batch: 4}, onCpu, 1.376e9],
    ['the same in batches of 16', {...cifarExpert, batch: 16}, onCpu, 1.936e9],
    ['the same without a teacher', {...cifarExpert, teacher: false}, onCpu, 1.348e9],
    ['the same without a moving average', {...cifarExpert, ema: false}, onCpu, 1.371e9],
    ['the same with accumulation', {...cifarExpert, accumulation: 2}, onCpu, 1.625e9],
    ['digits in batches of 64', {...digitsExpert, batch: 64}, onCpu, 0.496e9],
    ['36 million parameters on images of 8x8, on wasm', {...cifarExpert, size: [8, 8] as const}, onWasm, 2.468e9],
    ['the same on images of 32x32 in batches of 4, on wasm', {...cifarExpert, batch: 4}, onWasm, 2.52e9],
    ['the same without a moving average, on wasm', {...cifarExpert, size: [8, 8] as const, ema: false}, onWasm, 2.22e9],
    ['digits in batches of 16, on wasm', {...digitsExpert, batch: 16}, onWasm, 0.206e9],
    ['digits in batches of 64, on wasm', {...digitsExpert, batch: 64}, onWasm, 0.39e9],
    ['digits in batches of 128, on wasm', {...digitsExpert, batch: 128}, onWasm, 0.629e9],
  ])('is what was measured, to a quarter: %s', (_, needs, kind, measured) => {
    const estimated = hostBytes(estimateMemory(needs, kind), kind);
    expect(estimated / measured).toBeGreaterThan(0.8);
    expect(estimated / measured).toBeLessThan(1.25);
  });

  it('has weights that do not depend on the batch, and activations in proportion to it', () => {
    const one = estimateMemory(cifarExpert, onCpu);
    const ten = estimateMemory({...cifarExpert, batch: 10}, onCpu);
    expect(ten).toEqual({...one, activations: 10 * one.activations});
  });

  it('has more vectors with moving average, teacher, accumulation and projections', () => {
    for (const kind of [onGpu, onWasm]) {
      const {weights, checkpoint} = estimateMemory(cifarExpert, kind);
      expect(weights / vector).toBeGreaterThan(6);
      expect(checkpoint).toBe(4 * vector);
      expect(estimateMemory({...cifarExpert, ema: false}, kind).checkpoint).toBe(3 * vector);
      for (const less of [{ema: false}, {teacher: false}, {projections: false}])
        expect(estimateMemory({...cifarExpert, ...less}, kind).weights).toBeLessThan(weights);
    }
    for (const kind of [onCpu, onGpu]) {
      const {weights} = estimateMemory(cifarExpert, kind);
      expect(estimateMemory({...cifarExpert, accumulation: 2}, kind).weights).toBeGreaterThan(weights + vector);
    }
  });

  it('has the rounded weights of student and teacher in low precision', () => {
    const {weights, ...others} = estimateMemory(cifarExpert, onCpu);
    const added = (change: Partial<TrainingNeeds>) => {
      const {weights: more, ...same} = estimateMemory({...cifarExpert, ...change}, onCpu);
      expect(same).toEqual(others);
      return (more - weights) / vector;
    };
    expect(added({precision: 'f32', teacherPrecision: 'f32'})).toBe(0);
    expect(added({precision: 'bf16'})).toBeCloseTo(0.5, 6);
    expect(added({teacherPrecision: 'bf16'})).toBeCloseTo(0.5, 6);
    expect(added({precision: 'f16', teacherPrecision: 'bf16'})).toBeCloseTo(1, 6);
  });

  it('has room for the updates that are drawn ahead', () => {
    const {activations} = estimateMemory(cifarExpert, onCpu);
    const more = estimateMemory({...cifarExpert, accumulation: 4}, onCpu).activations - activations;
    // Images and noise of 32x32 in colour, of two updates as they were drawn and of one on its way to the engine.
    expect(more).toBe(3 * cifarExpert.batch * (2 * 3 * 4 * 32 * 32 * 3));
  });

  it('has less than half the activations with gradient checkpointing', () => {
    const plain = estimateMemory(cifarExpert, onCpu);
    const checkpointed = estimateMemory({...cifarExpert, gradientCheckpointing: true}, onCpu);
    expect(checkpointed).toEqual({...plain, activations: checkpointed.activations});
    expect(checkpointed.activations).toBeLessThan(plain.activations / 2);
  });

  it('is divided between machine and GPU', () => {
    const estimate = estimateMemory(cifarExpert, onGpu);
    expect(tensorBytes(estimate)).toBe(estimate.weights + estimate.activations);
    expect(hostBytes(estimate, onGpu)).toBe(estimate.engine + estimate.checkpoint);
    expect(estimate.engine).toBeGreaterThan(estimateMemory(cifarExpert, onCpu).engine);
  });
});
