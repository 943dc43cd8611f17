import * as z from 'zod';

const byModel = <T extends z.ZodType>(value: T) => z.record(z.string(), value);

export const InceptionScore = z.strictObject({
  mean: z.number(),
  deviation: z.number().describe('Of the splits, as papers print it.'),
  splits: z.int(),
});

export const ClipScoreRecord = z.strictObject({
  meanCosine: z.number(),
  standardError: z.number().describe('Of the mean cosine.'),
  torchmetrics: z.number(),
  clipScorePaper: z.number(),
  prompts: z.int().describe('Different texts that the images were drawn by.'),
});

/** `scores.json` of an evaluation: scores of its images that need no others to compare with. */
export const DrawnScores = z.strictObject({
  inceptionScore: InceptionScore.optional(),
  clipScore: ClipScoreRecord.optional(),
});
export type DrawnScores = z.infer<typeof DrawnScores>;

const PrecisionRecall = z.strictObject({precision: z.number(), recall: z.number(), neighbours: z.int()});

/** Scores by model besides distances, in the report. Left out: what the feature network does not offer. */
export const sampleScores = {
  precisionRecall: byModel(PrecisionRecall).optional(),
  inceptionScore: byModel(InceptionScore).optional(),
  clipScore: byModel(ClipScoreRecord).optional(),
};
const SampleScores = z.strictObject(sampleScores);
export type SampleScores = z.infer<typeof SampleScores>;

/** A column of a table of scores. */
export interface ScoreColumn {
  readonly name: string;
  /** Of a model; empty where it has none. */
  readonly text: (scores: SampleScores, model: string) => string;
}

/** The columns for what some of these have, each with its recipe in its name. */
export function scoreColumns(all: readonly SampleScores[]): ScoreColumn[] {
  const columns: ScoreColumn[] = [];
  const neighbours = firstOf(all, ({precisionRecall}) => precisionRecall)?.neighbours;
  if (neighbours !== undefined) {
    const add = (name: 'precision' | 'recall') =>
      columns.push({
        name: `${name} (${neighbours} neighbours)`,
        text: ({precisionRecall}, model) => precisionRecall?.[model]?.[name].toFixed(3) ?? '',
      });
    add('precision');
    add('recall');
  }
  const splits = firstOf(all, ({inceptionScore}) => inceptionScore)?.splits;
  if (splits !== undefined) {
    columns.push({
      name: `inception score (± over ${splits} splits)`,
      text: ({inceptionScore}, model) => {
        const score = inceptionScore?.[model];
        return score ? `${score.mean.toFixed(3)} ± ${score.deviation.toFixed(3)}` : '';
      },
    });
  }
  if (firstOf(all, ({clipScore}) => clipScore)) {
    columns.push({
      name: 'CLIP score (100 x mean cosine)',
      text: ({clipScore}, model) => {
        const score = clipScore?.[model];
        return score ? `${(100 * score.meanCosine).toFixed(2)} ± ${(100 * score.standardError).toFixed(2)}` : '';
      },
    });
  }
  return columns;
}

function firstOf<T>(
  all: readonly SampleScores[],
  choose: (scores: SampleScores) => Record<string, T> | undefined,
): T | undefined {
  return all.flatMap((scores) => Object.values(choose(scores) ?? {}))[0];
}
