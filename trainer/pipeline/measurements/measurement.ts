import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import type {MeasurementKind} from '../../contract/measurements/measurementKind.ts';
import type {MeasurementRequest} from '../../contract/measurements/measurementRequest.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';

/** A run that is measured on demand. */
export interface MeasuredRun {
  readonly run: RunFolder;
  readonly resolved: ResolvedConfig;
  /** The current engine; null for measurements that need none. */
  readonly engine: EngineInfo | null;
  /** Something was left out or could not be checked. */
  onWarning(message: string): void;
}

/** How a running measurement communicates with its caller. */
export interface MeasurementHooks<Result> {
  /** Ends the measurement: check it between units of work. */
  readonly signal: AbortSignal;
  onProgress(done: number, total: number): void;
  /** Takes an unfinished result that the next attempt can continue; it is written at most once a second. */
  keep(result: Result): Promise<void>;
}

/** The models and images of one request, opened. */
export interface OpenMeasurement<Result> {
  /** SHA-256 over everything that the result depends on. */
  readonly key: string;
  /** @param kept what earlier attempts measured under the same key, complete or not */
  run(kept: Result | null, hooks: MeasurementHooks<Result>): Promise<Result>;
  dispose(): void;
}

/** A row of the table of measurements: what it is, what computes it, and how its result reads in a terminal and as CSV. */
export interface Measurement<Request = MeasurementRequest, Result = unknown> extends MeasurementKind<Request, Result> {
  /** For the help of the command line. */
  readonly about: string;
  readonly needsEngine: boolean;
  /** Needs nothing that a run makes, so it can be made before one: `deme measure` takes a config, too, and results of other runs are as good. */
  readonly needsNoRun?: boolean;
  /** Throws UserErrors. */
  open(run: MeasuredRun, request: Request): Promise<OpenMeasurement<Result>>;
  /** The key under which a result was measured. */
  keyOf(result: Result): string;
  lines(result: Result, request: Request): string[];
  csv(result: Result): string;
  /** Matches the start of such a CSV, and of no other. */
  readonly csvHeader: RegExp;
}

/** The result of a measurement, and the file in the run folder that keeps it. */
export interface Measured<Result> {
  readonly file: string;
  readonly result: Result;
}
