import {once} from 'node:events';
import type * as z from 'zod';
import {EngineConfig} from '../../trainer/contract/config/config.ts';
import {startEngine} from '../../trainer/engine/startEngine.ts';
import {readJson} from '../../trainer/store/files/jsonFile.ts';
import {BenchTask, type BenchLine} from './contract.ts';
import {measureSampling} from './measure/measureSampling.ts';
import {measureUpdates} from './measure/measureUpdates.ts';

/** Our side of one measurement: `worker.js TASK.json ENGINE`. After `ready` it waits for a line, so that several can begin at once. */
const [path = '', name = ''] = process.argv.slice(2);

const task = await readJson(path, BenchTask, 'the task');
const {name: started, version} = await startEngine({
  ...EngineConfig.parse({name, threads: task.threads}),
  work: task.kind === 'update' ? 'train' : 'predict',
});
const measure = task.kind === 'update' ? measureUpdates : measureSampling;
report({...(await measure(task, waitForGo)), engine: `${started} ${version}`});
// The engines keep handles that would hold the process open.
process.stdin.destroy();
process.stdout.write('', () => process.exit(0));

async function waitForGo(): Promise<void> {
  report({type: 'ready'});
  await once(process.stdin, 'data');
}

function report(line: z.infer<typeof BenchLine>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
