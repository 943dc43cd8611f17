import {InvalidArgumentError, type Command} from 'commander';
import type {EngineChoice} from '../../../contract/config/config.ts';
import type {LauncherName} from '../../../contract/config/launchConfig.ts';
import {parseConfig} from '../../../contract/config/parseConfig.ts';
import {studyMatrix, type StudySize} from '../../../pipeline/matrix/studyMatrix.ts';
import {studyPictures} from '../../../pipeline/matrix/studyPictures.ts';
import {studyVerdicts} from '../../../pipeline/matrix/studyVerdicts.ts';
import {readConfigText} from '../../../store/files/configText.ts';
import {action} from '../../action.ts';
import {count, engineOption, launcherOption, wholeNumber} from '../../arguments.ts';
import type {ExitCode, OutputOptions} from '../../outcome.ts';
import {carryOutMatrix} from './carryOutMatrix.ts';
import {planMatrix, printPlan} from './planMatrix.ts';

interface StudyOptions extends OutputOptions, StudySize {
  engine?: EngineChoice;
  launcher?: LauncherName;
  parallel?: number;
  out?: string;
  dryRun?: boolean;
}

/** `deme study`. */
export function addStudyVerb(deme: Command): void {
  const command = deme
    .command('study <config>')
    .description('merge the experts of a config by each search, and judge them beside ordinary finetunes and baselines')
    .option('--samples <count>', 'images of each model with each seed', sampleCount, 10_000)
    .option('--seeds <list>', 'seeds of their noise, three or more', seedList, [200, 201, 202])
    .option('--out <folder>', 'folder of study.json and study.md (NAME-study beside NAME.deme.yaml)')
    .addOption(engineOption())
    .addOption(launcherOption())
    .option('--parallel <count>', 'runs at once on this machine, which share its cores and GPUs', count, 1)
    .option('--dry-run', 'only say which runs it makes');
  action(command, study);
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
