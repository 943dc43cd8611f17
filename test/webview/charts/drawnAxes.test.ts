import type {Page} from 'playwright-core';
import {expect, it} from 'vitest';
import {choose} from '../../helpers/editor/choose.ts';
import {fakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {describePanel, eventually} from '../describePanel.ts';

/** What the canvases of a page have drawn since it was last looked at. */
interface Drawn {
  texts: string[];
  /** Of each line: how far it is from black or white behind it, 0..1, and whether it is a raw curve, which is pale. */
  lines: {strength: number; isRaw: boolean}[];
}

declare global {
  interface Window {
    drawn: Drawn;
  }
}

/** Runs in the page: has its canvases tell what they draw. */
function listen(): void {
  window.drawn = {texts: [], lines: []};
  const {fillText, stroke} = CanvasRenderingContext2D.prototype;
  const probe = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const levels = (colour: string | CanvasGradient | CanvasPattern) => {
    if (probe === null) return [];
    probe.fillStyle = colour;
    probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
  };
  CanvasRenderingContext2D.prototype.fillText = function (this: CanvasRenderingContext2D, ...given) {
    window.drawn.texts.push(given[0]);
    fillText.apply(this, given);
  };
  CanvasRenderingContext2D.prototype.stroke = function (this: CanvasRenderingContext2D, ...given: [Path2D?]) {
    const {strokeStyle, lineWidth, globalAlpha} = this;
    const behind = levels(getComputedStyle(document.body).getPropertyValue('--vscode-editor-background'));
    const distance = Math.hypot(...levels(strokeStyle).map((level, i) => level - (behind[i] ?? 0)));
    const strength = (distance / Math.hypot(255, 255, 255)) * Math.min(1, lineWidth) * globalAlpha;
    window.drawn.lines.push({strength, isRaw: globalAlpha < 1});
    stroke.apply(this, given as [Path2D]);
  };
}

describePanel('the axes of charts', (open) => {
  async function begin(): Promise<Awaited<ReturnType<typeof open>>> {
    const panel = await open({tab: 'losses', runs: [await fakeRun(await temporaryFolder(), {updates: 50})]});
    await panel.page.getByText('200 of 200 points shown').first().waitFor();
    await panel.page.evaluate(listen);
    return panel;
  }

  const texts = (page: Page) => page.evaluate(() => window.drawn.texts);

  it('say below what they count', async () => {
    const panel = await begin();
    const {page} = panel;
    for (const [choice, label] of [
      ['Images seen', 'images seen'],
      ['Hours', 'hours since the start of the run'],
      ['Update', 'update'],
    ] as const) {
      await page.evaluate(() => void (window.drawn.texts = []));
      await choose(page, 'X axis', choice);
      await eventually(() => texts(page)).toContain(label);
    }
    await panel.close();
  });

  it.each(['vscode-high-contrast', 'vscode-high-contrast-light'] as const)(
    'have grid lines that are fainter than the palest curve in %s',
    async (theme) => {
      const panel = await begin();
      await panel.page.evaluate(() => void (window.drawn.lines = []));
      await panel.setTheme(theme);
      const lines = () => panel.page.evaluate(() => window.drawn.lines);
      await eventually(async () => (await lines()).filter(({isRaw}) => isRaw).length).toBeGreaterThanOrEqual(8);
      const strengths = (of: boolean) =>
        lines().then((all) => all.filter(({isRaw}) => isRaw === of).map(({strength}) => strength));
      // The first lines that are not pale are those of the grid, which is drawn before the curves.
      const [grid = NaN] = await strengths(false);
      expect(grid).toBeLessThan(Math.min(...(await strengths(true))));
      await panel.close();
    },
  );
});
