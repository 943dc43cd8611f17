import {z} from 'zod';
import {TaskAnalysis} from '../run/taskAnalysis.ts';

/** The page asks for the analysis of a run's experts, as far as there is one. */
export const TaskVectorsRequest = z.strictObject({kind: z.literal('taskVectors'), run: z.string()});

/** The page has the experts of a run analysed; the answer is the new analysis. */
export const AnalyseRequest = z.strictObject({kind: z.literal('analyse'), run: z.string()});

/** What is known of the experts of a run: null before they were analysed; stale where models have changed since. */
export const TaskVectorsReply = z.strictObject({
  kind: z.literal('taskVectors'),
  analysis: TaskAnalysis.nullable(),
  isStale: z.boolean(),
});
export type TaskVectorsReply = z.infer<typeof TaskVectorsReply>;
