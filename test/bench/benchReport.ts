import {mkdir} from 'node:fs/promises';
import {availableParallelism, totalmem} from 'node:os';
import {dirname} from 'node:path';
import {writeJsonAtomic} from '../../trainer/store/files/jsonFile.ts';
import type {Workload} from './cases.ts';
import {compare, tolerances} from './comparison.ts';
import type {Failure, Measurement} from './measure/measureWorkload.ts';
import {processorName} from './measure/processorName.ts';

/** One workload and what all contestants made of it. */
export interface BenchEntry {
  readonly case: string;
  readonly workload: Workload;
  readonly outcomes: readonly (Measurement | Failure)[];
}

/** Writes bench.json: the machine, the ratios, and every single measurement. */
export async function writeBenchReport(
  path: string,
  settings: {readonly rounds: number; readonly busyCores: number},
  entries: readonly BenchEntry[],
): Promise<void> {
  const machine = {
    processor: await processorName(),
    cores: availableParallelism(),
    memory: totalmem(),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  };
  await mkdir(dirname(path), {recursive: true});
  const date = new Date().toISOString();
  await writeJsonAtomic(path, {
    format: 1,
    date,
    machine,
    ...settings,
    tolerances,
    ratios: entries.flatMap(ratios),
    entries,
  });
}

/** Ours divided by PyTorch's, for each engine. */
function ratios({case: name, workload, outcomes}: BenchEntry) {
  return compare(workload, outcomes).map(({ours, plain, torch, deviation}) => ({
    case: name,
    work: workload.title,
    threads: workload.threads,
    engine: ours.engine,
    numbers: ours.variant,
    fasterThanF32: plain && plain.seconds / ours.seconds,
    time: torch && ours.seconds / torch.seconds,
    processor: torch && ours.processor / torch.processor,
    memory: torch && ours.peak / torch.peak,
    deviation,
  }));
}
