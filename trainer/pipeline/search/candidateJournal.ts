import {CandidateRecord, CandidatesHead} from '../../contract/run/candidateRecord.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {appendNow, readRegularFile} from '../../store/files/regularFile.ts';

/** A line is about 100 bytes, and the largest grid has a million. */
const largest = 2 ** 28;

/** What was measured: the held-out loss of a vector, or the distance of its first `images` images. */
export type MeasuredVector = Pick<CandidateRecord, 'search' | 'images'> & {readonly weights: readonly number[]};

/**
 * The losses and distances that a search has measured, one per line, from which a killed search resumes. Every line is flushed to disk. A line that was cut off, and a
 * journal of other models or draws, is ignored.
 */
export class CandidateJournal {
  readonly #path: string;
  readonly #losses: Map<string, number>;

  private constructor(path: string, losses: Map<string, number>) {
    this.#path = path;
    this.#losses = losses;
  }

  /** Opens the journal at `path`, or starts a new one if the existing one has another `key`. */
  static async open(path: string, key: string): Promise<CandidateJournal> {
    const kept = (await fileExists(path)) ? await readLines(path, key) : [];
    const head: CandidatesHead = {format: 1, key};
    await writeFileAtomic(path, [head, ...kept].map((line) => `${JSON.stringify(line)}\n`).join(''));
    return new CandidateJournal(path, new Map(kept.map((record) => [nameOf(record), record.loss ?? NaN])));
  }

  /** Number of measurements. */
  get size(): number {
    return this.#losses.size;
  }

  /** What was measured of these weights; NaN if it was not finite, undefined if it was not measured. */
  get(vector: MeasuredVector): number | undefined {
    return this.#losses.get(nameOf(vector));
  }

  add({search, weights, images}: MeasuredVector, loss: number): void {
    const record: CandidateRecord = {
      search,
      weights: [...weights],
      ...(images !== undefined && {images}),
      loss: Number.isFinite(loss) ? loss : null,
    };
    this.#losses.set(nameOf(record), loss);
    appendNow(this.#path, Buffer.from(`${JSON.stringify(record)}\n`));
  }
}

/** The entries up to the first line that cannot be parsed; empty if the header differs. */
async function readLines(path: string, key: string): Promise<CandidateRecord[]> {
  const [head, ...lines] = (await readRegularFile(path, largest)).toString('utf8').split('\n').map(parsed);
  const known = CandidatesHead.safeParse(head);
  if (!known.success || known.data.key !== key) return [];
  const records = lines.map((line) => CandidateRecord.safeParse(line).data);
  const end = records.indexOf(undefined);
  return records.slice(0, end < 0 ? undefined : end).filter((record) => record !== undefined);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // The last line is empty, or was cut off.
  }
}

function nameOf({search, weights, images}: MeasuredVector): string {
  return `${search} ${weights.join(',')} ${images ?? ''}`;
}
