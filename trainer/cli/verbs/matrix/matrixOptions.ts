import type {Command} from 'commander';
import type {EngineChoice} from '../../../contract/config/config.ts';
import type {LauncherName} from '../../../contract/config/launchConfig.ts';
import {count, engineOption, launcherOption} from '../../arguments.ts';
import type {OutputOptions} from '../../outcome.ts';

/** Options of the verbs that make a table of runs. */
export interface MatrixOptions extends OutputOptions {
  engine?: EngineChoice;
  launcher?: LauncherName;
  /** Runs at once on this machine; left out: one. */
  parallel?: number;
  out?: string;
  dryRun?: boolean;
}

/** Adds them to a verb whose table is called `stem`. */
export function addMatrixOptions(command: Command, stem: 'matrix' | 'study'): Command {
  const place = `folder of ${stem}.json and ${stem}.md (NAME-${stem} beside NAME.deme.yaml)`;
  return command
    .option('--out <folder>', place)
    .addOption(engineOption())
    .addOption(launcherOption())
    .option('--parallel <count>', 'runs at once on this machine, which share its cores and GPUs (default: 1)', count)
    .option('--dry-run', 'only say which runs it makes');
}
