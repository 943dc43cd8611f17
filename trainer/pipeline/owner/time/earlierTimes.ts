import {dirname} from 'node:path';
import {nullForUserError} from '../../../contract/errors.ts';
import {ResolvedConfig} from '../../../contract/run/pipeline.ts';
import type {Stage} from '../../../contract/run/stage.ts';
import {readJson} from '../../../store/files/jsonFile.ts';
import {listRuns, type RunFolder} from '../../../store/run/runFolder.ts';
import {runPaths} from '../../../store/run/runPaths.ts';
import {finishedStages} from '../../graph/finishedStages.ts';
import {stageSize} from '../../graph/stageEffort.ts';
import {allStages} from '../../graph/stagePlan.ts';
import type {KindTime, KindTimes} from './kindTimes.ts';

/** Runs that are looked at: the newest ones say most of how fast the machine is now. */
const lookedAt = 5;

/**
 * How long each kind of stage took in this run before it was resumed, else in the newest other run of the same folder that has one, on the same engine.
 * @param until milliseconds since the epoch: what ended later does not count
 */
export async function earlierTimes(run: RunFolder, until = Date.now()): Promise<KindTimes> {
  const runs = await listRuns(dirname(run.path), () => undefined);
  const others = runs.filter(({path, record}) => path !== run.path && isSameEngine(record, run.record));
  const times = new Map<Stage['kind'], KindTime>();
  for (const source of [run, ...others.reverse().slice(0, lookedAt)]) {
    const own = await timesOf(source, until).catch(nullForUserError);
    for (const [kind, time] of own ?? []) if (!times.has(kind)) times.set(kind, time);
  }
  return times;
}

function isSameEngine({engine: one}: RunFolder['record'], {engine: other}: RunFolder['record']): boolean {
  return one.name === other.name && one.device === other.device && one.threads === other.threads;
}

async function timesOf({path}: RunFolder, until: number): Promise<KindTimes> {
  const {config} = await readJson(runPaths.config(path), ResolvedConfig, 'the config of the run');
  const stages = allStages(config);
  const finished = await finishedStages(path, stages);
  const times = new Map<Stage['kind'], KindTime>();
  for (const {name, stage, ...planned} of stages) {
    const record = finished.get(name);
    // The time of a stage that was taken over was that of another run.
    if (record === undefined || record.from !== undefined || Date.parse(record.finished) > until) continue;
    const before = times.get(stage.kind) ?? {seconds: 0, effort: 0, stages: 0};
    times.set(stage.kind, {
      seconds: before.seconds + record.seconds,
      effort: before.effort + stageSize(planned),
      stages: before.stages + 1,
    });
  }
  return times;
}
