import {Option, type Command} from 'commander';
import {UserError} from '../contract/errors.ts';
import {action} from './action.ts';
import {collect, mergeSettings, numberList, timestepRange} from './arguments.ts';
import {mergeByOptions, type MergeOptions} from './mergeByOptions.ts';
import type {ExitCode} from './outcome.ts';
import {addRunOptions} from './runVerbs.ts';
import {startRun, type RunOptions} from './followRun.ts';

/** `deme merge CONFIG` searches and merges as a run; `deme merge --base … --out …` merges files at once. */
export function addMergeVerb(deme: Command): void {
  const command = deme
    .command('merge [config]')
    .description('merge the experts of a config, or model files that options name')
    .option('--base <model>', 'diffusers folder or weights file')
    .option('--expert <model>', 'the same for an expert; once for each', collect(String))
    .option('--weights <list>', 'one weight for each expert, as in --weights=0.1,-0.2', numberList)
    .option('--range <low,high>', 'timesteps of an expert; once for each, in the same order', collect(timestepRange))
    .option('--settings <json>', 'method and rules, as the merge section of a config has them', mergeSettings)
    .option('--out <path>', 'folder, or file that ends in .safetensors')
    .addOption(new Option('--dtype <name>', 'number format of --out (F32)').choices(['F32', 'F16', 'BF16']));
  addRunOptions(command);
  action(command, merge);
}

async function merge(config: string | undefined, options: RunOptions & MergeOptions): Promise<ExitCode> {
  if (config === undefined) return mergeByOptions(options);
  const mixed = ['base', 'expert', 'weights', 'range', 'settings', 'out', 'dtype'].filter((name) => name in options);
  if (mixed.length > 0) {
    throw new UserError('arguments-mixed', `A config says what to merge, so --${mixed.join(', --')} cannot be given.`, {
      hint: 'Leave the config out to merge the files that options name.',
    });
  }
  return startRun(config, options, {kind: 'merge'});
}
