import type * as z from 'zod';
import type {DemeConfig} from '../config/config.ts';
import type {MeasurementRequest} from './measurementRequest.ts';

/**
 * A measurement of a run that is made on demand, outside the stages of the run: how it is requested, where its results lie and what they
 * look like. This is all that the editor needs; what computes a result is in trainer/pipeline/measurements.
 */
export interface MeasurementKind<Request = MeasurementRequest, Result = unknown> {
  /** For users, as in "Loss plane". */
  readonly title: string;
  /** A strict object of defaults and descriptions: the options of `deme measure` come from it. */
  readonly request: z.ZodType<Request>;
  readonly result: z.ZodType<Result>;
  /** Where the result of a request lies, relative to the run folder, with `/` between its parts. */
  file(request: Request): string;
  /** All results of one run: a folder, relative to that of the run, and the names of the files in it. */
  readonly files: {readonly folder: string; readonly name: RegExp};
  /** The requests that a user can choose from for a run with this config; none where it cannot be measured. */
  choices(config: DemeConfig): readonly {readonly label: string; readonly request: MeasurementRequest}[];
}
