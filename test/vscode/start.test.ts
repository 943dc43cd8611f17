import {readFile} from 'node:fs/promises';
import {expect, inject, it} from 'vitest';
import {storyFolder} from './storyFolder.ts';
import {Workbench} from './workbench.ts';

/** `npm run bench:start`: what someone waits for who presses Run. */
const isBench = process.env.DEME_BENCH_START === '1';

it.skipIf(!isBench || inject('storyServer') === null).each([1, 2, 3, 4, 5])(
  'names a phase and shows a point of the example soon after Run was pressed, round %i',
  async () => {
    const example = await readFile(new URL('../../media/example/digits.deme.yaml', import.meta.url), 'utf8');
    const folder = await storyFolder({'digits.deme.yaml': `${example}engine: {name: wasm}\n`});
    const workbench = await Workbench.open(folder);
    const {page, panel} = workbench;
    await workbench.openFile('digits.deme.yaml');
    const run = workbench.lens('Run pipeline');
    await run.waitFor();
    const named = page.getByText(/starting|loading the engine|reading models/i).and(page.locator(':visible'));
    expect(await named.count()).toBe(0);
    const pressed = performance.now();
    const since = () => (performance.now() - pressed) / 1000;
    await run.click();
    const words = await named.first().innerText();
    const phase = since();
    await workbench.lens(/^Open panel|running \d+ %/).click();
    await panel.getByRole('tab', {name: 'Losses'}).click();
    await panel
      .getByText(/of [1-9][\d,]* points? shown/)
      .first()
      .waitFor();
    const point = since();
    process.stdout.write(
      `"${words}" after ${phase.toFixed(2)} s (limit 1 s), a point after ${point.toFixed(1)} s (limit 10 s)\n`,
    );
    expect(phase).toBeLessThan(1);
    expect(point).toBeLessThan(10);
  },
);
