import type {MergeSetting} from '../../trainer/contract/config/merge/mergeSetting.ts';
import type {Run} from '../runs/run.ts';
import {stopAtCheckpoint, pause} from '../runs/runControl.ts';
import type {Studio} from '../studio.ts';
import {completeStep} from '../walkthrough.ts';
import type {ExperimentPanels} from './experimentPanel.ts';

/** Opens the panel, which is loaded (and brought back after a restart) in a turn of its own after the activation. */
export function lazyPanel(studio: Omit<Studio, 'openPanel'>): Studio['openPanel'] {
  let loading: Promise<ExperimentPanels> | null = null;
  const load = () => (loading ??= loadPanel(studio));
  setTimeout(() => void load(), 0);
  return async (run, shown) => {
    (await load()).open(run, shown);
    if (run !== undefined) await completeStep('watch');
  };
}

async function loadPanel(studio: Omit<Studio, 'openPanel'>): Promise<ExperimentPanels> {
  const {registerPanel} = await import('./experimentPanel.ts');
  const {context, runs} = studio;
  return registerPanel(context, studio, {
    merge: (run, setting) => merge(studio, run, setting),
    measure: async (run, name, request) => (await import('../runs/measure.ts')).measure(studio, run, name, request),
    preview: async (run, onNews) => {
      const {previewOrder} = await import('./previewOrder.ts');
      return studio.trainer.startPreview(await previewOrder(run), onNews);
    },
    writeNotes: async (run, notes) => {
      const {writeNotes} = await import('../../trainer/store/run/runNotes.ts');
      await writeNotes(run.path, notes);
      await runs.refreshRun(run.path);
    },
    command: async (run, command) => (await import('./callCommand.ts')).callCommand(run, command),
    kept: async (run) => (await import('../commands/forkRun.ts')).keptOf(run),
    fork: async (run, update) => (await import('../commands/forkRun.ts')).forkRun(run, update),
    control: async (run, command) => {
      const {requireTrust} = await import('../trainer/requireTrust.ts');
      requireTrust();
      if (command === 'stop') await stopAtCheckpoint(run);
      else if (command === 'pause') await pause(run);
      else await (await import('../commands/runCommands.ts')).resumeRun(run, studio);
      await runs.refreshRun(run.path);
    },
  });
}

/** Merges the experts of a run with a setting of the panel into another model beside them; returns its folder. */
async function merge({trainer, models}: Pick<Studio, 'trainer' | 'models'>, run: Run, setting: MergeSetting) {
  const [{mergeArguments}, {VerbResult}, {withProgress}] = await Promise.all([
    import('./mergeArguments.ts'),
    import('../../trainer/contract/verbResult.ts'),
    import('../trainer/withProgress.ts'),
  ]);
  const {args, out} = await mergeArguments(run, setting);
  await withProgress(`Merging ${run.record.id}`, (signal) =>
    trainer.deme(
      VerbResult,
      args.filter((arg) => arg !== '--json'),
      {signal},
    ),
  );
  models.refresh();
  return out;
}
