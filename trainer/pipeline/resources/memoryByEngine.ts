import type {EngineConfig} from '../../contract/config/config.ts';
import type {EngineName} from '../../contract/engine/engineInfo.ts';
import {estimateMemory, type EngineKind, type MemoryEstimate, type TrainingNeeds} from './memoryEstimate.ts';
import {memorySupply} from './memorySupply.ts';
import {estimateText, findShortage} from './requireMemory.ts';

/** What a training process would take with one engine, for telling before anything is started. */
export interface EngineEstimate extends MemoryEstimate {
  readonly name: EngineName;
  /** Why it would not fit on this machine; null: it would. */
  readonly shortage: string | null;
}

/** An estimate for each engine that a config may mean. */
export async function memoryByEngine(needs: TrainingNeeds, asked: EngineConfig): Promise<EngineEstimate[]> {
  const kinds = enginesOf(asked);
  return Promise.all(
    kinds.map(async (kind) => {
      const estimate = estimateMemory(needs, kind);
      const shortage = findShortage(estimate, kind, await memorySupply(kind, asked.memory));
      return {name: kind.name, ...estimate, shortage};
    }),
  );
}

/** `memory on wasm: about 0.29 GB: …` */
export function memoryLine(
  {name, shortage, ...estimate}: EngineEstimate,
  needs: Pick<TrainingNeeds, 'batch' | 'size'>,
): string {
  const doubt = shortage === null ? '' : `; IT DOES NOT FIT: ${shortage}`;
  return `memory on ${name}: ${estimateText(estimate, needs)}${doubt}`;
}

function enginesOf({name, device}: EngineConfig): EngineKind[] {
  const onCpu: EngineKind[] = [
    {name: 'tensorflow', device: 'CPU'},
    {name: 'wasm', device: 'CPU'},
  ];
  if (name === 'auto') return device === 'gpu' ? [{name: 'tensorflow', device: 'GPU'}] : onCpu;
  return [{name, device: name === 'webgpu' || device === 'gpu' ? 'GPU' : 'CPU'}];
}
