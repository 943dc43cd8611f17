import {Option, type Command} from 'commander';
import {UserError} from '../../contract/errors.ts';
import {mergeFormats} from '../../contract/run/records.ts';
import {action} from '../action.ts';
import {collect, numberList, predictionTypeOption, timestepRange} from '../arguments.ts';
import {mergeByOptions} from './mergeByOptions.ts';
import {mergeByRecipe, type RecipeOptions} from './mergeByRecipe.ts';
import {addMergeMethodOptions} from './mergeMethodOptions.ts';
import type {ExitCode} from '../outcome.ts';
import {addRunOptions} from './runVerbs.ts';
import {startRun, type RunOptions} from '../view/followRun.ts';

/** `deme merge CONFIG` searches and merges as a run; `deme merge --base … --out …` merges files at once, `--recipe` makes a merge again. */
export function addMergeVerb(deme: Command): void {
  const command = deme
    .command('merge [config]')
    .description('merge the experts of a config, or model files that options name')
    .option('--base <model>', 'diffusers folder, single-file checkpoint or weights file')
    .option('--expert <model>', 'the same for an expert; once for each', collect(String))
    .option('--weights <list>', 'one weight for each expert, as in --weights=0.1,-0.2', numberList)
    .option('--range <low,high>', 'timesteps of an expert; once for each, in the same order', collect(timestepRange))
    .option('--out <path>', 'folder, or file that ends in .safetensors, with all components of Stable Diffusion')
    .option('--overwrite', 'replace what lies at --out')
    .addOption(
      new Option(
        '--dtype <name>',
        'number format of merged tensors; base: as there, which is usual in a file with all components (else F32)',
      ).choices(mergeFormats),
    )
    .addOption(predictionTypeOption())
    .option('--recipe <file>', 'make a merged model again: its merge.json, folder or safetensors file')
    .option('--inputs <folder>', 'where to look for the inputs of the recipe; once for each', collect(String));
  addMergeMethodOptions(command);
  addRunOptions(command);
  action(command, merge);
}

/** What a config says itself. */
const ownOptions = [
  'base',
  'expert',
  'weights',
  'range',
  'out',
  'overwrite',
  'dtype',
  'predictionType',
  'method',
  'set',
  'rule',
  'recipe',
  'inputs',
];

async function merge(config: string | undefined, options: RunOptions & RecipeOptions): Promise<ExitCode> {
  const {recipe} = options;
  if (config === undefined) return recipe === undefined ? mergeByOptions(options) : mergeByRecipe({...options, recipe});
  const mixed = ownOptions.filter((name) => name in options);
  if (mixed.length > 0) {
    const flags = mixed.map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    throw new UserError('arguments-mixed', `A config says what to merge, so ${flags.join(', ')} cannot be given.`, {
      hint: 'Leave the config out to merge the files that options name.',
    });
  }
  return startRun(config, options, {kind: 'merge'});
}
