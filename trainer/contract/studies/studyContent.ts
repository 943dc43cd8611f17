import * as z from 'zod';
import {BenchmarkResult} from '../benchmark/benchmarkResult.ts';
import {MatrixResult} from '../matrix/matrixResult.ts';

/** Tables that compare models over several runs, or with published numbers: of `deme study`, `deme matrix` and `deme benchmark`. */
export const studyKinds = ['study', 'matrix', 'benchmark'] as const;
export type StudyKind = (typeof studyKinds)[number];

/** What one of their files holds. */
export const StudyContent = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.enum(['study', 'matrix']), result: MatrixResult}),
  z.strictObject({kind: z.literal('benchmark'), result: BenchmarkResult}),
]);
export type StudyContent = z.infer<typeof StudyContent>;

/** `benchmark-scale-0.01.json` is one that was cut. */
const benchmarkFile = /^benchmark(?:-scale-[\d.e-]+)?\.json$/;

/** The kind of a file by its name, without its folder; null for any other file. */
export function studyKindOf(name: string): StudyKind | null {
  if (name === 'study.json') return 'study';
  if (name === 'matrix.json') return 'matrix';
  return benchmarkFile.test(name) ? 'benchmark' : null;
}
