import type {Locator} from 'playwright-core';
import {expect} from 'vitest';
import {shownConfig, writeShownRun} from '../helpers/runs/shownRun.ts';
import {storyFolder} from './storyFolder.ts';
import {eventually, story, Workbench} from './workbench.ts';

/** What there is to see on each tab, in their order from the first. */
const tabs = [
  ['Losses', 'Denoising loss'],
  ['Samples', 'Samples, same seeds for every model'],
  ['Merge', 'Candidates of the search'],
  ['Evaluation', 'base (baseline)'],
  ['Runs', /^1 run$/],
  ['Compare', 'Compare runs'],
  ['Studies', 'No study, matrix or benchmark has runs of this experiment.'],
  ['System', 'of it waiting for data'],
  ['Overview', 'Where in the noise it learns'],
] as const;

/** Controls at the head of the page, and some to spare. */
const mostPresses = 9;

story(
  'by keyboard in a window of 400 pixels to every tab, and to a button whose command the editor carries out',
  async () => {
    const folder = await storyFolder({'digits.deme.yaml': shownConfig});
    await writeShownRun(folder, {name: 'digits', config: 'digits.deme.yaml'});
    const workbench = await Workbench.open(folder);
    const {page, panel} = workbench;
    await workbench.openFile('digits.deme.yaml');
    await workbench.lens('Open panel').click();
    await panel.getByRole('button', {name: 'Merge by distance'}).waitFor();
    await workbench.command('View: Close Primary Side Bar');
    await page.setViewportSize({width: 400, height: 900});
    const overview = panel.getByRole('tab', {name: 'Overview'});
    await panel.getByRole('button', {name: 'Glossary'}).focus();
    for (let presses = 0; presses < mostPresses && !(await hasFocus(overview)); presses++)
      await page.keyboard.press('Tab');
    expect(await hasFocus(overview)).toBe(true);
    for (const [name, seen] of tabs) {
      await page.keyboard.press('ArrowRight');
      await panel.getByRole('tab', {name, exact: true, selected: true}).waitFor();
      await panel.getByRole('tabpanel', {name, exact: true}).getByText(seen).filter({visible: true}).first().waitFor();
      expect(await overflow(panel.locator('html')), name).toBe(0);
    }
    await page.keyboard.press('Tab');
    await eventually(() => hasFocus(panel.getByRole('button', {name: 'Merge by distance'}))).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('tab', {name: 'digits.deme.yaml', selected: true}).waitFor();
  },
);

function hasFocus(element: Locator): Promise<boolean> {
  return element.evaluate((shown) => (shown as unknown as {matches(selector: string): boolean}).matches(':focus'));
}

/** How many pixels of a page lie beyond its right edge. */
function overflow(root: Locator): Promise<number> {
  return root.evaluate((shown) => {
    const {scrollWidth, clientWidth} = shown as unknown as {scrollWidth: number; clientWidth: number};
    return scrollWidth - clientWidth;
  });
}
