import {expect, vi} from 'vitest';
import {storyFolder} from './storyFolder.ts';
import {patience, story, Workbench} from './workbench.ts';

/** The example, with two experts that a few large updates have taken far from their base, so that a picture shows it. */
const config = `name: digits-prompts
base: base
data: {kind: mnist, captions: {}}
decouple:
  ranges: 2
  updates: 4
  batch: 8
  optimizer: {learningRate: 0.01}
merge: {weights: [0.25, 0.25]}
engine: {name: wasm}
`;

const waiting = {timeout: patience, interval: 250};

story('a prompt is typed in the merge preview, a slider moved, and the picture changes each time', async () => {
  const folder = await storyFolder({'digits-prompts.deme.yaml': config}, {}, {project: 'example-prompts'});
  const workbench = await Workbench.open(folder);
  const {page, panel} = workbench;
  await workbench.openFile('digits-prompts.deme.yaml');
  await workbench.lens('Run pipeline').click();
  await workbench.lens(/Merge: done/).waitFor();
  await workbench.lens('Open panel').click();
  await panel.getByRole('tab', {name: 'Merge'}).click();

  await panel.getByRole('button', {name: 'Start live preview'}).click();
  const prompts = panel.getByRole('textbox', {name: 'Prompts, one a line'});
  await prompts.fill('a bold seven, tilted left');
  const seven = await pictureOf(workbench, 'Preview', '“a bold seven, tilted left”');

  await prompts.fill('a thin zero\na bold one');
  const digits = '“a thin zero”, “a bold one”';
  expect(await pictureOf(workbench, 'Preview', digits)).not.toBe(seven);
  // The sliders begin with the weights of the run, which its merged model has.
  const saved = await pictureOf(workbench, 'Last saved merge', digits);
  await vi.waitFor(async () => expect(await pictureOf(workbench, 'Preview', digits)).toBe(saved), waiting);

  await panel.getByRole('slider', {name: 'Weight of expert 1'}).focus();
  await page.keyboard.press('End');
  await vi.waitFor(async () => expect(await pictureOf(workbench, 'Preview', digits)).not.toBe(saved), waiting);
});

/** The source of a finished picture of these prompts, which is its content. */
async function pictureOf({panel}: Workbench, name: string, prompts: string): Promise<string | null> {
  const picture = panel.getByRole('img', {name: new RegExp(`^${name}: .* of each prompt, 20 steps, .*${prompts}`)});
  return picture.getAttribute('src', {timeout: patience});
}
