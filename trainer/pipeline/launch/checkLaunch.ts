import {randomBytes} from 'node:crypto';
import {chmod, mkdir, rm} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {LaunchConfig} from '../../contract/config/launchConfig.ts';
import {toErrorRecord, UserError} from '../../contract/errors.ts';
import {explainJob, waitText} from '../../contract/launch/explainJob.ts';
import {NodeReport} from '../../contract/launch/nodeReport.ts';
import {phaseOfJob} from '../../contract/launch/seenJob.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import type {JobRequest, Scheduler} from '../../launch/scheduler.ts';
import {jobScript} from '../../launch/slurm/jobScript.ts';
import {shellQuote} from '../../launch/slurm/shellQuote.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {byteText} from '../../store/files/freeSpace.ts';
import {readJsonIfThere, writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {endOfFile} from '../../store/files/regularFile.ts';
import {hashFile} from '../../store/hashes/sha256.ts';
import {trainerEntry} from '../owner/trainerEntry.ts';
import {jobCommand} from './jobCommand.ts';
import {schedulerOf} from './launchRun.ts';
import {checkFiles} from './nodeReport.ts';

/** One thing that a cluster must have, or that is good to know of it. */
export interface LaunchFinding {
  readonly what: string;
  /** Null: neither good nor bad. */
  readonly isGood: boolean | null;
  readonly text: string;
}

const pollMilliseconds = 1000;
/** Seconds between two questions to the scheduler. */
const lookEvery = 5;
/** Seconds of difference between clocks by which times in logs get confusing. */
const clockTolerance = 30;

/**
 * Sends a small job to where the trainings of a config would run, and says what it has found there: whether it sees the folder of the runs, with
 * which Node, program, engine, GPUs, cores and memory, and how far its clock is off. Throws a UserError where no job came about in time.
 * @param patience seconds
 */
export async function checkLaunch(
  {config, folder}: ResolvedConfig,
  launch: LaunchConfig,
  {patience, onWait}: {patience: number; onWait(text: string): void},
): Promise<LaunchFinding[]> {
  const scheduler = schedulerOf(launch);
  const nonce = randomBytes(16).toString('hex');
  const place = join(resolve(folder, config.output), `.check-${nonce.slice(0, 12)}`);
  await mkdir(place, {recursive: true});
  try {
    await writeFileAtomic(checkFiles.nonce(place), nonce);
    await writeJsonAtomic(checkFiles.engine(place), config.engine);
    const job = checkJob(place, launch, nonce);
    const {setup, wrap, requeues, signal} = launch;
    const text = jobScript({
      ...{setup, wrap, requeues, signal},
      ...jobCommand(launch, 'node-report'),
      tasks: [{run: place, stages: []}],
      submitted: ['sbatch', ...scheduler.argumentsOf(job).map(shellQuote)].join(' '),
    });
    await writeFileAtomic(job.script, text);
    await chmod(job.script, 0o755);
    const id = await scheduler.submit(job);
    const report = await awaitReport(place, {id, scheduler, patience, onWait, log: job.log.replace('%j', id)});
    return findings(report, nonce, await hashFile(trainerEntry()), Date.now());
  } finally {
    await rm(place, {recursive: true, force: true});
  }
}

/** With five minutes in place of the time of a training, by which it gets its turn sooner. */
function checkJob(place: string, {options, stages, signal}: LaunchConfig, nonce: string): JobRequest {
  return {
    name: `deme-check-${nonce.slice(0, 12)}`,
    script: join(place, 'check.sh'),
    log: join(place, 'check.%j.log'),
    options: {...options, ...stages.train, time: '00:05:00'},
    // With so little time, that of a training might come at once.
    signal: signal.replace(/\d+$/, '30'),
    tasks: null,
    needs: [],
  };
}

interface Awaited {
  readonly id: string;
  readonly scheduler: Scheduler;
  readonly patience: number;
  readonly log: string;
  onWait(text: string): void;
}

async function awaitReport(place: string, {id, scheduler, patience, log, onWait}: Awaited): Promise<NodeReport> {
  let last = 'it was submitted';
  for (let waited = 0; waited < patience; waited++) {
    const report = await readJsonIfThere(checkFiles.report(place), NodeReport, 'the report of the node');
    if (report !== null) return report;
    if (waited % lookEvery === 0) {
      const seen = (await scheduler.look().catch(() => [])).find((job) => job.id === id);
      const phase = seen && phaseOfJob(seen);
      if (seen && phase === 'waiting') onWait((last = waitText(seen)));
      if (seen && phase === 'running') onWait((last = 'it runs'));
      if (seen && (phase === 'failed' || phase === 'ended' || phase === 'cancelled')) {
        // Its report may be on its way through a network disk.
        await wait(2 * pollMilliseconds);
        const late = await readJsonIfThere(checkFiles.report(place), NodeReport, 'the report of the node');
        if (late !== null) return late;
        throw unreported(explainJob('The check', seen).message, log);
      }
    }
    await wait(pollMilliseconds);
  }
  await scheduler.cancel([id]).catch(() => undefined); // The error is about something else.
  throw new UserError('check-late', `No answer of a node within ${patience} s: ${last}.`, {
    hint: 'Give more time by --wait, or another partition. If the job has run, the folder of the runs is not the same there.',
  });
}

function unreported(message: string, log: string): UserError {
  const said = endOfFile(log, 2000).trim().split('\n').slice(-3).join(' | ');
  const missing = 'It printed nothing here: perhaps the folder of the runs is not there on the node.';
  return new UserError('check-failed', `${message} ${said === '' ? missing : `It said: ${said}`}`);
}

/** @internal for tests: pure */
export function findings(report: NodeReport, nonce: string, program: string, now: number): LaunchFinding[] {
  const {host, node, time, cores, memory, gpus, engine, free, cache} = report;
  const off = Math.round((time - now) / 1000);
  const error = report.error ?? toErrorRecord('no engine');
  return [
    {what: 'folder', isGood: report.nonce === nonce, text: `${host} sees the folder of the runs`},
    {
      what: 'program',
      isGood: report.program === program,
      text: report.program === program ? 'the same there' : 'another build there',
    },
    {what: 'node', isGood: Number(/\d+/.exec(node)?.[0]) >= 20, text: `Node ${node}`},
    {
      what: 'engine',
      isGood: engine !== null,
      text: engine === null ? [error.message, error.hint].filter(Boolean).join(' ') : engine.reason,
    },
    {what: 'gpu', isGood: null, text: gpus.length === 0 ? 'none' : gpus.join(', ')},
    {what: 'cores', isGood: null, text: `${cores}${memory === null ? '' : `, ${byteText(memory)} of memory`}`},
    {what: 'clock', isGood: Math.abs(off) < clockTolerance, text: `${Math.abs(off)} s ${off < 0 ? 'behind' : 'ahead'}`},
    {
      what: 'room',
      isGood: free === null ? null : free > 1e9,
      text: free === null ? 'not known' : `${byteText(free)} free`,
    },
    {what: 'cache', isGood: null, text: cache},
  ];
}
