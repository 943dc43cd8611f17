import type * as vscode from 'vscode';
import type {ConfigFiles} from './config/configFiles.ts';
import type {ShownFirst} from './panel/panelWish.ts';
import type {JobQueue} from './runs/jobQueue.ts';
import type {Run} from './runs/run.ts';
import type {Runs} from './runs/runs.ts';
import type {Studies} from './studies/studies.ts';
import type {Trainer} from './trainer/trainer.ts';
import type {EnginesTree} from './views/enginesTree.ts';
import type {ExperimentsTree} from './views/experimentsTree.ts';
import type {ModelsTree} from './views/modelsTree.ts';

/** The parts of the extension, for those who act on several of them. */
export interface Studio {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly runs: Runs;
  readonly configs: ConfigFiles;
  readonly queue: JobQueue;
  readonly trainer: Trainer;
  readonly experiments: ExperimentsTree;
  readonly models: ModelsTree;
  readonly engines: EnginesTree;
  readonly studies: Studies;
  /** Opens the panel of a run's experiment, without a run the one that compares all. */
  openPanel(run?: Run, shown?: ShownFirst): Promise<void>;
}

/** What a command does. Its arguments come from whoever calls it: a tree row, a lens, a key, another extension. */
export type Handler = (studio: Studio, ...args: unknown[]) => unknown;
