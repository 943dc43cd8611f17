import {toErrorRecord} from './contract/errors.ts';
import {AskedEngine} from './contract/engine/askedEngine.ts';
import type {ProbeReply} from './contract/engine/probeReply.ts';
import type {IdleMessage} from './contract/run/stageMessages.ts';
import {startEngine} from './engine/startEngine.ts';
import {probeArgument} from './launch/probeEngine.ts';
import {survivePrinting} from './launch/printingErrors.ts';
import {lostLockExitCode, stoppedExitCode} from './launch/stageProcess.ts';
import {controlGate} from './pipeline/stages/controlGate.ts';
import {mayGoOn, nextStage} from './pipeline/stages/nextStage.ts';
import {runRecordedStage} from './pipeline/stages/recordedStage.ts';
import {takeStageLock} from './pipeline/stages/stageLock.ts';
import {StageOutbox} from './pipeline/stages/stageOutbox.ts';
import {forgetPeak} from './pipeline/resources/peakMemory.ts';
import {openRun} from './store/run/runFolder.ts';

/**
 * Entry of a stage process: `trainer.js RUN STAGE ENGINE`. All its events go over IPC to the process that started it. After a stage that took
 * little memory it waits for the name of another.
 */
const [run = '', firstStage = '', engine = '{}'] = process.argv.slice(2);

/** Resolves when the newest message, hence each before it, has left this process. */
let allSent: Promise<void> = Promise.resolve();

const outbox = new StageOutbox(run, send);
const emit = outbox.emit.bind(outbox);
let stage = firstStage;

async function runStagesOfRun(): Promise<number> {
  process.on('message', (message) => outbox.onMessage(message));
  // A terminal that closes says so to all its processes; what that means is for the owner to say.
  process.on('SIGHUP', () => undefined);
  // Before anything is loaded, since it listens for the signals to stop.
  const nextAction = controlGate(run);
  for (let startedAt = 0; ; startedAt = performance.now()) {
    if (startedAt > 0) forgetPeak();
    const code = await runStageOfRun(startedAt, nextAction);
    if (code !== 0 || !(await mayGoOn())) return code;
    const order = nextStage();
    const idle: IdleMessage = {idle: true};
    send(idle);
    const given = await order;
    // A stage that was given at the same time has not been done.
    if (given === 'stop') return stoppedExitCode;
    if (given === null) return 0;
    stage = given.name;
  }
}

async function runStageOfRun(startedAt: number, nextAction: () => Promise<'continue' | 'stop'>): Promise<number> {
  await openRun(run);
  const lock = await takeStageLock({run, stage, emit, nextAction});
  if (lock === null) return stoppedExitCode;
  // Another process has taken the stage, as its scheduler has given this one up: whatever is written from here on would spoil its work.
  lock.onLost(() => process.exit(lostLockExitCode));
  const fence = async () => void (await lock.isHeld());
  const request = {run, stage, engine, startedAt, emit, nextAction, outbox, fence};
  const outcome = await runRecordedStage(request).finally(() => lock.release());
  return outcome === 'done' ? 0 : stoppedExitCode;
}

async function probe(): Promise<number> {
  const reply: ProbeReply = await startEngine(AskedEngine.parse(JSON.parse(firstStage))).then(
    (info) => ({engine: info}),
    (error: unknown) => ({error: toErrorRecord(error)}),
  );
  send(reply);
  return 0;
}

/** A message that fails is dropped: when the owner has ended, the training must still reach its checkpoint. */
function send(message: object): void {
  if (!process.connected) return;
  allSent = new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
}

/** Ends the process once all messages have left it; the engines keep handles that would hold it open. */
async function end(code: number): Promise<void> {
  await allSent;
  process.exit(code);
}

survivePrinting();
const work = run === probeArgument ? probe() : runStagesOfRun();
work.then(end, (error: unknown) => {
  if (!process.connected) throw error;
  emit({type: 'failed', stage, error: toErrorRecord(error)});
  return end(1);
});
