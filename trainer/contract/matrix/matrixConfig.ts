import * as z from 'zod';

/** What all runs of a matrix share: without it they would not find each other's stages. */
const fixed = ['name', 'output', 'report', 'matrix'];

/** Keys from the top of a config, as in `decouple.optimizer.learningRate`. */
export const SettingPath = z
  .string()
  .regex(/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/, 'the keys of a setting, as in decouple.probability')
  .max(200)
  .refine((path) => !path.split('.').some((key) => key in Object.prototype), 'not the name of a setting')
  .refine((path) => !fixed.includes(path.split('.')[0] ?? ''), `${fixed.join(', ')} are the same for all runs`);

const label = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[^\p{Cc}|]+$/u, 'a label without line breaks and |');

const most = 1000;

/** How tables name a value. */
export function valueLabel(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What varies along a column: one setting, or several at once under a label. */
export const MatrixColumn = z.union([
  z.strictObject({
    setting: SettingPath.describe('The setting that varies.'),
    values: z
      .array(z.json())
      .min(1)
      .max(most)
      .refine((values) => new Set(values.map(valueLabel)).size === values.length, 'each value once')
      .describe('Its values.'),
  }),
  z.strictObject({
    choices: z
      .record(label, z.record(SettingPath, z.json()))
      .refine((choices) => Object.keys(choices).length > 0, 'at least one choice')
      .describe('By label, the settings of each choice and their values; {} leaves the config as it is.'),
  }),
]);
export type MatrixColumn = z.infer<typeof MatrixColumn>;

/** A table of runs: each combination of the columns is a cell, a run of the config with these settings. */
export const MatrixConfig = z
  .strictObject({
    columns: z
      .record(label, MatrixColumn)
      .refine((columns) => Object.keys(columns).length > 0, 'at least one column')
      .describe('What varies, by the name of the column.'),
    repeat: MatrixColumn.optional().describe(
      'Each cell is run with each of these, and its numbers are means over them: several values of decouple.seed.',
    ),
  })
  .describe('A table of runs for `deme matrix`.');
export type MatrixConfig = z.infer<typeof MatrixConfig>;
