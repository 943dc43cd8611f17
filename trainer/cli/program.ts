import {Command} from 'commander';
import {toolVersion} from '../pipeline/owner/toolVersion.ts';
import {addAnalyseVerb} from './verbs/analyseVerb.ts';
import {addBenchmarkVerb} from './verbs/benchmark/benchmarkVerb.ts';
import {addControlVerbs} from './verbs/controlVerbs.ts';
import {addEngineVerbs} from './verbs/engineVerbs.ts';
import {addLaunchVerbs} from './verbs/launch/launchVerbs.ts';
import {addFetchVerb} from './verbs/fetchVerb.ts';
import {addInspectVerb} from './verbs/inspectVerb.ts';
import {addMatrixVerb} from './verbs/matrix/matrixVerb.ts';
import {addStudyVerb} from './verbs/matrix/studyVerb.ts';
import {addMeasureVerb} from './verbs/measureVerb.ts';
import {addMergeVerb} from './verbs/mergeVerb.ts';
import {addPlaneVerb} from './verbs/planeVerb.ts';
import {addDecodeVerb} from './verbs/arrays/decodeVerb.ts';
import {addEncodeVerb} from './verbs/arrays/encodeVerb.ts';
import {addPredictVerb} from './verbs/arrays/predictVerb.ts';
import {addTokenizeVerb} from './verbs/arrays/tokenizeVerb.ts';
import {addRunVerbs} from './verbs/runVerbs.ts';
import {addRunsVerb} from './verbs/runsVerb.ts';
import {addSampleVerb} from './verbs/sampleVerb.ts';
import {addScoreVerb} from './verbs/score/scoreVerb.ts';
import {addStageVerb} from './verbs/stageVerb.ts';
import {addValidateVerb} from './verbs/validateVerb.ts';
import {addWatchVerb} from './verbs/watchVerb.ts';

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
  addMatrixVerb(deme);
  addStudyVerb(deme);
  addBenchmarkVerb(deme);
  addMergeVerb(deme);
  addMeasureVerb(deme);
  addAnalyseVerb(deme);
  addPlaneVerb(deme);
  deme.commandsGroup('Models:');
  addFetchVerb(deme);
  addInspectVerb(deme);
  addSampleVerb(deme);
  addScoreVerb(deme);
  addPredictVerb(deme);
  addTokenizeVerb(deme);
  addEncodeVerb(deme);
  addDecodeVerb(deme);
  deme.commandsGroup('Runs:');
  addRunsVerb(deme);
  addWatchVerb(deme);
  addControlVerbs(deme);
  addStageVerb(deme);
  addLaunchVerbs(deme);
  deme.commandsGroup('Engines:');
  addEngineVerbs(deme);
  return deme;
}
