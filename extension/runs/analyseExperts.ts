import type {Run} from './run.ts';
import type {Studio} from '../studio.ts';

/** Has the trainer measure the task vectors of a run's experts, which stays in its folder. Throws UserErrors and CancellationError. */
export async function analyseExperts({trainer}: Pick<Studio, 'trainer'>, run: Run): Promise<void> {
  const [{VerbResult}, {withProgress}] = await Promise.all([
    import('../../trainer/contract/verbResult.ts'),
    import('../trainer/withProgress.ts'),
  ]);
  await withProgress(`Analysing the experts of ${run.record.id}`, (signal, onLine) =>
    trainer.deme(VerbResult, ['analyse', run.path], {signal, onLine}),
  );
}
