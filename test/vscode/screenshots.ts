import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Workbench} from './workbench.ts';

const folder = fileURLToPath(new URL('../../media/screenshots', import.meta.url));

/** As the pictures are taken: tall enough for curves and heat maps. */
const size = {width: 1440, height: 1080};

/** Whether pictures for the README are wanted: where DEME_SCREENSHOTS asks for them. */
export const wantsScreenshots = Boolean(process.env.DEME_SCREENSHOTS);

/** Pictures for the README in a light and a dark theme, with the views of DeMe beside them; only where they are wanted. */
export async function screenshots(workbench: Workbench, name: string): Promise<void> {
  if (!wantsScreenshots) return;
  const before = workbench.page.viewportSize();
  await workbench.page.setViewportSize(size);
  await workbench.command('View: Show DeMe');
  await workbench.command('Notifications: Clear All Notifications');
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.picture(join(folder, `${name}-${theme}.png`));
  }
  if (before !== null) await workbench.page.setViewportSize(before);
}
