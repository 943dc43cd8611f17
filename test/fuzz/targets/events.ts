import {mkdir, writeFile} from 'node:fs/promises';
import {readEventTail} from '../../../extension/runs/eventTail.ts';
import type {NewRunEvent} from '../../../trainer/contract/run/events.ts';
import {UserError} from '../../../trainer/contract/errors.ts';
import {eventPieces} from '../../../trainer/store/run/eventPieces.ts';
import {EventLog, readEvents, readEventsFrom} from '../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {metricStages} from '../../../trainer/store/metrics/metricsCheck.ts';
import {openMetrics} from '../../../trainer/store/metrics/metricsFile.ts';
import {readCurve, readHeatMap, readMilestones, readSteps} from '../../../trainer/store/metrics/metricsReader.ts';
import type {FuzzTarget} from '../target.ts';

const step = {
  type: 'step',
  stage: 'expert-0',
  updates: 9,
  losses: {denoise: 0.5, consistency: null},
  gradientNorm: 1,
  learningRate: 1e-4,
  secondsPerUpdate: 0.1,
} as const;

const written: NewRunEvent[] = [
  {type: 'stage', stage: 'expert-0', state: 'started'},
  ...[1, 2, 3, 4].map((update): NewRunEvent => ({...step, update})),
  {
    type: 'buckets',
    stage: 'expert-0',
    from: 0,
    to: 4,
    count: [1, 3],
    losses: {denoise: [0.5, null], consistency: [0, 1]},
  },
  {type: 'checkpoint', stage: 'expert-0', update: 4, folder: 'checkpoints/expert-0/4'},
  {type: 'images', stage: 'report', file: 'samples.png', update: 4},
  {...step, update: 3},
  {type: 'failed', stage: 'expert-0', error: {code: 'bug', message: 'it broke'}},
];

/** Lines as builds wrote them whose event log had format 1. */
const format1 = [
  {...step, losses: undefined, update: 4, denoise: 0.5, consistency: null},
  {type: 'buckets', stage: 'expert-0', from: 0, to: 4, count: [1, 3], denoise: [0.5, null], consistency: [0, 1]},
];

const log = `${[...format1, ...written].map((event, i) => JSON.stringify({...event, time: 1000 + i})).join('\n')}\n`;

/** The log of a run, all its readers, and the metrics that are made from it. A log of which they leave lines out counts as refused. */
export const events: FuzzTarget = {
  name: 'events',
  seeds: async () => [new Uint8Array(Buffer.from(log)), new Uint8Array(Buffer.from(log.slice(0, -30)))],
  tokens: [
    '\n',
    '{"type":"step"',
    '"stage":"../../../x"',
    '"stage":"/tmp/x"',
    '"stage":""',
    '"stage":".."',
    '"stage":"a\\u0000b"',
    '[',
    '{"a":',
    '1e308',
    'null',
    '"',
    '\\',
    '\xff',
    '"update":-1,',
    '"count":[],',
    '"__proto__":{},',
    '"losses":{},',
    '"losses":{"denoise":[1],"other":[1,2,3]},',
    '"denoise":1,"consistency":[],',
  ],
  /** The keys that hold text, so that the mutated lines are read at all. */
  repair: (bytes) =>
    new Uint8Array(Buffer.from(`${log}${Buffer.from(bytes).toString('latin1').split('\n')[5] ?? ''}\n`, 'latin1')),
  async parse(bytes, folder) {
    const path = runPaths.events(folder);
    await mkdir(folder, {recursive: true});
    await writeFile(path, bytes);
    await readEventTail(path, 0);
    await readEventTail(path, Math.floor(bytes.length / 2));
    new EventLog(path).append({type: 'stopped', stage: 'expert-0'});
    await readEventsFrom(path, (await readEventsFrom(path, 0)).offset);
    await readEvents(path);
    (await openMetrics(folder)).close();
    await readMilestones(folder);
    for (const stage of await metricStages(runPaths.metrics(folder))) {
      await readCurve(folder, stage, {from: null, to: null, points: 10, logarithmic: true});
      await readHeatMap(folder, stage, 10);
      await readSteps(folder, stage);
    }
    for await (const {unreadable} of eventPieces(path)) {
      if (unreadable > 0) throw new UserError('lines-left-out', `${unreadable} lines are no events.`, {where: path});
    }
  },
};
