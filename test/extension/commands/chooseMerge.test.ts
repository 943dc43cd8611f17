import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';
import {chooseMerge, mergeCall} from '../../../extension/commands/chooseMerge.ts';
import {expertCommands} from '../../../extension/commands/expertCommands.ts';
import {parseRanges, parseWeights} from '../../../extension/commands/mergeNumbers.ts';
import type {Studio} from '../../../extension/studio.ts';
import {editor, Uri, workspace} from '../../helpers/editor/fakeVscode.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {mergedRun} from '../mergedRun.ts';

beforeEach(() => editor.reset());

/** What a user who takes a known base and expert, and two files of elsewhere, answers. */
async function answerAll() {
  const folder = await temporaryFolder();
  const {run, base, experts} = await mergedRun(folder);
  const files = ['b10.bin', 'b2.bin'].map((name) => join(folder, name));
  for (const file of files) await writeFile(file, '');
  const picked = ['expert-1', '$(file-binary) Other files...'];
  const out = join(folder, 'new');
  editor.answers = ['base', picked, files.map((file) => Uri.file(file)), '0.5, -0.25, 1', '', 'F16', Uri.file(out)];
  return {folder, run, base, experts, out};
}

describe('merging models by hand', () => {
  it('asks for all that is needed, step by step', async () => {
    const {folder, run, base, experts, out} = await answerAll();
    const merge = await chooseMerge([run]);
    expect(merge).toEqual({
      base,
      experts: [experts[1], join(folder, 'b2.bin'), join(folder, 'b10.bin')],
      weights: [0.5, -0.25, 1],
      ranges: null,
      dtype: 'F16',
      out,
    });
    expect(editor.answers).toEqual([]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('does nothing where step %d is left without an answer', async (step) => {
    const {run} = await answerAll();
    editor.answers = editor.answers.slice(0, step);
    expect(await chooseMerge([run])).toBeUndefined();
  });

  it('calls the trainer with ranges in its own way of counting', () => {
    const call = mergeCall({
      base: '/b',
      experts: ['/x', '/y'],
      weights: [-1, 0.5],
      ranges: [
        [0, 500],
        [500, 1000],
      ],
      dtype: 'F32',
      out: '/o',
    });
    expect(call.join(' ')).toBe(
      'merge --base /b --expert /x --expert /y --range 0,500 --range 500,1000 --weights=-1,0.5 --dtype F32 --out /o',
    );
  });

  it('asks before it replaces what is there, and then says so to the trainer', async () => {
    for (const answer of ['Replace', undefined]) {
      const {run, out} = await answerAll();
      await writeFile(out, 'something');
      editor.answers.push(answer);
      const merge = await chooseMerge([run]);
      expect(merge && mergeCall(merge).slice(-3)).toEqual(answer && ['--out', out, '--overwrite']);
      expect(editor.messages.at(-1)).toMatchObject({kind: 'warning', text: 'Replace new by the merged model?'});
    }
  });

  it('merges, and shows where the result is', async () => {
    const {run, out} = await answerAll();
    editor.answers.push('Reveal in Explorer');
    const calls: string[][] = [];
    const trainer = {deme: async (_: unknown, args: string[]) => void calls.push(args)};
    const models = {refresh: () => void calls.push(['refresh'])};
    const studio = {runs: {all: () => [run]}, trainer, models} as unknown as Studio;
    await expertCommands['deme.mergeModels']?.(studio);
    expect(calls.map(([verb]) => verb)).toEqual(['merge', 'refresh']);
    expect(calls[0]).toContain(out);
    expect(editor.messages).toMatchObject([{kind: 'information', text: 'Merged into new.'}]);
    expect(editor.called.at(-1)).toMatchObject(['revealInExplorer', {path: out}]);
  });

  it('asks nothing in an untrusted workspace', async () => {
    workspace.isTrusted = false;
    await expect(expertCommands['deme.mergeModels']?.({} as Studio)).rejects.toMatchObject({
      code: 'workspace-untrusted',
    });
  });
});

describe('measuring by a command', () => {
  it('offers what the run allows, has it measured, and opens its panel', async () => {
    const {run} = await mergedRun(await temporaryFolder());
    const calls: string[] = [];
    const studio = {
      runs: {all: () => [run], get: () => run},
      experiments: {node: () => undefined},
      trainer: {compute: async (_: unknown, args: string[]) => void calls.push(args.join(' '))},
      openPanel: async ({path}: {path: string}) => void calls.push(`panel ${path}`),
    } as unknown as Studio;
    editor.answers.push('Loss plane of experts 0 and 1');
    await expertCommands['deme.measure']?.(studio);
    expect(calls).toEqual([`measure loss-plane ${run.path} --experts=0,1`, `panel ${run.path}`]);
  });
});

describe('typed numbers', () => {
  it.each([
    ['0.5, -1e-1', [0.5, -0.1]],
    ['0.5,', 'Numbers with commas between them'],
    ['0.5 a, 1', '0.5 a is not a number'],
    ['1', '2 experts need 2 weights, not 1'],
  ])('as weights: %s', (text, wanted) => {
    expect(parseWeights(text, 2)).toEqual(wanted);
  });

  it.each([
    ['', []],
    [
      ' 0-249, 250 - 999',
      [
        [0, 250],
        [250, 1000],
      ],
    ],
    ['0-249', '2 experts need 2 ranges or none, not 1'],
    ['0-249,', 'An empty part is not the first and the last timestep, as in 0-249'],
    ['9-3, 0-1', '9-3 is not the first and the last timestep, as in 0-249'],
  ])('as timesteps: %s', (text, wanted) => {
    expect(parseRanges(text, 2)).toEqual(wanted);
  });
});
