import {InvalidArgumentError, type Command} from 'commander';
import {parseConfig} from '../../../contract/config/parseConfig.ts';
import {studyMatrix, type StudySize} from '../../../pipeline/matrix/studyMatrix.ts';
import {studyPictures} from '../../../pipeline/matrix/studyPictures.ts';
import {studyVerdicts} from '../../../pipeline/matrix/studyVerdicts.ts';
import {readConfigText} from '../../../store/files/configText.ts';
import {action} from '../../action.ts';
import {count, wholeNumber} from '../../arguments.ts';
import type {ExitCode} from '../../outcome.ts';
import {carryOutMatrix} from './carryOutMatrix.ts';
import {addMatrixOptions, type MatrixOptions} from './matrixOptions.ts';
import {planMatrix, printPlan} from './planMatrix.ts';

interface StudyOptions extends MatrixOptions, StudySize {}

/** `deme study`. */
export function addStudyVerb(deme: Command): void {
  const command = deme
    .command('study <config>')
    .description('merge the experts of a config by each search, and judge them beside ordinary finetunes and baselines')
    .option('--samples <count>', 'images of each model with each seed', sampleCount, 10_000)
    .option('--seeds <list>', 'seeds of their noise, three or more', seedList, [200, 201, 202]);
  action(addMatrixOptions(command, 'study'), study);
}

async function study(file: string, options: StudyOptions): Promise<ExitCode> {
  const text = await readConfigText(file);
  const config = parseConfig(text, file);
  const plan = await planMatrix({name: config.name, file, text}, studyMatrix(config, file, options), 'study', options);
  return options.dryRun
    ? printPlan(plan, options)
    : carryOutMatrix({...plan, conclude: studyVerdicts, illustrate: studyPictures}, options);
}

function sampleCount(text: string): number {
  const samples = count(text);
  if (samples > 1) return samples;
  throw new InvalidArgumentError('Give at least 2: a distance needs a spread.');
}

function seedList(text: string): number[] {
  const seeds = text.split(',').map(wholeNumber);
  if (seeds.length > 2 && new Set(seeds).size === seeds.length) return seeds;
  throw new InvalidArgumentError('Give three or more different whole numbers, as in 200,201,202.');
}
