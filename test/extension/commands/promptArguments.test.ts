import {join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';
import {promptArguments} from '../../../extension/commands/promptArguments.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {editor} from '../../helpers/editor/fakeVscode.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeTextBase} from '../../helpers/models/textBase.ts';
import {writeTinyBase} from '../../helpers/runs/tinyExperiment.ts';

describe('asking what a model draws', () => {
  useCpuBackend();
  beforeEach(() => editor.reset());

  async function asker() {
    const folder = join(await temporaryFolder(), 'sd');
    await writeTextBase(folder);
    return (sampling: Parameters<typeof promptArguments>[1], ...answers: unknown[]) => {
      editor.answers = answers;
      return promptArguments(folder, sampling, 5);
    };
  }

  it('asks for a prompt where the model has a text encoder', async () => {
    const ask = await asker();
    const count = ['--count', '5'];
    expect(await ask({}, '-a- bold "seven"')).toEqual(['--prompt', '-a- bold "seven"', ...count]);
    expect(await ask({}, '')).toEqual(['--prompt', '', ...count]);
    const one = {prompts: ['one'], negative: 'a blot', guidance: 2};
    expect(await ask(one, 'two')).toEqual([
      '--prompt',
      'two',
      '--negative',
      'a blot',
      '--guidance',
      '2',
      '--count',
      '5',
    ]);
    expect(await ask({}, undefined)).toBeUndefined();
  });

  it('offers the prompts of the config, all, one, or another', async () => {
    const ask = await asker();
    const sampling = {prompts: ['one', 'two'], negative: ['a', 'b'], guidance: 2};
    const [one, two, scale] = [
      ['--prompt', 'one'],
      ['--prompt', 'two'],
      ['--guidance', '2'],
    ];
    const negatives = ['--negative', 'a', '--negative', 'b'];
    expect(await ask(sampling, 'All 2 prompts of the config')).toEqual(
      [one, two, negatives, scale, '--count', '2'].flat(),
    );
    expect(await ask(sampling, 'two')).toEqual([two, scale, '--count', '5'].flat());
    expect(await ask(sampling, 'Another prompt …', 'three')).toEqual(
      ['--prompt', 'three', scale, '--count', '5'].flat(),
    );
    expect(await ask(sampling, 'Another prompt …', undefined)).toBeUndefined();
    expect(await ask(sampling, undefined)).toBeUndefined();
  });

  it('asks nothing for a model without one', async () => {
    const folder = join(await temporaryFolder(), 'plain');
    await writeTinyBase(folder);
    expect(await promptArguments(folder, {prompts: ['one', 'two']}, 5)).toEqual(['--count', '5']);
    expect(editor.answers).toEqual([]);
  });
});
