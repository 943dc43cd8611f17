import * as vscode from 'vscode';
import type {Handler, Studio} from './studio.ts';

/** Handlers by command id. */
type Handlers = Readonly<Record<string, Handler>>;

/** The commands, in groups that are loaded with the first use of one of them. */
export const commandGroups: readonly {readonly ids: readonly string[]; readonly load: () => Promise<Handlers>}[] = [
  {
    ids: ['deme.runPipeline', 'deme.pretrain', 'deme.finetune', 'deme.searchWeights', 'deme.merge', 'deme.evaluate'],
    load: async () => (await import('./commands/startCommands.ts')).startCommands,
  },
  {
    ids: [
      'deme.stop',
      'deme.stopNow',
      'deme.pause',
      'deme.resume',
      'deme.extend',
      'deme.cancelJob',
      'deme.openPanel',
      'deme.compareRuns',
      'deme.editTags',
      'deme.editNote',
      'deme.openConfig',
      'deme.openReport',
      'deme.saveReport',
      'deme.showRunLog',
      'deme.revealRun',
      'deme.copyRunPath',
      'deme.copyRunCommand',
      'deme.deleteRun',
    ],
    load: async () => (await import('./commands/runCommands.ts')).runCommands,
  },
  {
    ids: [
      'deme.sample',
      'deme.inspectModel',
      'deme.fetchModel',
      'deme.copyModelPath',
      'deme.revealModel',
      'deme.refreshModels',
    ],
    load: async () => (await import('./commands/modelCommands.ts')).modelCommands,
  },
  {
    ids: ['deme.mergeModels', 'deme.measure'],
    load: async () => (await import('./commands/expertCommands.ts')).expertCommands,
  },
  {
    ids: ['deme.runHere', 'deme.runOnSlurm'],
    load: async () => (await import('./commands/launcherCommands.ts')).launcherCommands,
  },
  {
    ids: ['deme.cancelStage'],
    load: async () => (await import('./commands/cancelStage.ts')).cancelCommands,
  },
  {
    ids: ['deme.compareWith'],
    load: async () => (await import('./commands/compareWith.ts')).compareCommands,
  },
  {
    ids: ['deme.fork'],
    load: async () => (await import('./commands/forkRun.ts')).forkCommands,
  },
  {
    ids: ['deme.proposeRanges'],
    load: async () => (await import('./commands/proposeRanges.ts')).proposeCommands,
  },
  {
    ids: ['deme.runMatrix', 'deme.runStudy'],
    load: async () => (await import('./commands/matrixCommands.ts')).matrixCommands,
  },
  {
    ids: ['deme.showStudy'],
    load: async () => (await import('./commands/studyCommands.ts')).studyCommands,
  },
  {
    ids: ['deme.runBenchmark'],
    load: async () => (await import('./commands/benchmarkCommands.ts')).benchmarkCommands,
  },
  {
    ids: ['deme.refreshEngines', 'deme.installEngine', 'deme.checkEngine'],
    load: async () => (await import('./commands/engineCommands.ts')).engineCommands,
  },
  {
    ids: [
      'deme.refreshRuns',
      'deme.filterRuns',
      'deme.clearFilter',
      'deme.sortRuns',
      'deme.showLog',
      'deme.openFile',
      'deme.openWalkthrough',
    ],
    load: async () => (await import('./commands/viewCommands.ts')).viewCommands,
  },
  {
    ids: ['deme.newConfig', 'deme.createExample', 'deme.createPromptExample'],
    load: async () => (await import('./commands/newConfigCommands.ts')).newConfigCommands,
  },
];

/** Registers all commands. What a handler throws is shown to the user. */
export function registerCommands(studio: Studio): vscode.Disposable {
  const registered = commandGroups.flatMap(({ids, load}) =>
    ids.map((id) =>
      vscode.commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          const handler = (await load())[id];
          if (handler === undefined) throw new Error(`${id} has no handler`);
          await handler(studio, ...args);
        } catch (error) {
          const {showError} = await import('./showError.ts');
          void showError(studio.log, error);
        }
      }),
    ),
  );
  return vscode.Disposable.from(...registered);
}
