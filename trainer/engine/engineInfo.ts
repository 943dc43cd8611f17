/** Engines that compute. */
export type EngineName = 'tensorflow' | 'wasm';

/** What a started engine is and why it was taken. */
export interface EngineInfo {
  name: EngineName;
  version: string;
  device: 'CPU' | 'GPU';
  /** Threads that one process computes with. */
  threads: number;
  /** For the user: which engine and why; a GPU that is not used is said here. */
  reason: string;
}
