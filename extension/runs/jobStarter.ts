import type {OwnerMessage} from '../../trainer/contract/run/ownerMessages.ts';
import type {LaunchedJob} from '../../trainer/launch/launcher.ts';
import type {Job} from './jobQueue.ts';
import type {Log} from '../log.ts';
import type {Runs} from './runs.ts';
import type {Trainer} from '../trainer/trainer.ts';
import {completeStep} from '../walkthrough.ts';

/** A run is looked at for its owner's messages at most that often. */
const pollMilliseconds = 100;

/** Starts the owner of a job's run, and has the run followed as soon as it is there. `onRun` is called with its folder. */
export async function startJob(
  job: Job,
  onRun: (run: string) => void,
  parts: {trainer: Trainer; runs: Runs; log: Log},
): Promise<LaunchedJob> {
  const {trainer, runs, log} = parts;
  let run: string | null = null;
  let isDue = false;
  let reason = '';
  const look = () => {
    if (run === null || isDue) return;
    const path = run;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      void runs.refreshRun(path);
    }, pollMilliseconds);
  };
  const onMessage = (message: OwnerMessage) => {
    if (message.type === 'engine' && message.reason !== reason) {
      ({reason} = message);
      log.info(`${job.title}: ${reason}`);
    }
    if (message.type === 'created') {
      ({run} = message);
      onRun(run);
      if (job.request.action === 'start') void completeStep('run');
    }
    look();
  };
  const owner = await trainer.startOwner(job.request, onMessage);
  const finished = owner.finished.then((end) => {
    if (end.outcome === 'unheard') log.warn(`${job.title}: ${end.error?.message ?? 'nothing more is heard of it'}`);
    look();
    return end;
  });
  return {finished, cancel: () => owner.cancel()};
}
