import {Command} from 'commander';
import {toolVersion} from '../pipeline/owner/toolVersion.ts';

/** The verbs of one module, and what loads it. */
interface VerbModule {
  readonly verbs: readonly string[];
  load(): Promise<(deme: Command) => void>;
}

/** By their headings in the help, in its order. */
const groups: Readonly<Record<string, readonly VerbModule[]>> = {
  'Experiments:': [
    {verbs: ['validate'], load: async () => (await import('./verbs/validateVerb.ts')).addValidateVerb},
    {
      verbs: ['run', 'pretrain', 'finetune', 'search', 'evaluate'],
      load: async () => (await import('./verbs/runVerbs.ts')).addRunVerbs,
    },
    {verbs: ['matrix'], load: async () => (await import('./verbs/matrix/matrixVerb.ts')).addMatrixVerb},
    {verbs: ['study'], load: async () => (await import('./verbs/matrix/studyVerb.ts')).addStudyVerb},
    {verbs: ['benchmark'], load: async () => (await import('./verbs/benchmark/benchmarkVerb.ts')).addBenchmarkVerb},
    {verbs: ['merge'], load: async () => (await import('./verbs/mergeVerb.ts')).addMergeVerb},
    {verbs: ['measure'], load: async () => (await import('./verbs/measureVerb.ts')).addMeasureVerb},
    {verbs: ['analyse'], load: async () => (await import('./verbs/analyseVerb.ts')).addAnalyseVerb},
    {verbs: ['plane'], load: async () => (await import('./verbs/planeVerb.ts')).addPlaneVerb},
  ],
  'Models:': [
    {verbs: ['fetch'], load: async () => (await import('./verbs/fetchVerb.ts')).addFetchVerb},
    {verbs: ['inspect'], load: async () => (await import('./verbs/inspectVerb.ts')).addInspectVerb},
    {verbs: ['sample'], load: async () => (await import('./verbs/sampleVerb.ts')).addSampleVerb},
    {verbs: ['score'], load: async () => (await import('./verbs/score/scoreVerb.ts')).addScoreVerb},
    {verbs: ['predict'], load: async () => (await import('./verbs/arrays/predictVerb.ts')).addPredictVerb},
    {verbs: ['tokenize'], load: async () => (await import('./verbs/arrays/tokenizeVerb.ts')).addTokenizeVerb},
    {verbs: ['encode'], load: async () => (await import('./verbs/arrays/encodeVerb.ts')).addEncodeVerb},
    {verbs: ['decode'], load: async () => (await import('./verbs/arrays/decodeVerb.ts')).addDecodeVerb},
  ],
  'Runs:': [
    {verbs: ['runs'], load: async () => (await import('./verbs/runsVerb.ts')).addRunsVerb},
    {verbs: ['watch'], load: async () => (await import('./verbs/watchVerb.ts')).addWatchVerb},
    {
      verbs: ['stop', 'pause', 'resume', 'extend'],
      load: async () => (await import('./verbs/controlVerbs.ts')).addControlVerbs,
    },
    {verbs: ['stage'], load: async () => (await import('./verbs/stageVerb.ts')).addStageVerb},
    {
      verbs: ['launch', 'node-report'],
      load: async () => (await import('./verbs/launch/launchVerbs.ts')).addLaunchVerbs,
    },
  ],
  'Engines:': [{verbs: ['engine'], load: async () => (await import('./verbs/engineVerbs.ts')).addEngineVerbs}],
};

/**
 * The command line `deme` for a call that begins with this word: of the modules only that of its verb is loaded, since all together take longer than
 * what most verbs do. Where the word is no verb, all are, for the help.
 */
export async function program(word?: string): Promise<Command> {
  const deme = new Command('deme')
    .description('Finetune a diffusion model as experts on timestep ranges and merge them into one better model.')
    .version(toolVersion())
    .helpCommand(false)
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({subcommandTerm: (command) => `${command.name()} ${command.usage()}`.replace(/\[options\] ?/, '')})
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  if (word === '--version' || word === '-V') return deme;
  const isCalled = ({verbs}: VerbModule) => word !== undefined && verbs.includes(word);
  const isVerb = Object.values(groups).flat().some(isCalled);
  const loading = Object.entries(groups).map(async ([heading, modules]) => {
    const needed = modules.filter((module) => !isVerb || isCalled(module));
    return [heading, await Promise.all(needed.map((module) => module.load()))] as const;
  });
  for (const [heading, adders] of await Promise.all(loading)) {
    deme.commandsGroup(heading);
    for (const add of adders) add(deme);
  }
  return deme;
}
