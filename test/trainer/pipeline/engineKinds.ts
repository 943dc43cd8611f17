import type {EngineKind} from '../../../trainer/pipeline/resources/memoryEstimate.ts';

export const onCpu: EngineKind = {name: 'tensorflow', device: 'CPU'};
export const onGpu: EngineKind = {name: 'tensorflow', device: 'GPU'};
export const onWasm: EngineKind = {name: 'wasm', device: 'CPU'};
