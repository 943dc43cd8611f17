import {mkdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Workbench} from './workbench.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Those of the README, which are part of the repository and not of the package. */
const folder = join(root, 'media', 'screenshots');
/** All others, to be looked at. */
const album = join(root, 'dist', 'screenshots');

/** As the pictures are taken: tall enough for curves and heat maps. */
const size = {width: 1440, height: 1080};
const themes = ['light', 'dark'] as const;

/** Whether pictures are wanted: where DEME_SCREENSHOTS asks for them. */
export const wantsScreenshots = Boolean(process.env.DEME_SCREENSHOTS);

/** Pictures for the README in a light and a dark theme, with the views of DeMe beside them; only where they are wanted. */
export async function screenshots(workbench: Workbench, name: string): Promise<void> {
  if (!wantsScreenshots) return;
  const before = workbench.page.viewportSize();
  await workbench.page.setViewportSize(size);
  await workbench.command('View: Show DeMe');
  await workbench.command('Notifications: Clear All Notifications');
  for (const theme of themes) {
    await workbench.setTheme(theme);
    await keep(workbench, join(folder, `${name}-${theme}.png`));
  }
  if (before !== null) await workbench.page.setViewportSize(before);
}

/** The tabs of the panel, each with what is there once it can be seen; `shown` is kept for the README at 1440 pixels. */
const pictures = [
  {tab: 'Overview', seen: 'Where in the noise it learns', shown: true},
  {tab: 'Losses', seen: 'Denoising loss', shown: false},
  {tab: 'Samples', seen: 'Samples', shown: false},
  {tab: 'Compare', seen: 'Compare runs', shown: true},
  {tab: 'Runs', seen: 'Mark the best by', shown: false},
  {tab: 'Merge', seen: 'Merge and save', shown: false},
  {tab: 'Evaluation', seen: 'Evaluation', shown: false},
  {tab: 'Studies', seen: 'Study of digits', shown: true},
] as const;

const widths = [900, 1440] as const;

/** The open panel, tab by tab, in both themes and two widths: all into `dist/screenshots`, the best into the README's folder. */
export async function panelPictures(workbench: Workbench): Promise<void> {
  const {page, panel} = workbench;
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.command('View: Close Primary Side Bar');
  for (const width of widths) {
    await page.setViewportSize({width, height: width === 900 ? 1000 : 1080});
    for (const theme of themes) {
      await workbench.setTheme(theme);
      for (const {tab, seen, shown} of pictures) {
        await panel.getByRole('tab', {name: tab, exact: true}).click();
        await panel.locator('[role=tabpanel]:not([hidden])').getByText(seen).first().waitFor();
        await page.waitForTimeout(1500); // Charts and images come a moment later.
        const name = tab.toLowerCase();
        await keep(workbench, join(album, `${name}-${theme}-${width}.png`));
        if (shown && width === 1440) await keep(workbench, join(folder, `${name}-${theme}.png`));
      }
    }
  }
}

/** A picture with a palette, which is a third as large and looks the same. */
async function keep({page}: Workbench, path: string): Promise<void> {
  await mkdir(dirname(path), {recursive: true});
  const {default: sharp} = await import('sharp');
  const picture = await page.screenshot();
  await sharp(picture).png({palette: true, colours: 256, effort: 10, compressionLevel: 9}).toFile(path);
}
