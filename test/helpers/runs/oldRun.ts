import {cp, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {LossTerm} from '../../../trainer/contract/run/lossTerms.ts';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {temporaryFolder} from '../temporaryFolder.ts';

const fixtures = join(packageRoot(), 'test', 'fixtures', 'runs');

/** The stages of the old run that trained, and its timestep buckets. */
export const oldStages = ['expert-0', 'expert-1', 'ordinary'] as const;
export const oldBuckets = 10;

type ByTerm = Readonly<Record<LossTerm, unknown>>;

/** What version 0.1.0 read from its run; a gap is null. */
export interface OldReadings {
  readonly stages: Readonly<Record<(typeof oldStages)[number], OldStage>>;
  readonly csv: readonly string[];
  /** SHA-256 of the file of each stage. */
  readonly tensorBoard: Readonly<Record<string, string>>;
  /** What the command line showed for each step. */
  readonly progress: readonly string[];
}

interface OldStage {
  readonly steps: readonly number[];
  /** Bins of the curves with 3 points, and of the heat map with 10. */
  readonly curve: readonly number[];
  readonly heat: readonly number[];
  /** Lines that the panel drew of those bins, smoothed with decay 0.5, and mean losses of the cells of its heat maps. */
  readonly points: ByTerm;
  readonly heatMeans: ByTerm;
  readonly newest: ByTerm;
  /** Update, denoise and consistency of each step. */
  readonly reportSteps: readonly unknown[];
  readonly perTimestep: readonly unknown[];
}

export async function oldReadings(): Promise<OldReadings> {
  return JSON.parse(await readFile(join(fixtures, 'event-log-1.expected.json'), 'utf8')) as OldReadings;
}

/** A copy of a run that version 0.1.0 made, whose event log has format 1. */
export async function oldRun(): Promise<string> {
  const run = join(await temporaryFolder(), 'tiny-1');
  await cp(join(fixtures, 'event-log-1'), run, {recursive: true});
  return run;
}

/** Numbers as JSON has them: arrays, and null for what is not finite. */
export function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_, part: unknown) =>
    ArrayBuffer.isView(part) ? [...(part as Float64Array)] : part,
  );
  return JSON.parse(text);
}
