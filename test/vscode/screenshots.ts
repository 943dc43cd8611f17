import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Workbench} from './workbench.ts';

const folder = fileURLToPath(new URL('../../media/screenshots', import.meta.url));

/** Pictures for the README in a light and a dark theme; only where DEME_SCREENSHOTS asks for them. */
export async function screenshots(workbench: Workbench, name: string): Promise<void> {
  if (!process.env.DEME_SCREENSHOTS) return;
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.picture(join(folder, `${name}-${theme}.png`));
  }
}
