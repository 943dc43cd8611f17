import {readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {StageRecord} from '../../../../trainer/contract/run/pipeline.ts';
import {readEvents} from '../../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {readModelFolder} from '../../../../trainer/store/weights/modelFolder.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {flipByte} from '../../../helpers/machine/flipByte.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

const weightsFile = join('unet', 'diffusion_pytorch_model.safetensors');

/** Calls a verb that must succeed; its lines about the given stages. */
async function linesOf(args: readonly string[], stages: readonly string[]): Promise<string[]> {
  const {code, stdout, stderr} = await deme(args);
  expect(code, stderr + stdout).toBe(0);
  return stdout
    .split('\n')
    .filter((line) => stages.some((stage) => line.startsWith(`${stage}: `) && !line.includes('WebAssembly')));
}

const weights = async (run: string, model: string) => (await readModelFolder(join(run, 'models', model))).weightsHash();

async function change(config: string, from: string, to: string): Promise<void> {
  const text = await readFile(config, 'utf8');
  expect(text).toContain(from);
  await writeFile(config, text.replace(from, to));
}

describe('a config that is run again', {timeout: 300_000}, () => {
  useCpuBackend();

  it('does only what changed, and says why', async () => {
    const folder = await temporaryFolder();
    const config = await writeTinyExperiment(folder);
    const run = (number: number) => join(folder, '.deme', 'runs', `tiny-${number}`);
    const shown = ['expert-0', 'expert-1', 'search', 'merge', 'evaluate-base', 'evaluate-merged', 'report'];

    expect(await linesOf(['run', config], shown)).toEqual([]);

    const same = await linesOf(['run', config], shown);
    expect(same.sort()).toEqual(
      [
        ...shown.slice(0, -1).map((stage) => `${stage}: taken over from tiny-1`),
        'report: again, it gathers what the others did',
      ].sort(),
    );
    expect(await weights(run(2), 'merged')).toBe(await weights(run(1), 'merged'));
    expect((await stat(join(run(2), 'models', 'merged', weightsFile))).nlink).toBe(2);
    // The report is as complete as that of the first run.
    await stat(join(run(2), 'report', 'loss-curves.svg'));
    const events = await readEvents(runPaths.events(run(2)));
    const steps = events.flatMap((event) =>
      event.type === 'step' && event.stage === 'expert-1' ? [event.update] : [],
    );
    expect(steps).toEqual([1, 2, 3]);
    expect(
      events.flatMap((event) =>
        event.type === 'stage' && event.state === 'skipped' ? [[event.stage, event.from]] : [],
      ),
    ).toContainEqual(['merge', 'tiny-1']);
    const record = StageRecord.parse(JSON.parse(await readFile(join(run(2), 'stages', 'merge.json'), 'utf8')));
    expect(record.from).toBe('tiny-1');

    await change(config, '"budget": 7', '"budget": 5');
    expect((await linesOf(['run', config], shown)).sort()).toEqual([
      'evaluate-base: taken over from tiny-2',
      'evaluate-merged: again, merge changed since tiny-2',
      'expert-0: taken over from tiny-2',
      'expert-1: taken over from tiny-2',
      'merge: again, search changed since tiny-2',
      'report: again, it gathers what the others did',
      'search: again, merge.search.budget changed since tiny-2',
    ]);

    // One file with the name of three runs: whoever edits it, edits it in all of them.
    await flipByte(join(run(1), 'models', 'expert-0', weightsFile), -1);
    const damaged = await linesOf(['run', config], ['expert-0', 'expert-1', 'search']);
    expect(damaged.sort()).toEqual([
      'expert-0: again, its result in tiny-3, tiny-2, tiny-1 was changed or damaged',
      'expert-1: taken over from tiny-3',
      'search: taken over from tiny-3',
    ]);
    expect(await weights(run(4), 'merged')).toBe(await weights(run(3), 'merged'));
    expect(await weights(run(4), 'expert-0')).not.toBe(await weights(run(1), 'expert-0'));

    expect(await linesOf(['run', config, '--fresh'], shown)).toEqual([]);
    expect(await weights(run(5), 'merged')).toBe(await weights(run(4), 'merged'));
  });
});
