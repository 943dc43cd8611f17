import {join} from 'node:path';

/** The files of the metrics of a run, all of which can be made again from the event log; `folder` is `runPaths.metrics`. */
export const metricsPaths = {
  /** For which terms of the loss the files have columns. */
  layout: (folder: string) => join(folder, 'layout.json'),
  /** How much of the event log the files hold. */
  position: (folder: string) => join(folder, 'position.bin'),
  /** The events that are neither a step, nor buckets, nor progress, a line each. */
  milestones: (folder: string) => join(folder, 'milestones.jsonl'),
  stages: (folder: string) => join(folder, 'stages'),
  curve: (folder: string, stage: string) => (level: number) => join(folder, 'stages', stage, `curve-${level}.bin`),
  heat: (folder: string, stage: string) => (level: number) => join(folder, 'stages', stage, `heat-${level}.bin`),
} as const;
