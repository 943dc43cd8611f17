import {writeFile} from 'node:fs/promises';
import {basename} from 'node:path';
import type {RunEvent} from '../../../trainer/contract/run/events.ts';
import {ResolvedConfig} from '../../../trainer/contract/run/pipeline.ts';
import {updatesOfTraining} from '../../../trainer/pipeline/graph/stageEffort.ts';
import {earlierTimes} from '../../../trainer/pipeline/owner/time/earlierTimes.ts';
import {readJson} from '../../../trainer/store/files/jsonFile.ts';
import {readEvents} from '../../../trainer/store/run/eventLog.ts';
import {openRun} from '../../../trainer/store/run/runFolder.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {lastSession} from './lastSession.ts';
import type {RecordedRun} from './recordedRun.ts';

/** `node dist/bench/recordRun.js RUN FILE "what the machine was doing besides"`: keeps how a run went, of events as many as tell its pace. */
const [run = '', file = '', about = ''] = process.argv.slice(2);
if (about === '') throw new Error('usage: recordRun.js RUN FILE "what the machine was doing besides"');

/** A recording has about so many events of each stage at most. */
const mostEvents = 500;

const {config} = await readJson(runPaths.config(run), ResolvedConfig, 'the config of the run');
const session = lastSession(await readEvents(runPaths.events(run)));
const begin = session.events[0]?.time ?? 0;
const took = ((session.events.at(-1)?.time ?? 0) - begin) / 1000;
/** Seconds between two events of a stage that are kept. The owner sees all of them. */
const every = Math.max(0.5, took / mostEvents);
const kept = new Map<string, number>();
const events: RecordedRun['events'] = [];
const running = new Set<string>();
let parallel = 1;
for (const event of session.events) {
  const seconds = Math.round((event.time - begin) / 100) / 10;
  if (event.type === 'stage' && event.state !== 'skipped') {
    if (event.state === 'started') running.add(event.stage);
    else running.delete(event.stage);
    parallel = Math.max(parallel, running.size);
    events.push([seconds, event.stage, event.state]);
    continue;
  }
  const [what, share] = shareOf(event) ?? [];
  if (what === undefined || share === undefined) continue;
  const key = `${event.stage} ${what}`;
  // The last one of what is counted tells when that was done.
  if (share < 1 && seconds - (kept.get(key) ?? -Infinity) < every) continue;
  kept.set(key, seconds);
  events.push([seconds, event.stage, what, Math.round(1e5 * share) / 1e5]);
}
// The estimate does not depend on where things lie.
const placeless = {...config, ...(config.base !== undefined && {base: basename(config.base)})};
const earlier = Object.fromEntries(await earlierTimes(await openRun(run), begin));
const record: RecordedRun = {config: placeless, about, parallel, finished: [...session.finished], earlier, events};
await writeFile(file, `${JSON.stringify(record)}\n`);
process.stdout.write(`${events.length} events over ${took.toFixed(0)} s, ${parallel} at once\n`);

function shareOf(event: RunEvent): [string, number] | null {
  if (event.type === 'step') return [updatesOfTraining, event.update / event.updates];
  return event.type === 'progress' ? [event.what, event.done / Math.max(1, event.total)] : null;
}
