import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {FollowedRun} from '../../../extension/runs/followedRun.ts';
import {stopAtCheckpoint} from '../../../extension/runs/runControl.ts';
import {launchedStagesOf} from '../../../extension/runs/launchedStagesOf.ts';
import {runStateText, stageText} from '../../../extension/runs/runText.ts';
import type {ExperimentNode} from '../../../extension/views/experimentNode.ts';
import {runNode} from '../../../extension/views/runNode.ts';
import {LaunchConfig} from '../../../trainer/contract/config/launchConfig.ts';
import type {CancelRecord} from '../../../trainer/contract/launch/cancelRecord.ts';
import {LaunchRecord} from '../../../trainer/contract/launch/launchRecord.ts';
import {QueueRecord} from '../../../trainer/contract/launch/seenJob.ts';
import {writeJsonAtomic} from '../../../trainer/store/files/jsonFile.ts';
import {EventLog} from '../../../trainer/store/run/eventLog.ts';
import {noteJob} from '../../../trainer/store/run/launched/launchedRun.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {readControl} from '../../../trainer/store/run/runState.ts';
import {stepEvent} from '../../helpers/runs/knownRun.ts';
import {finishStage, makeRun} from '../../helpers/runs/runOnDisk.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const id = 'a'.repeat(12);

/** A run whose stages are tasks 0 and 1 of job 7 and job 8. */
async function launched() {
  const path = await makeRun(await temporaryFolder());
  const record = {id, submitted: new Date().toISOString(), launch: LaunchConfig.parse({}), reuse: true};
  await writeJsonAtomic(runPaths.launch(path), LaunchRecord.parse(record));
  const intent = {type: 'intent' as const, time: Date.now(), launch: id, script: 's', arguments: []};
  noteJob(path, {...intent, name: 'train', tasks: {'expert-0': 0, 'expert-1': 1}});
  noteJob(path, {type: 'submitted', time: Date.now(), name: 'train', id: '7'});
  noteJob(path, {...intent, name: 'merge', tasks: {merge: null}});
  noteJob(path, {type: 'submitted', time: Date.now(), name: 'merge', id: '8'});
  const see = async (states: Record<string, string>, reason = 'Priority') => {
    const jobs = Object.entries(states).map(([job, state]) => ({id: job, name: '', state, reason, start: ''}));
    await writeJsonAtomic(runPaths.queue(path), QueueRecord.parse({launch: id, looked: Date.now() / 1000, jobs}));
  };
  return {path, see};
}

/** The stages whose rows have a job that can be cancelled. */
function openRows({children, context, launchedStage}: ExperimentNode): string[] {
  const own = context === 'stage.job' && launchedStage !== undefined ? [launchedStage] : [];
  return [...own, ...children.flatMap(openRows)];
}

describe('a run whose stages are jobs', () => {
  it('is followed by its folder: in the queue with the reason, running, failed, done', async () => {
    const {path, see} = await launched();
    await see({'7_0': 'PENDING', '7_1': 'PENDING', '8': 'PENDING'});
    const followed = await FollowedRun.open(path, 0);
    await followed.refresh();
    expect(runStateText(followed.run)).toBe('in the queue: others come first (Priority)');

    const [expert] = [...followed.run.progress.stages.values()];
    expect(expert && stageText(followed.run, expert)).toBe('job 7_0: others come first (Priority)');

    await mkdir(runPaths.stages(path), {recursive: true});
    await see({'7_0': 'RUNNING', '7_1': 'PENDING', '8': 'PENDING'});
    new EventLog(runPaths.jobEvents(path, 'expert-0', {id: '9', life: 1})).adopt(stepEvent(30));
    await followed.refresh();
    expect(followed.run.state).toMatchObject({state: 'running', stage: 'expert-0', launched: true});
    expect(followed.run.progress.stages.get('expert-0')?.update).toBe(30);

    // What waits or runs can be cancelled, from the row of its model as well.
    expect(launchedStagesOf(followed.run).map(({stage}) => stage)).toEqual(['expert-0', 'expert-1', 'merge']);
    expect(openRows(runNode(followed.run))).toEqual(['expert-0', 'merge']);
    const mark: CancelRecord = {format: 1, because: 'expert-1'};
    await writeJsonAtomic(runPaths.stageCancel(path, 'merge'), mark);
    await see({'7_0': 'RUNNING', '7_1': 'PENDING', '8': 'CANCELLED'});
    await followed.refresh();
    const merge = followed.run.progress.stages.get('merge');
    expect(merge && stageText(followed.run, merge)).toBe('cancelled: it needs expert-1');
    expect(openRows(runNode(followed.run))).toEqual(['expert-0']);

    await finishStage(path, 'expert-0');
    await see({'7_1': 'OUT_OF_MEMORY', '8': 'CANCELLED'});
    await followed.refresh();
    expect(runStateText(followed.run)).toBe('failed: expert-1 took more memory than its job had.');
    // Records outweigh what the queue says.
    for (const name of ['expert-1', 'merge']) await finishStage(path, name);
    await writeJsonAtomic(runPaths.launch(path), JSON.parse(await readFile(runPaths.launch(path), 'utf8')));
    await followed.refresh();
    expect(followed.run.state?.state).toBe('done');
  });

  it('is stopped by its control file, the end of waiting jobs, and a signal to those that run', async () => {
    const {path, see} = await launched();
    await see({'7_0': 'RUNNING', '7_1': 'PENDING', '8': 'PENDING'});
    const bin = await temporaryFolder();
    await writeFile(join(bin, 'scancel'), `#!/bin/sh\necho "$@" >> ${join(bin, 'said')}\n`);
    await chmod(join(bin, 'scancel'), 0o755);
    vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    await stopAtCheckpoint((await FollowedRun.open(path)).run);
    expect(await readControl(path)).toBe('stop');
    expect((await readFile(join(bin, 'said'), 'utf8')).trim().split('\n')).toEqual([
      '--state=PENDING 7_0 7_1 8',
      '--batch --signal=USR2 7_0',
    ]);
  });
});
