import {mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';
import {forkCommands, forkRun, keptOf} from '../../../extension/commands/forkRun.ts';
import type {Run} from '../../../extension/runs/run.ts';
import type {Studio} from '../../../extension/studio.ts';
import {parseConfig} from '../../../trainer/contract/config/parseConfig.ts';
import {ModelRecord} from '../../../trainer/contract/run/records.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {editor} from '../../helpers/editor/fakeVscode.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const text = `name: digits # ours
base: base
data: {kind: mnist}
decouple: {ranges: 2, updates: 90} # few
report: results
`;

/** A run of that config, which keeps a checkpoint of expert 0 and the model of expert 1. */
async function runOf(file = text): Promise<Run> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'digits.deme.yaml'), file);
  const path = join(folder, '.deme', 'runs', 'digits-1');
  const checkpoint = join(runPaths.checkpoints(path, 'expert-0'), '000000060');
  await mkdir(checkpoint, {recursive: true});
  for (const name of ['checkpoint.json', 'state.safetensors']) await writeFile(join(checkpoint, name), name);
  await mkdir(runPaths.model(path, 'expert-1'), {recursive: true});
  const record = ModelRecord.parse({role: 'expert', updates: 90});
  await writeFile(join(runPaths.model(path, 'expert-1'), 'deme.json'), JSON.stringify(record));
  const config = {folder, baseFolder: null, config: parseConfig(text, 'digits.deme.yaml')};
  return {
    path,
    record: {id: 'digits-1', name: 'digits', config: 'digits.deme.yaml'},
    config,
    report: null,
    timesteps: 1000,
  } as unknown as Run;
}

describe('a fork of a run', () => {
  beforeEach(() => editor.reset());

  it('is a config beside its own that starts experts where they were, with all else as it was', async () => {
    const run = await runOf();
    expect(await keptOf(run)).toEqual([
      {expert: 0, update: 60, kind: 'checkpoint'},
      {expert: 1, update: 90, kind: 'model'},
    ]);
    const file = await forkRun(run, 80);
    expect(file).toBe(join(run.config.folder, 'digits-fork.deme.yaml'));
    const written = await readFile(file, 'utf8');
    expect(written).toContain('Fork of digits-1 at update 80: expert 0, t 0 to 499 from its checkpoint of update 60.');
    expect(written).toContain('# few');
    const {report: _, ...own} = run.config.config;
    expect(parseConfig(written, file)).toEqual({
      ...own,
      name: 'digits-fork',
      decouple: {...own.decouple, start: ['.deme/runs/digits-1/forks/expert-0-update-60', null]},
    });
    // The training may remove its own: a link keeps the same file.
    const kept = await stat(join(runPaths.fork(run.path, {expert: 0, update: 60}), 'state.safetensors'));
    expect(kept.nlink).toBe(2);
    expect(editor.called).toMatchObject([['showTextDocument', {fsPath: file}]]);

    const again = await forkRun(run, 1000);
    expect(again).toBe(join(run.config.folder, 'digits-fork-2.deme.yaml'));
    expect(parseConfig(await readFile(again, 'utf8'), again).decouple?.start).toEqual([
      '.deme/runs/digits-1/forks/expert-0-update-60',
      '.deme/runs/digits-1/models/expert-1',
    ]);
  });

  it('starts from a checkpoint that was made again, and not from one that is being removed', async () => {
    const run = await runOf();
    const checkpoint = join(runPaths.checkpoints(run.path, 'expert-0'), '000000060');
    const startOf = async (file: string) => parseConfig(await readFile(file, 'utf8'), file).decouple?.start?.[0];
    const first = (await startOf(await forkRun(run, 60))) ?? '';
    for (const name of ['checkpoint.json', 'state.safetensors']) {
      await rm(join(checkpoint, name));
      await writeFile(join(checkpoint, name), `other ${name}`);
    }
    const second = (await startOf(await forkRun(run, 60))) ?? '';
    expect(await startOf(await forkRun(run, 60))).toBe(second);
    const stateOf = (start: string) => readFile(join(run.config.folder, start, 'state.safetensors'), 'utf8');
    expect(await stateOf(first)).toBe('state.safetensors');
    expect(await stateOf(second)).toBe('other state.safetensors');

    // The fork has the same file: a new one, not another content of it.
    for (const name of ['checkpoint.json', 'state.safetensors']) await rm(join(checkpoint, name));
    await writeFile(join(checkpoint, 'checkpoint.json'), 'once more');
    await expect(forkRun(run, 60)).rejects.toMatchObject({code: 'checkpoint-gone', where: checkpoint});
    expect(await readdir(join(run.path, 'forks'))).toHaveLength(2);
  });

  it('has the settings of the run where the config has changed since', async () => {
    const run = await runOf(text.replace('updates: 90', 'updates: 5'));
    const file = await forkRun(run, 60);
    expect(parseConfig(await readFile(file, 'utf8'), file).decouple?.updates).toBe(90);
  });

  it('is refused before the first weights that are kept', async () => {
    await expect(forkRun(await runOf(), 59)).rejects.toMatchObject({code: 'nothing-kept'});
  });

  it('is asked for its update by the command, the newest first', async () => {
    const run = await runOf();
    editor.answers = ['Update 60'];
    const studio = {
      runs: {all: () => [run], get: () => run},
      experiments: {node: () => undefined},
    } as unknown as Studio;
    await forkCommands['deme.fork']?.(studio, run.path);
    expect(editor.called.map(([what]) => what)).toEqual(['showTextDocument']);
  });
});
