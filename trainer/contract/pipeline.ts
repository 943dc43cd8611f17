import {z} from 'zod';
import {DemeConfig, expertCount} from './config.ts';
import {SearchResult} from './report.ts';

/** `config.json` of a run: the config with all defaults, and where its relative paths start. */
export const ResolvedConfig = z.strictObject({
  folder: z.string(),
  baseFolder: z.string().nullable(),
  config: DemeConfig,
});
export type ResolvedConfig = z.infer<typeof ResolvedConfig>;

/** `plan.json` of a run: the stages that were asked for last, which `deme resume` goes on with. */
export const PlanRecord = z.strictObject({stages: z.array(z.string())});
export type PlanRecord = z.infer<typeof PlanRecord>;

/** `stages/<stage>.json`: written when a stage is done; its presence is what a resumed run skips by. */
export const StageRecord = z.strictObject({stage: z.string(), seconds: z.number(), finished: z.iso.datetime()});
export type StageRecord = z.infer<typeof StageRecord>;

/** `search.json`: result of the search stage, or the weights of the config. */
export const WeightsRecord = z.strictObject({weights: z.array(z.number()), search: SearchResult.nullable()});
export type WeightsRecord = z.infer<typeof WeightsRecord>;

/** `evaluations/<model>/losses.json`: held-out loss of every (image, range, draw), in that order. */
export const LossRecord = z.strictObject({
  ranges: z.array(z.tuple([z.int(), z.int()])),
  images: z.int(),
  timestepsPerRange: z.int(),
  values: z.array(z.number()),
});
export type LossRecord = z.infer<typeof LossRecord>;

/** Models of a run, in the order in which tables show them. `ensemble` routes by timestep between experts and has no folder of its own. */
export function modelNames(config: DemeConfig): string[] {
  const experts = Array.from({length: runExperts(config)}, (_, i) => `expert-${i}`);
  const ofExperts = experts.length > 0 ? [...experts, 'ensemble', 'merged'] : [];
  return ['base', ...(config.ordinary ? ['ordinary'] : []), ...ofExperts];
}

/** Number of experts of a run, trained here or given. */
export function runExperts(config: DemeConfig): number {
  if (config.experts) return config.experts.length;
  return config.decouple ? expertCount(config.decouple) : 0;
}
