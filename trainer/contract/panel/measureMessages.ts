import * as z from 'zod';
import {MeasurementRequest} from '../measurements/measurementRequest.ts';

/** Asks for the results of one measurement of a run. With a request that result is measured first, and the answer waits for it. */
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
