import * as z from 'zod';
import {expertTitle} from '../../overview/stageTitle.ts';
import {sha256} from '../../sha256.ts';

/** Points of the distribution of a task vector's elements: what a box plot shows, and the tails. */
export const quantileShares = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1] as const;

/** Sizes and angles of the task vectors tau_i = theta_i - theta over some tensors; i and j count experts. */
export const TaskStatistics = z.strictObject({
  /** Elements of these tensors. */
  elements: z.int().min(0),
  /** |theta| */
  baseNorm: z.number(),
  /** |tau_i| */
  norms: z.array(z.number()),
  /** |tau_i| / |theta|; null where the base is zero. */
  relativeNorms: z.array(z.number().nullable()),
  /** [i][j] for j < i: cos(tau_i, tau_j); null where one of them is zero. */
  cosines: z.array(z.array(z.number().nullable())),
  /** [i][j] for j < i: of the elements that neither leaves as they are, the share that both move the same way; null without any. */
  agreement: z.array(z.array(z.number().nullable())),
});
export type TaskStatistics = z.infer<typeof TaskStatistics>;

const SpreadStatistics = z.strictObject({
  ...TaskStatistics.shape,
  /** [expert][quantileShares] Elements of each task vector by rank, rounded to 8 significant bits. */
  quantiles: z.array(z.array(z.number()).length(quantileShares.length)),
});

/** A part of the network, named as merge rules name it; `other` for tensors that are not of a UNet. */
export const GroupStatistics = z.strictObject({name: z.string(), tensors: z.int(), ...SpreadStatistics.shape});
export type GroupStatistics = z.infer<typeof GroupStatistics>;

export const TensorStatistics = z.strictObject({
  name: z.string(),
  group: z.string(),
  /** PyTorch order. */
  shape: z.array(z.int()),
  ...TaskStatistics.shape,
});
export type TensorStatistics = z.infer<typeof TensorStatistics>;

const expert = z.strictObject({name: z.string(), sha256, range: z.tuple([z.int(), z.int()]).optional()});

/** `taskVectors.json` of a run, and what `deme analyse` prints: what the experts have changed, where, and how alike. */
export const TaskAnalysis = z
  .strictObject({
    format: z.literal(1).default(1),
    tool: z.string(),
    base: z.strictObject({name: z.string(), sha256}),
    /** With the timesteps [low, high) that each is for, where that is known. */
    experts: z.array(expert).min(1),
    overall: SpreadStatistics,
    /** In the order in which an image passes through the network. */
    groups: z.array(GroupStatistics),
    /** In the order of the groups. */
    tensors: z.array(TensorStatistics),
    /** What could not be checked about the inputs. */
    warnings: z.array(z.string()),
  })
  .refine(
    ({experts, overall, groups, tensors}) =>
      [overall, ...groups, ...tensors].every((statistics) => fits(statistics, experts.length)) &&
      [overall, ...groups].every(({quantiles}) => quantiles.length === experts.length),
    'not one value for each expert',
  );
export type TaskAnalysis = z.infer<typeof TaskAnalysis>;

function fits({norms, relativeNorms, cosines, agreement}: TaskStatistics, experts: number): boolean {
  const isTriangle = (rows: readonly (readonly unknown[])[]) =>
    rows.length === experts && rows.every((row, i) => row.length === i);
  return norms.length === experts && relativeNorms.length === experts && isTriangle(cosines) && isTriangle(agreement);
}

/** `expert 1, t 250 to 499`: how the experts of an analysis are told apart. */
export function expertLabels({experts}: Pick<TaskAnalysis, 'experts'>): string[] {
  const ranges = experts.map(({range}) => range);
  return ranges.map((_, i) => expertTitle(i, ranges));
}
