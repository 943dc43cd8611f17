import {join} from 'node:path';

/** Where the metrics of a run lie. All of it can be made again from the event log. */
export const metricsFolder = (run: string) => join(run, 'metrics');

/** The files inside; `folder` is the `metricsFolder`. */
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
