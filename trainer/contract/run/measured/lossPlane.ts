import * as z from 'zod';
import {EngineInfo} from '../../engine/engineInfo.ts';

const loss = z.number().nullable();
const expert = z.int().min(0).max(999);

/**
 * `planes/plane-0-1.json` of a run: held-out loss over the weights of two experts, the others held, and along the line from the base through
 * the merge. A loss is null where it was not measured yet, or is not a finite number.
 */
export const LossPlane = z.strictObject({
  format: z.literal(1),
  /** SHA-256 over all that the losses depend on. */
  key: z.string(),
  /** The experts of the horizontal and the vertical axis. */
  experts: z.tuple([expert, expert]),
  /** One for each expert: what the others are held at, and the end of the line. */
  weights: z.array(z.number()).min(2).max(1000),
  /** Weights along both axes, rising. */
  axis: z.array(z.number()).min(2).max(200),
  /** One row for each weight of the vertical axis. */
  rows: z.array(z.array(loss)).max(200),
  line: z.strictObject({
    /** Factors of all weights: 0 is the base, 1 the merge. */
    scales: z.array(z.number()).max(200),
    losses: z.array(loss).max(200),
  }),
  /** Losses measured of all: the line first, then row by row. */
  done: z.int().min(0),
  total: z.int().min(1),
  recipe: z.strictObject({
    part: z.literal('validation'),
    images: z.int(),
    timestepsPerRange: z.int(),
    seed: z.int(),
    engine: EngineInfo.omit({reason: true}),
  }),
});
export type LossPlane = z.infer<typeof LossPlane>;

/** The grid point of the lowest loss; null before the first one. */
export function lowestCell({rows}: LossPlane): {column: number; row: number; loss: number} | null {
  let lowest: {column: number; row: number; loss: number} | null = null;
  rows.forEach((losses, row) =>
    losses.forEach((loss, column) => {
      if (loss !== null && (lowest === null || loss < lowest.loss)) lowest = {column, row, loss};
    }),
  );
  return lowest;
}

/** What `deme plane` prints with `--json`. */
export const PlaneResult = z.strictObject({file: z.string(), plane: LossPlane});
export type PlaneResult = z.infer<typeof PlaneResult>;
