import {Command} from 'commander';
import {toolVersion} from '../pipeline/toolVersion.ts';
import {addAnalyseVerb} from './analyseVerb.ts';
import {addControlVerbs} from './controlVerbs.ts';
import {addEngineVerbs} from './engineVerbs.ts';
import {addFetchVerb} from './fetchVerb.ts';
import {addInspectVerb} from './inspectVerb.ts';
import {addMergeVerb} from './mergeVerb.ts';
import {addPlaneVerb} from './planeVerb.ts';
import {addPredictVerb} from './predictVerb.ts';
import {addRunVerbs} from './runVerbs.ts';
import {addRunsVerb} from './runsVerb.ts';
import {addSampleVerb} from './sampleVerb.ts';
import {addValidateVerb} from './validateVerb.ts';

/** The command line `deme`. */
export function program(): Command {
  const deme = new Command('deme')
    .description('Finetune a diffusion model as experts on timestep ranges and merge them into one better model.')
    .version(toolVersion())
    .helpCommand(false)
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({subcommandTerm: (command) => `${command.name()} ${command.usage()}`.replace(/\[options\] ?/, '')})
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  deme.commandsGroup('Experiments:');
  addValidateVerb(deme);
  addRunVerbs(deme);
  addMergeVerb(deme);
  addAnalyseVerb(deme);
  addPlaneVerb(deme);
  deme.commandsGroup('Models:');
  addFetchVerb(deme);
  addInspectVerb(deme);
  addSampleVerb(deme);
  addPredictVerb(deme);
  deme.commandsGroup('Runs:');
  addRunsVerb(deme);
  addControlVerbs(deme);
  deme.commandsGroup('Engines:');
  addEngineVerbs(deme);
  return deme;
}
