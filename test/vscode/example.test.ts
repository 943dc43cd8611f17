import {expect} from 'vitest';
import {storyFolder} from './storyFolder.ts';
import {story, Workbench} from './workbench.ts';

story('from an empty folder to the example by the palette, its samples and the engines', async () => {
  const folder = await storyFolder({}, {}, {isEmpty: true});
  const workbench = await Workbench.open(folder);
  const {page} = workbench;

  expect(await workbench.offers('DeMe: Run Pipeline')).toBe(false);
  await workbench.command('DeMe: Create Example Project...');
  await page.getByRole('tab', {name: 'digits.deme.yaml'}).waitFor();
  await workbench.lens('Run pipeline').waitFor();
  expect(await workbench.offers('DeMe: Run Pipeline')).toBe(true);
  expect(await workbench.offers('DeMe: Stop Now')).toBe(false);

  // No run yet: it draws from the base.
  await workbench.lens('Sample').click();
  await page.getByRole('tab', {name: 'base-seed0.png'}).waitFor();
  await page.getByRole('tab', {name: 'digits.deme.yaml'}).click();
  await seeEngines(workbench);
  process.stdout.write(`Activation of the extension in VS Code: ${await activationTime(workbench)}\n`);
});

/** The extension's own sidebar, with what is installed. */
async function seeEngines({page}: Workbench): Promise<void> {
  await page.getByRole('tab', {name: /^DeMe/}).first().click();
  await page.getByRole('button', {name: 'Engines Section'}).click();
  await page.getByRole('treeitem', {name: /^wasm, healthy/}).waitFor();
  await page.getByRole('treeitem', {name: /^Memory of this machine/}).waitFor();
}

/** What VS Code itself says: the time to load the code and to activate, without what the extension does afterwards. */
async function activationTime(workbench: Workbench): Promise<string> {
  await workbench.command('Developer: Show Running Extensions');
  const row = workbench.page.getByRole('listitem', {name: /DeMe|deme-studio/}).first();
  const text = await row.getByText(/Activation: \d+ ?ms/).innerText();
  return text.trim();
}
