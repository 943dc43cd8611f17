import {toErrorRecord} from '../../../contract/errors.ts';
import type {LaunchRecord} from '../../../contract/launch/launchRecord.ts';
import type {RunEvent} from '../../../contract/run/events.ts';
import {PlanRecord, type ResolvedConfig} from '../../../contract/run/pipeline.ts';
import {StageProcesses} from '../../../launch/stageProcesses.ts';
import {lostLockExitCode, type StageProcess} from '../../../launch/stageProcess.ts';
import {readJson} from '../../../store/files/jsonFile.ts';
import {readLaunch} from '../../../store/run/launched/launchedRun.ts';
import type {HeldLock} from '../../../store/run/processLock.ts';
import type {RunFolder} from '../../../store/run/runFolder.ts';
import {runPaths} from '../../../store/run/runPaths.ts';
import {clearControl} from '../../../store/run/runState.ts';
import {finishedStages, requireNeeds} from '../../graph/finishedStages.ts';
import {readInputs, settleInputs} from '../../graph/runInputs.ts';
import {stageFacts} from '../../graph/stageFacts.ts';
import {runStageGraph} from '../../graph/stageGraph.ts';
import {allStages, findStage, workOf, type PlannedStage} from '../../graph/stagePlan.ts';
import {gatherRun} from '../../launch/gatherRun.ts';
import {settleRun} from '../../launch/settleRun.ts';
import {takeShared} from '../../launch/takeShared.ts';
import {GpuSlots} from '../../resources/gpuSlots.ts';
import {startHeartbeat} from '../heartbeat.ts';
import {listenForInterrupts, type Interruptible} from '../interrupts.ts';
import {OpenStages, type OpenStage} from '../openStages.ts';
import {SingleStage} from './singleStage.ts';
import {planRemaining} from '../startRun.ts';
import {trainerEntry} from '../trainerEntry.ts';
import {whileSingle} from './whileSingle.ts';
import {readResolved} from '../work.ts';

/** Many jobs write into one folder, perhaps over a network: a heartbeat as frequent as that of an owner would be a burden. */
const beatMilliseconds = 10_000;

/**
 * Runs one or several stages of a run without an owner of the whole, as the job of a scheduler does. Resumes them from their checkpoints; one
 * that is done already stays so. Other stages of the run may run like that at the same time, on any machine. Of several, each goes to its end
 * whatever becomes of the others; then the first failure is thrown. Throws a UserError where another process owns the run or a stage, or
 * something that a stage needs is not done.
 */
export async function runSingleStages(
  run: RunFolder,
  names: readonly string[],
  onEvent: (event: RunEvent) => void,
): Promise<'done' | 'stopped'> {
  const resolved = await readResolved(run);
  const planned = names.map((name) => findStage(resolved.config, name));
  const launch = await readLaunch(run.path);
  const outcome = await whileSingle(run.path, planned, async (locks) => {
    const stages = await Promise.all(
      planned.map(async (stage, i) => ({
        stage,
        single: await SingleStage.open(run.path, stage.name, locks[i] as HeldLock, onEvent),
      })),
    );
    return new SingleStages(run, resolved, launch, new OpenStages(run.path, launch, stages)).carryOut();
  });
  if (launch !== null && outcome === 'done') await gather(run, resolved);
  return outcome;
}

async function gather(run: RunFolder, resolved: ResolvedConfig): Promise<void> {
  const plan = await readJson(runPaths.plan(run.path), PlanRecord, 'the plan of the run');
  const stages = allStages(resolved.config).filter(({name}) => plan.stages.includes(name));
  await gatherRun(run, resolved, stages);
}

class SingleStages implements Interruptible {
  readonly #running = new Map<string, StageProcess>();
  readonly #processes = new StageProcesses();
  stoppingSince: number | null = null;

  constructor(
    readonly run: RunFolder,
    readonly resolved: ResolvedConfig,
    readonly launch: LaunchRecord | null,
    readonly stages: OpenStages,
  ) {}

