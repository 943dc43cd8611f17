import {writeFile} from 'node:fs/promises';
import {basename} from 'node:path';
import type {RunEvent} from '../../../trainer/contract/run/events.ts';
import {ResolvedConfig} from '../../../trainer/contract/run/pipeline.ts';
import {updatesOfTraining} from '../../../trainer/pipeline/graph/stageEffort.ts';
import {readJson} from '../../../trainer/store/files/jsonFile.ts';
import {readEvents} from '../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import type {RecordedRun} from './recordedRun.ts';

/** `node dist/bench/recordRun.js RUN FILE "what the machine was doing besides"`: keeps how a run went, of events as many as tell its pace. */
const [run = '', file = '', about = ''] = process.argv.slice(2);

/** Seconds between two events of a stage that are kept. */
const every = 5;

const {config} = await readJson(runPaths.config(run), ResolvedConfig, 'the config of the run');
const logged = await readEvents(runPaths.events(run));
const finished = logged.flatMap((event) => (event.type === 'stage' && event.state === 'skipped' ? [event.stage] : []));
// The log also has the events of stages that were taken over, with the times of the run that made them.
const all = logged.filter(({stage}) => !finished.includes(stage) && stage !== 'run');
const begin = all[0]?.time ?? 0;
const kept = new Map<string, number>();
const events: RecordedRun['events'] = [];
const running = new Set<string>();
let parallel = 1;
for (const event of all) {
  const seconds = Math.round((event.time - begin) / 100) / 10;
  if (event.type === 'stage' && event.state !== 'skipped') {
    if (event.state === 'started') running.add(event.stage);
    else running.delete(event.stage);
    parallel = Math.max(parallel, running.size);
    events.push([seconds, event.stage, event.state]);
    continue;
  }
  const [what, share] = shareOf(event) ?? [];
  const key = `${event.stage} ${what}`;
  if (what === undefined || share === undefined || seconds - (kept.get(key) ?? -Infinity) < every) continue;
  kept.set(key, seconds);
  events.push([seconds, event.stage, what, Math.round(1e4 * share) / 1e4]);
}
// The estimate does not depend on where things lie.
const placeless = {...config, ...(config.base !== undefined && {base: basename(config.base)})};
const record: RecordedRun = {config: placeless, about, parallel, finished, events};
await writeFile(file, `${JSON.stringify(record)}\n`);

function shareOf(event: RunEvent): [string, number] | null {
  if (event.type === 'step') return [updatesOfTraining, event.update / event.updates];
  return event.type === 'progress' ? [event.what, event.done / Math.max(1, event.total)] : null;
}
