import type {RunEvent} from '../../../contract/run/events.ts';
import {BenchmarkResult} from '../../../contract/benchmark/benchmarkResult.ts';
import {nullForUserError} from '../../../contract/errors.ts';
import {parseStage} from '../../../contract/run/stage.ts';
import {benchmarkSoFar, type BenchmarkBegun} from '../../../pipeline/benchmark/benchmarkSoFar.ts';
import {readJson, writeJsonAtomic} from '../../../store/files/jsonFile.ts';

/** The table of a benchmark on the disk while its run works, so that the editor shows it from its start: written again after each model. */
export class GrowingTable {
  readonly #file: string;
  readonly #begun: Omit<BenchmarkBegun, 'ruler'>;
  #ruler: BenchmarkResult['ruler'] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, begun: Omit<BenchmarkBegun, 'ruler'>) {
    this.#file = file;
    this.#begun = begun;
  }

  /** Null where the file has the whole table of the same run already, which the run only has to make again. */
  static async begin(file: string, begun: Omit<BenchmarkBegun, 'ruler'>): Promise<GrowingTable | null> {
    const known = await readJson(file, BenchmarkResult, 'the table of the benchmark').catch(nullForUserError);
    if (known !== null && known.run === begun.run.record.id && known.open === undefined) return null;
    const table = new GrowingTable(file, begun);
    table.#write();
    return table;
  }

  measured(ruler: BenchmarkResult['ruler']): void {
    this.#ruler = ruler;
    this.#write();
  }

  /** Takes in what happens in the run. */
  show(event: RunEvent): void {
    const hasEnded = event.type === 'stage' && event.state !== 'started';
    if (hasEnded && parseStage(event.stage)?.kind === 'evaluate') this.#write();
  }

  /** Resolves when all is written. Throws where the disk refused it. */
  written(): Promise<void> {
    return this.#writing;
  }

  #write(): void {
    this.#writing = this.#writing.then(async () => {
      // A loss that is not finite is told by the report.
      const result = await benchmarkSoFar({...this.#begun, ruler: this.#ruler}).catch(nullForUserError);
      if (result !== null) await writeJsonAtomic(this.#file, result);
    });
    // Told by `written`.
    this.#writing.catch(() => undefined);
  }
}