  async carryOut(): Promise<'done' | 'stopped'> {
    const endInterrupts = listenForInterrupts(this);
    this.stages.each((single) => single.lock.onLost(() => this.#loseLock(single.name)));
    const beat = () => this.stages.beat((name) => this.#running.get(name)?.stop());
    const endHeartbeat = startHeartbeat(
      beat,
      (error) => this.say(`its state cannot be written: ${String(error)}`),
      beatMilliseconds,
    );
    try {
      await this.stages.begin();
      await beat();
      const outcome = await this.#carryOut();
      if (outcome === 'stopped') await this.stages.endStopped();
      return outcome;
    } catch (error) {
      await this.stages.endFailed(error);
      throw error;
    } finally {
      await endHeartbeat();
      await this.#processes.end();
      endInterrupts();
    }
  }

  stop(): void {
    if (this.stoppingSince !== null) return;
    this.stoppingSince = performance.now();
    for (const child of this.#running.values()) child.stop();
  }

  kill(): void {
    for (const child of this.#running.values()) child.kill();
  }

  say(message: string): void {
    this.stages.each((single) => single.say('info', message));
  }

  async #carryOut(): Promise<'done' | 'stopped'> {
    const {stages} = this;
    const {path} = this.run;
    if (this.launch === null) await clearControl(path);
    else if (await stages.isUnwanted()) return 'stopped';
    await stages.leaveCancelled();
    const done = await finishedStages(path, stages.planned);
    await stages.endDone((name) => done.has(name));
    const first = stages.left;
    if (first.length === 0) return stages.outcome;
    const run = await this.#settle(first.map(({stage}) => stage));
    const finished = await finishedStages(path, stages.planned);
    // What an earlier run has done was taken over just now.
    await stages.endDone((name) => finished.has(name));
    const left = stages.left;
    if (left.length === 0) return stages.outcome;
    const planned = left.map(({stage}) => stage);
    planned.forEach((stage) => requireNeeds([stage], new Set(finished.keys())));
    const outcome = await this.#runStages(run, left);
    return outcome === 'stopped' ? outcome : stages.outcome;
  }

  /** What the owner of a run would do before its first stage. */
  async #settle(stages: readonly PlannedStage[]): Promise<RunFolder> {
    const {path} = this.run;
    const {resolved, launch} = this;
    const warn = (warning: string) => this.stages.each((single) => single.say('warning', warning));
    if (launch === null) {
      requireNeeds(stages, new Set((await finishedStages(path, stages)).keys()));
      await settleInputs(path, resolved, warn);
      return this.run;
    }
    const {run, warnings, decisions} = await settleRun(path, resolved, stages, launch);
    warnings.forEach(warn);
    const [first] = this.stages.all;
    for (const {stage, message} of decisions) first?.single.emit({type: 'log', stage, level: 'info', message});
    if (Object.keys(launch.shared).length > 0) {
      const facts = await stageFacts(run, resolved, await readInputs(path));
      for (const stage of stages)
        (await takeShared(run, stage, facts, launch)).forEach((message) => first?.single.say('info', message));
    }
    return run;
  }

  async #runStages(run: RunFolder, left: readonly OpenStage[]): Promise<'done' | 'stopped'> {
    const planned = left.map(({stage}) => stage);
    const {parallel, engine, gpus, libraryFolders, warnings} = await planRemaining(run, this.resolved, planned);
    warnings.forEach((warning) => this.stages.each((single) => single.say('warning', warning)));
    const slots = new GpuSlots(gpus);
    const failures: unknown[] = [];
    const singles = new Map(left.map(({stage, single}) => [stage.name, single]));
    const runOne = async (stage: PlannedStage): Promise<'done' | 'stopped'> => {
      const single = singles.get(stage.name) as SingleStage;
      try {
        const outcome = await slots.use((gpu) => this.#runOne(single, stage, {engine, gpu, libraryFolders}));
        // The others go on without one that was cancelled.
        return outcome === 'stopped' && (await this.stages.leaveIfCancelled(single)) ? 'done' : outcome;
      } catch (error) {
        failures.push(error);
        return 'done'; // The others go on.
      }
    };
    const nodes = planned.map((stage) => ({...stage, needs: []}));
    const hooks = {run: runOne, mayStart: () => this.stoppingSince === null};
    const outcome = await runStageGraph(nodes, new Set(), parallel, hooks);
    if (failures.length > 0) throw failures[0];
    return outcome;
  }

  async #runOne(
    single: SingleStage,
    stage: PlannedStage,
    how: Pick<Parameters<StageProcesses['launch']>[0], 'engine' | 'gpu' | 'libraryFolders'>,
  ): Promise<'done' | 'stopped'> {
    const {path} = this.run;
    const {name} = stage;
    const {job} = single.identity;
    single.emit({type: 'stage', stage: name, state: 'started'});
    try {
      const child = this.#processes.launch({
        ...how,
        entry: trainerEntry(),
        run: path,
        stage: name,
        work: workOf(stage),
        log: job ? runPaths.jobOutput(path, name, job) : runPaths.log(path, name),
        onEvent: (event) => single.relay(event),
        sync: () => single.sync(),
      });
      this.#running.set(name, child);
      if (this.stoppingSince !== null) child.stop();
      const outcome = await child.finished;
      single.emit(outcome === 'done' ? {type: 'stage', stage: name, state: 'done'} : {type: 'stopped', stage: name});
      if (outcome === 'done') await this.stages.endDone((each) => each === name);
      return outcome;
    } catch (error) {
      // A process that has lost its stage to another one ends without a word, and so does this one.
      if (!(await single.lock.isHeld())) this.#loseLock(name);
      single.emit({type: 'failed', stage: name, error: toErrorRecord(error)});
      await single.end('failed', toErrorRecord(error));
      throw error;
    } finally {
      this.#running.delete(name);
    }
  }

  #loseLock(name: string): never {
    this.kill();
    process.stderr.write(`deme: ${name} is carried out by another process by now, which took this one for gone.\n`);
    process.exit(lostLockExitCode);
  }
}
