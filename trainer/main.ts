import {EngineConfig} from './contract/config/config.ts';
import {toErrorRecord} from './contract/errors.ts';
import {ResolvedConfig} from './contract/run/pipeline.ts';
import {parseStage} from './contract/run/stage.ts';
import type {ProbeReply} from './contract/engine/probeReply.ts';
import {startEngine} from './engine/startEngine.ts';
import {probeArgument} from './launch/probeEngine.ts';
import {survivePrinting} from './launch/printingErrors.ts';
import {stoppedExitCode} from './launch/stageProcess.ts';
import {controlGate} from './pipeline/stages/controlGate.ts';
import {engineChange} from './pipeline/owner/engineChange.ts';
import {runPaths} from './store/run/runPaths.ts';
import {definitionOf} from './pipeline/stages/registry.ts';
import {runStage} from './pipeline/stages/runStage.ts';
import type {StageContext} from './pipeline/stages/stageContext.ts';
import {takeStageLock} from './pipeline/stages/stageLock.ts';
import {StageOutbox} from './pipeline/stages/stageOutbox.ts';
import {readJson} from './store/files/jsonFile.ts';
import {openRun} from './store/run/runFolder.ts';

/** Entry of a stage process: `trainer.js RUN STAGE ENGINE`, started by the owner of the run, to which all events go over IPC. */
const [run = '', stage = '', engine = '{}'] = process.argv.slice(2);

/** Resolves when the newest message, hence each before it, has left this process. */
let allSent: Promise<void> = Promise.resolve();

const outbox = new StageOutbox(run, send);
const emit = outbox.emit.bind(outbox);

async function runStageOfRun(): Promise<number> {
  process.on('message', (message) => outbox.onMessage(message));
  // A terminal that closes says so to all its processes; what that means is for the owner to say.
  process.on('SIGHUP', () => undefined);
  // First of all, since it listens for the signals to stop.
  const nextAction = controlGate(run);
  const release = await takeStageLock({run, stage, emit, nextAction});
  if (release === null) return stoppedExitCode;
  return runLocked(nextAction).finally(release);
}

async function runLocked(nextAction: StageContext['nextAction']): Promise<number> {
  const known = parseStage(stage);
  if (known === null) throw new Error(`no stage is named ${stage}`);
  const {needsEngine, trains} = definitionOf(known);
  const resolved = await readJson(runPaths.config(run), ResolvedConfig, 'the config of the run');
  if (needsEngine) {
    const work = trains ? 'train' : 'predict';
    const started = await startEngine({...EngineConfig.parse(JSON.parse(engine)), work});
    emit({type: 'log', stage, level: 'info', message: started.reason});
    const change = engineChange((await openRun(run)).record.engine, started);
    if (change !== null) emit({type: 'log', stage, level: 'warning', message: change});
  }
  const outcome = await runStage({run, resolved, stage, emit, nextAction, outbox}, known);
  return outcome === 'done' ? 0 : stoppedExitCode;
}

async function probe(): Promise<number> {
  const reply: ProbeReply = await startEngine(EngineConfig.parse(JSON.parse(stage))).then(
    (info) => ({engine: info}),
    (error: unknown) => ({error: toErrorRecord(error)}),
  );
  send(reply);
  return 0;
}

/** An owner that is gone hears nothing more, but what was learnt must still reach the disk: a message that fails is dropped. */
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
const work = run === probeArgument ? probe() : runStageOfRun();
work.then(end, (error: unknown) => {
  if (!process.connected) throw error;
  emit({type: 'failed', stage, error: toErrorRecord(error)});
  return end(1);
});
