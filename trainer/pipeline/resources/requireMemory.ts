import {UserError} from '../../contract/errors.ts';
import {wasmHeap} from './engineMemory.ts';
import {gigabytes} from '../../contract/gigabytes.ts';
import {
  estimateMemory,
  hostBytes,
  tensorBytes,
  type EngineKind,
  type MemoryEstimate,
  type TrainingNeeds,
} from './memoryEstimate.ts';
import type {MemorySupply} from './memorySupply.ts';

/** Throws a UserError with the numbers and with what would help where one training process cannot fit. */
export function requireMemory(needs: TrainingNeeds, kind: EngineKind, supply: MemorySupply): void {
  const estimate = estimateMemory(needs, kind);
  const shortage = findShortage(estimate, kind, supply);
  if (shortage === null) return;
  throw new UserError(
    'memory-insufficient',
    `A training process on ${kind.name} needs ${estimateText(estimate, needs)}, but ${shortage}.`,
    {hint: remedyText(needs, kind, supply)},
  );
}

/** `about 2.73 GB: 1.60 GB for weights and optimizer, 0.60 GB for the activations of 16 images of 32x32, 0.53 GB for the engine itself` */
export function estimateText(
  {engine, weights, activations, checkpoint}: MemoryEstimate,
  {batch, size}: Pick<TrainingNeeds, 'batch' | 'size'>,
): string {
  const images = `${batch} ${batch === 1 ? 'image' : 'images'} of ${size[1]}x${size[0]}`;
  return [
    `about ${gigabytes(engine + weights + activations + checkpoint)}: ${gigabytes(weights + checkpoint)} for weights and optimizer`,
    `${gigabytes(activations)} for the activations of ${images}`,
    `${gigabytes(engine)} for the engine itself`,
  ].join(', ');
}

/** What is too small for it, with its size; null: it fits. */
export function findShortage(estimate: MemoryEstimate, kind: EngineKind, supply: MemorySupply): string | null {
  const {total, gpu} = supply;
  if (kind.name === 'wasm' && tensorBytes(estimate) > wasmHeap) return `the engine wasm can use ${gigabytes(wasmHeap)}`;
  if (gpu !== null && tensorBytes(estimate) > gpu) return `the GPU has ${gigabytes(gpu)}`;
  if (hostBytes(estimate, kind) > total) return `there are ${gigabytes(total)}`;
  return null;
}

/** The changes that make it fit, each by itself. */
function remedyText(needs: TrainingNeeds, kind: EngineKind, supply: MemorySupply): string {
  const fits = (changed: TrainingNeeds, engine = kind) =>
    findShortage(estimateMemory(changed, engine), engine, supply) === null;
  const {batch, accumulation} = needs;
  const smaller = divisors(batch).find((part) =>
    fits({...needs, batch: part, accumulation: accumulation * (batch / part)}),
  );
  const remedies = [
    ...(smaller === undefined ? [] : [`batch: ${smaller} with accumulation: ${accumulation * (batch / smaller)}`]),
    ...(fits({...needs, gradientCheckpointing: true}) ? ['gradientCheckpointing: true'] : []),
    ...(kind.name === 'wasm' && fits(needs, {name: 'tensorflow', device: 'CPU'}) ? ['the engine tensorflow'] : []),
  ];
  const isHost = findShortage(estimateMemory(needs, kind), kind, {...supply, total: Infinity}) === null;
  const overrule = isHost ? '; engine.memory sets another limit' : '';
  if (remedies.length === 0) return `A smaller model or a machine with more memory is needed${overrule}.`;
  return `It would fit with ${remedies.join(', or with ')}${overrule}.`;
}

/** From the largest below the number itself. */
function divisors(value: number): number[] {
  return Array.from({length: value - 1}, (_, i) => value - 1 - i).filter((part) => value % part === 0);
}
