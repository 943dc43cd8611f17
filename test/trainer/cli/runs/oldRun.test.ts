import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {trainingCurves} from '../../../../trainer/pipeline/report/trainingCurves.ts';
import {hashBytes} from '../../../../trainer/store/hashes/sha256.ts';
import {metricsAreWhole} from '../../../../trainer/store/metrics/metricsCheck.ts';
import {readSteps} from '../../../../trainer/store/metrics/metricsReader.ts';
import {readEvents} from '../../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {readModelFolder} from '../../../../trainer/store/weights/modelFolder.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

/** The run of a finetune of two experts. */
async function finetuned(updates: number): Promise<string> {
  const folder = await temporaryFolder();
  const decouple = {ranges: 2, updates, batch: 4, logEvery: 1, bucketEvery: 3, checkpointEvery: 2};
  const config = await writeTinyExperiment(folder, {decouple});
  const {code, stderr} = await deme(['finetune', config]);
  expect(code, stderr).toBe(0);
  return join(folder, '.deme', 'runs', 'tiny-1');
}

/** A line as a build wrote it whose event log had format 1. */
function format1(line: string): string {
  const event = JSON.parse(line) as {type: string; losses?: object};
  const {losses, ...rest} = event;
  return JSON.stringify({...rest, ...losses});
}

async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
}

/**
 * Makes a run look as an older build left it whose owner died: its log in format 1 and without the steps and buckets of expert-1 from
 * update 3 on, which only the checkpoint has kept, in format 1 too.
 */
async function makeOld(run: string): Promise<void> {
  const lines = (await linesOf(runPaths.events(run))).map(format1);
  const isMissing = (line: string) => /"stage":"expert-1",("update":[34],"updates"|"from":)/.test(line);
  await writeFile(
    runPaths.events(run),
    lines
      .filter((line) => !isMissing(line))
      .map((line) => `${line}\n`)
      .join(''),
  );
  const checkpoint = join(run, 'checkpoints', 'expert-1', '000000004');
  const kept = lines
    .filter((line) => line.includes('"stage":"expert-1"') && /"type":"(step|buckets)"/.test(line))
    .map((line) => `${line}\n`)
    .join('');
  await writeFile(join(checkpoint, 'events.jsonl'), kept);
  const record = JSON.parse(await readFile(join(checkpoint, 'checkpoint.json'), 'utf8')) as {files: object};
  const files = {...record.files, 'events.jsonl': hashBytes(kept)};
  await writeFile(join(checkpoint, 'checkpoint.json'), JSON.stringify({...record, files}));
}

/** Update and losses of all steps, and what the heat maps are made of. */
async function told(run: string) {
  const curves = trainingCurves(await readEvents(runPaths.events(run)));
  return [...curves].sort().map(([stage, {steps, buckets}]) => ({
    stage,
    steps: steps.map(({update, losses}) => ({update, losses})),
    buckets: buckets.map(({from, to, count, losses}) => ({from, to, count, losses})),
  }));
}

describe('a run of a build whose event log had format 1', {timeout: 300_000}, () => {
  useCpuBackend();

  it('goes on from its checkpoints, with each update told once and the same as ever', async () => {
    const expected = await finetuned(4);
    const old = await finetuned(4);
    await makeOld(old);
    for (const run of [expected, old]) {
      const {code, stderr} = await deme(['extend', run, '--updates', '6']);
      expect(code, stderr).toBe(0);
    }
    expect(await told(old)).toEqual(await told(expected));
    const lines = await linesOf(runPaths.events(old));
    const ofExpert = lines.filter((line) => line.includes('"stage":"expert-1"') && line.includes('"type":"step"'));
    // Updates 1 and 2 in format 1, then 3 and 4 from the checkpoint and the new ones in format 2.
    expect(ofExpert.map((line) => [Number(/"update":(\d)/.exec(line)?.[1]), line.includes('"losses"')])).toEqual([
      [1, false],
      [2, false],
      [3, true],
      [4, true],
      [5, true],
      [6, true],
    ]);
    expect(await metricsAreWhole(old)).toBe(true);
    expect((await readSteps(old, 'expert-1')).length / 7).toBe(6);
    const hash = async (run: string) => (await readModelFolder(join(run, 'models', 'expert-1'))).weightsHash();
    expect(await hash(old)).toBe(await hash(expected));
  });
});
