import * as vscode from 'vscode';
import {registerCommands} from './commands.ts';
import {registerConfigEditor} from './config/configEditor.ts';
import {registerLenses} from './config/lensProvider.ts';
import {ConfigFiles} from './config/configFiles.ts';
import {registerContextKeys} from './contextKeys.ts';
import {JobQueue} from './runs/jobQueue.ts';
import {startJob} from './runs/jobStarter.ts';
import {createLog} from './log.ts';
import {registerNotices} from './notices.ts';
import {lazyPanel} from './panel/panelHost.ts';
import {isActiveRun} from './runs/run.ts';
import {pollJobs} from './runs/pollJobs.ts';
import {Runs} from './runs/runs.ts';
import {onSettingsChange, settings} from './settings.ts';
import {registerStatusBar} from './statusBar.ts';
import type {Studio} from './studio.ts';
import {Studies} from './studies/studies.ts';
import {Trainer} from './trainer/trainer.ts';
import {EnginesTree} from './views/enginesTree.ts';
import {ExperimentsTree} from './views/experimentsTree.ts';
import {ModelsTree} from './views/modelsTree.ts';
import {registerWalkthrough} from './walkthrough.ts';

/** Makes the parts and connects them. Files are looked for afterwards, and what parses them is loaded when it is needed. */
export function activate(context: vscode.ExtensionContext): void {
  const log = createLog();
  const trainer = new Trainer(context.extensionPath, context.logUri.fsPath, log);
  const runs = new Runs(log);
  const configs = new ConfigFiles(log);
  const queue = makeQueue(context, {trainer, runs, log});
  const studies = new Studies(configs, runs, log);
  const experiments = new ExperimentsTree({runs, configs, queue, studies}, context.workspaceState);
  const models = new ModelsTree(runs);
  const engines = new EnginesTree(trainer, log);
  const parts = {context, log, trainer, runs, configs, queue, studies, experiments, models, engines};
  const studio: Studio = {...parts, openPanel: lazyPanel(parts)};
  context.subscriptions.push(log, trainer, runs, configs, queue, studies, experiments, models, engines);
  context.subscriptions.push(registerCommands(studio), registerConfigEditor(), registerLenses(studio));
  context.subscriptions.push(registerContextKeys(studio), registerStatusBar(runs, queue));
  context.subscriptions.push(registerWalkthrough(), pollJobs(runs, log));
  connectQueue(studio);
  // In its own turn, so that the activation does not wait for the file system.
  setTimeout(() => void followWorkspace(studio), 0);
}

function makeQueue(
  context: vscode.ExtensionContext,
  parts: {trainer: Trainer; runs: Runs; log: vscode.LogOutputChannel},
) {
  const host = {
    limit: () => (vscode.workspace.isTrusted ? settings.maxParallelRuns() : 0),
    activeRuns: () =>
      parts.runs
        .all()
        // Jobs of a cluster leave this machine free.
        .filter((run) => isActiveRun(run) && run.state?.launched === undefined)
        .map(({path}) => path),
    start: (job: Parameters<typeof startJob>[0], onRun: (run: string) => void) => startJob(job, onRun, parts),
  };
  return new JobQueue(host, context.workspaceState);
}

function connectQueue({context, queue, log}: Studio): void {
  const report = async (error: unknown) => (await import('./showError.ts')).showError(log, error);
  context.subscriptions.push(
    queue.onDidFail(({error}) => void report(error)),
    onSettingsChange(['maxParallelRuns'], () => queue.pump()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => queue.pump()),
  );
}

/** Finds the configs, follows the runs in their output folders, and starts what still waited when the window was closed. */
async function followWorkspace(studio: Studio): Promise<void> {
  const {context, configs, runs, queue, studies, log} = studio;
  try {
    const setOutputs = async () => runs.setOutputs(await configs.outputs());
    await configs.start();
    await setOutputs();
    context.subscriptions.push(configs.onDidChange(() => void setOutputs()));
    // From here on, so that runs that ended long ago are not reported.
    context.subscriptions.push(
      registerNotices(studio, runs),
      runs.onDidChange(() => queue.pump()),
    );
    queue.pump();
    await studies.start();
    const {offerLostRuns} = await import('./runs/lostRuns.ts');
    await offerLostRuns(context, runs);
  } catch (error) {
    const {showError} = await import('./showError.ts');
    await showError(log, error);
  }
}
