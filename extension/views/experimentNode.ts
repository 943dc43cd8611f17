import type {Job} from '../runs/jobQueue.ts';
import type {Run} from '../runs/run.ts';
import type {LineageRow} from './lineageRows.ts';

/** A row of the tree, without what belongs to VS Code. */
export interface ExperimentNode {
  /** Stays the same as long as it is the same thing. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Name of a codicon, and a theme colour. */
  readonly icon: string;
  readonly color?: string;
  /** What menus go by: `run.running`, `model`, `job.queued` … */
  readonly context: string;
  readonly children: readonly ExperimentNode[];
  readonly isExpanded?: boolean;
  readonly run?: Run;
  /** Absolute path of the config file. */
  readonly config?: string;
  readonly job?: Job;
  /** Name of the stage whose job of a scheduler waits or runs. */
  readonly launchedStage?: string;
  /** Folder of a model. */
  readonly model?: string;
  /** Set for a model that was merged from others: these are below it. */
  readonly isMerged?: boolean;
  /** Set for what a model was merged from, and how. */
  readonly row?: LineageRow;
  /** File of the study, matrix or benchmark that a click shows. */
  readonly study?: string;
  /** File that a click opens. */
  readonly file?: string;
}
