import {rename} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {fileExists} from '../../../../trainer/store/files/fileExists.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {isLong} from '../../../helpers/longTests.ts';
import {mergedHash, undisturbedHash} from '../../../helpers/runs/mergedHash.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

async function experiment() {
  const folder = await temporaryFolder();
  const decouple = {ranges: 2, updates: 100, batch: 4, logEvery: 1, bucketEvery: 50, checkpointEvery: 20};
  const search = {budget: 24, images: 8, timesteps: 2, strategy: 'cma-es'};
  const engine = {name: 'wasm', processes: 2};
  const config = await writeTinyExperiment(folder, {decouple, merge: {search}, evaluate: undefined, engine});
  return {config, run: join(folder, '.deme', 'runs', 'tiny-1')};
}

/** What the run does when it is renamed, and a line of its log that says so. */
const renamedAt: [what: string, sign: RegExp][] = [['trains', /"stage":"expert-1","update":(2[1-9]|[3-5]\d),/]];
if (isLong) renamedAt.push(['searches', /"type":"candidate"/]);

const undisturbed = undisturbedHash(experiment);

describe('a run whose folder is renamed while it works', {timeout: 300_000}, () => {
  useCpuBackend();

  it.each(renamedAt)('ends with one clear error where it %s, and is resumed under its new name', async (_, sign) => {
    const {config, run} = await experiment();
    const moved = `${run}-moved`;
    const renames: Promise<void>[] = [];
    const {code, stdout, stderr} = await deme(['run', config, '--json'], {
      onStart: (child) =>
        child.stdout.on('data', (chunk: Buffer) => {
          if (renames.length === 0 && sign.test(chunk.toString())) renames.push(rename(run, moved));
        }),
    });
    await Promise.all(renames);
    expect(code, stdout.slice(-2000)).toBe(2);
    const error = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {error: {code: string; where: string}};
    expect(error).toMatchObject({error: {code: 'run-moved', where: run}});
    expect(stderr).not.toMatch(/ENOENT|this is a bug| {4}at /);
    expect(await fileExists(run)).toBe(false);

    const resumed = await deme(['resume', moved]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await fileExists(run)).toBe(false);
    expect(await mergedHash(moved)).toBe(await undisturbed());
  });
});
