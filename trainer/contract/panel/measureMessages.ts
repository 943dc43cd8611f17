import {z} from 'zod';
import {MeasurementRequest} from '../measurements/measurementRequest.ts';

/** What is kept of one measurement of a run; with a request it is measured first, and the answer comes when that is done. */
export const MeasureRequest = z.strictObject({
  kind: z.literal('measure'),
  name: z.string(),
  run: z.string(),
  /** Null: measure nothing. */
  request: MeasurementRequest.nullable(),
});
export type MeasureRequest = z.infer<typeof MeasureRequest>;

export const MeasureReply = z.strictObject({
  kind: z.literal('measured'),
  /** Complete results and those that are being measured, in the order of their file names. */
  results: z.array(
    z.strictObject({
      /** Checked by the schema of the measurement. */
      result: z.unknown(),
      /** Whether models of the run have changed since. */
      isStale: z.boolean(),
    }),
  ),
  /** One message for each result that cannot be read. */
  problems: z.array(z.string()),
});
export type MeasureReply = z.infer<typeof MeasureReply>;
