import {it} from 'vitest';
import {fakeRun} from '../helpers/fakeRunFolder.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {describePanel} from './describePanel.ts';

const out = '/work/scratch/shotsB';
describePanel('shots', (open) => {
  it('takes', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 200, state: 'done'});
    const {report} = run.run;
    const distances = (k: number) => Array.from({length: 64}, (_, i) => ((i * k) % 17) / 3);
    if (report) run.set({report: {...report, imageDistances: {network: 'digits', toBase: {merged: distances(5)}, toReal: {base: distances(7), merged: distances(3)}, real: 2000}}});
    const kept = async () => [0, 1, 2, 3].map((expert) => ({expert, update: 60, kind: 'checkpoint' as const}));
    for (const [width, theme] of [[400, 'vscode-dark'], [900, 'vscode-light'], [1440, 'vscode-dark']] as const) {
      const panel = await open({runs: [run], tab: 'losses', theme, viewport: {width, height: 800}, actions: {kept}});
      const {page} = panel;
      await page.getByRole('img', {name: /^Denoising loss over updates/}).waitFor();
      await page.waitForTimeout(1500);
      await page.screenshot({path: `${out}/losses-${width}.png`});
      await page.getByRole('img', {name: /^Denoising loss over updates/}).click({position: {x: 200, y: 80}});
      await page.getByRole('button', {name: 'Fork from here'}).waitFor();
      await page.waitForTimeout(800);
      await page.screenshot({path: `${out}/point-${width}.png`});
      await page.keyboard.press('Escape');
      for (const tab of ['samples', 'evaluation', 'merge', 'overview']) {
        await page.locator(`#tab-${tab}`).click();
        await page.waitForTimeout(1200);
        await page.screenshot({path: `${out}/${tab}-${width}.png`});
      }
      await page.getByRole('button', {name: 'Glossary'}).click();
      await page.waitForTimeout(600);
      await page.screenshot({path: `${out}/glossary-${width}.png`});
      const tops = await page.evaluate(() => [...document.querySelectorAll('h1, header .bar, [role=tablist], #view-losses .bar, #view-losses .legend, #view-losses h2, #view-losses .chart-frame')].slice(0, 12).map((one) => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().top)}`));
      console.log(width, tops.join('; '), panel.errors, panel.violations);
      await panel.close();
    }
  }, 180_000);
});
