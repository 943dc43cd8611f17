import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, inject, vi} from 'vitest';
import {MergeRecord} from '../../trainer/contract/run/records.ts';
import {readJson} from '../../trainer/store/files/jsonFile.ts';
import {runsOf, storyFolder} from './storyFolder.ts';
import {patience, story, Workbench} from './workbench.ts';

/** Two experts that a few large updates have taken far from their base, so that a picture shows it. */
const config = `name: digits
base: base
data: {kind: mnist}
decouple:
  ranges: 2
  updates: 4
  batch: 8
  optimizer: {learningRate: 0.01}
merge:
  weights: [0.25, 0.25]
  method: {kind: linear, lambda: 0.9}
  rules: [{match: mid, weights: [0.5, 0.25]}]
engine: {name: wasm}
`;

const waiting = {timeout: patience, interval: 250};

story(
  'a merge is seen while its sliders move, saved as it is seen, and nothing is left when the panel closes',
  async () => {
    const folder = await storyFolder({'digits.deme.yaml': config});
    const workbench = await Workbench.open(folder);
    const {page, panel} = workbench;
    await workbench.openFile('digits.deme.yaml');
    await workbench.lens('Run pipeline').click();
    await workbench.lens(/Merge: done/).waitFor();
    await workbench.lens('Open panel').click();
    await panel.getByRole('tab', {name: 'Merge'}).click();

    await panel.getByRole('button', {name: 'Start live preview'}).click();
    await panel.getByText(/^WebAssembly .* parameters loaded in/).waitFor();
    for (const name of ['Preview', 'Base', 'Last saved merge']) await pictureOf(workbench, name);
    // The sliders begin with weights, rules and scale of the run, which its merged model has.
    expect(await pictureOf(workbench, 'Preview')).toBe(await pictureOf(workbench, 'Last saved merge'));

    await panel.getByRole('button', {name: 'Parts of expert 1'}).click();
    await panel.getByRole('slider', {name: 'Expert 1 in up blocks'}).focus();
    await page.keyboard.press('End');
    await vi.waitFor(async () => {
      expect(await pictureOf(workbench, 'Preview')).not.toBe(await pictureOf(workbench, 'Last saved merge'));
    }, waiting);
    const seen = await pictureOf(workbench, 'Preview');

    await panel
      .getByText(/^“Merge and save” takes the settings as they stand here, “Save exactly this” those/)
      .waitFor();
    await panel.getByRole('button', {name: 'Save exactly this'}).click();
    await panel.getByText(/Saved the merged model in .*merged-1/).waitFor();
    await vi.waitFor(async () => expect(await pictureOf(workbench, 'Last saved merge')).toBe(seen), waiting);
    const [run] = await runsOf(folder);
    const recipe = join(run?.path ?? '', 'models', 'merged-1', 'merge.json');
    const record = await readJson(recipe, MergeRecord, 'the recipe');
    expect(record.experts.map(({weight}) => weight)).toEqual([0.25, 0.25]);
    expect(record.rules).toMatchObject([
      {match: 'mid', weights: [0.5, 0.25]},
      {match: 'up', weights: [0.25, 2.5]},
    ]);
    expect(record.method).toEqual({kind: 'linear', lambda: 0.9});

    expect(await previews(folder)).toHaveLength(1);
    await page.getByRole('tab', {name: 'DeMe: digits'}).click({button: 'middle'});
    await vi.waitFor(async () => expect(await previews(folder)).toEqual([]), waiting);
  },
);

/** The source of a finished picture, which is its content. */
async function pictureOf({panel}: Workbench, name: string): Promise<string | null> {
  return panel.getByRole('img', {name: `${name}: 16 images, 20 steps`}).getAttribute('src');
}

/** Processes of the installed extension that preview a model in this folder. Other stories may preview at the same time. */
async function previews(folder: string): Promise<string[]> {
  const entry = join(inject('storyServer')?.extension ?? '', 'dist', 'preview.js');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return commands.filter((command) => command.includes(entry) && command.includes(folder));
}
