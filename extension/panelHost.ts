import type {Run} from './run.ts';
import {stopAtCheckpoint, pause} from './runControl.ts';
import type {Studio} from './studio.ts';
import type {ExperimentPanels} from './panel/experimentPanel.ts';

/** Opens the panel, which is loaded (and brought back after a restart) in a turn of its own after the activation. */
export function lazyPanel(studio: Omit<Studio, 'openPanel'>): Studio['openPanel'] {
  let loading: Promise<ExperimentPanels> | null = null;
  const load = () => (loading ??= loadPanel(studio));
  setTimeout(() => void load(), 0);
  return async (run) => (await load()).open(run);
}

async function loadPanel(studio: Omit<Studio, 'openPanel'>): Promise<ExperimentPanels> {
  const {registerPanel} = await import('./panel/experimentPanel.ts');
  const {context, runs} = studio;
  return registerPanel(context, runs, {
    merge: (run, weights) => merge(studio, run, weights),
    plane: async (run, experts, weights) =>
      (await import('./commands/planeCommands.ts')).measurePlane(studio, run, experts, weights),
    control: async (run, command) => {
      const {requireTrust} = await import('./trainer/requireTrust.ts');
      requireTrust();
      if (command === 'stop') await stopAtCheckpoint(run);
      else if (command === 'pause') await pause(run);
      else await (await import('./commands/runCommands.ts')).resumeRun(run, studio);
      await runs.look(run.path);
    },
  });
}

/** Merges the experts of a run with typed weights into another model beside them; returns its folder. */
async function merge({trainer, models}: Pick<Studio, 'trainer' | 'models'>, run: Run, weights: readonly number[]) {
  const [{mergeArguments}, {VerbResult}, {withProgress}] = await Promise.all([
    import('./panel/mergeArguments.ts'),
    import('../trainer/contract/verbResult.ts'),
    import('./trainer/withProgress.ts'),
  ]);
  const {args, out} = await mergeArguments(run, weights);
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
