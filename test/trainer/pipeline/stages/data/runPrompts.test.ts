import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {parseConfig} from '../../../../../trainer/contract/config/parseConfig.ts';
import {memorySource} from '../../../../../trainer/data/memorySource.ts';
import {evaluationInputs} from '../../../../../trainer/pipeline/graph/evaluationInputs.ts';
import {measuringProblems} from '../../../../../trainer/pipeline/owner/measuringProblems.ts';
import {runPrompts} from '../../../../../trainer/pipeline/stages/data/runPrompts.ts';
import {InputWatch} from '../../../../../trainer/pipeline/stages/inputWatch.ts';
import {temporaryFolder} from '../../../../helpers/temporaryFolder.ts';

/** What a run draws by whose config has these prompts, beside a table of three. */
async function drawnBy(prompts: unknown) {
  const folder = await temporaryFolder();
  const table = join(folder, 'parti.tsv');
  await writeFile(table, 'Prompt\tNote\na cat\tx\na dog\ty\na bird\tz\n');
  const text = JSON.stringify({name: 'a', base: 'b', data: {kind: 'mnist'}, evaluate: {sampling: {prompts}}});
  const config = parseConfig(text, 'a.deme.yaml');
  const resolved = {folder, baseFolder: null, config};
  const run = join(folder, 'run');
  await mkdir(run);
  const evaluation = await evaluationInputs(resolved);
  const watch = await InputWatch.open(run, resolved, {
    ...{format: 1, base: {}, experts: [], ranges: [], data: null},
    evaluation,
  });
  const context = {watch} as Parameters<typeof runPrompts>[0];
  const components = {text: {}} as Parameters<typeof runPrompts>[1];
  const [pixels, labels] = [new Uint8Array(1), new Uint8Array(1)];
  const source = memorySource({pixels, labels, shape: [1, 1, 1], fingerprint: 'one'});
  const given = () => runPrompts(context, components, source, config.evaluate?.sampling ?? expect.fail());
  return {config, folder, table, evaluation, given};
}

describe('the prompts of a run', () => {
  it.each([
    ['parti.tsv', ['a cat', 'a dog', 'a bird']],
    [{file: 'parti.tsv', column: 'Note', limit: 2}, ['x', 'y']],
    [
      ['a fish', ''],
      ['a fish', ''],
    ],
  ])('of the config %j are %j', async (prompts, texts) => {
    const {given, config, folder} = await drawnBy(prompts);
    const found = (await given()) ?? expect.fail();
    expect(await Promise.all(texts.map((_, i) => found.prompt(i)))).toEqual(texts);
    expect(found.count).toBe(texts.length);
    expect(await measuringProblems(config, folder)).toEqual([]);
  });

  it('come from a file that stays what it was when the run began', async () => {
    const {given, table, evaluation} = await drawnBy('parti.tsv');
    expect(evaluation['parti.tsv']?.listing).toMatch(/^[0-9a-f]{64}$/);
    await writeFile(table, 'Prompt\nanother\n');
    await expect(given()).rejects.toMatchObject({code: 'input-changed', where: 'parti.tsv'});
  });

  it('are known to be missing before a run begins', async () => {
    const {config, folder, table} = await drawnBy({file: 'parti.tsv', column: 'prompts'});
    const problem = {code: 'prompts-column', where: `${table}:2`};
    expect(await measuringProblems(config, folder)).toMatchObject([problem]);
  });
});
