import {describe, expect, it} from 'vitest';
import {landscapePanels} from '../../../../trainer/contract/run/measured/landscapePanels.ts';
import {divergingColour} from '../../../../webview/charts/divergingColour.ts';
import {differenceBands, differencesOf} from '../../../../webview/merge/landscape/landscapeBands.ts';
import {bandsOf, landscapeSvg, legendSvg, panelSvg} from '../../../../webview/merge/landscape/landscapeSvg.ts';
import {landscapeSummary, panelText} from '../../../../webview/merge/landscape/landscapeTables.ts';
import {printTheme} from '../../../../webview/theme.ts';
import {knownLandscape} from '../../../helpers/measurements/knownLandscape.ts';

describe('the bands of a landscape', () => {
  it('rise with the square to the largest difference, orange below the centre and blue above', () => {
    const bands = differenceBands([[[-0.5, 0, 2]], [[0.1, null, 1]]]);
    // 2 (i / 12)²: -0.5 is the edge of the sixth band below 0.
    const edges = Array.from({length: 18}, (_, i) => i - 6);
    expect(bands.map(({level}) => level)).toEqual(edges.map((i) => Math.sign(i) * 2 * (i / 12) ** 2));
    const [red, , blue] =
      /rgb\((\d+),(\d+),(\d+)\)/
        .exec(bands[0]?.colour ?? '')
        ?.slice(1)
        .map(Number) ?? [];
    expect(red).toBeGreaterThan(blue ?? NaN);
    expect(bands.at(-1)?.colour).toBe(`rgb(${divergingColour(11.5 / 12).join()})`);
  });

  it('are none before there is a difference', () => {
    expect(differenceBands([[[0, null]]])).toEqual([]);
    expect(differencesOf({rows: [[1, 2]], centre: null})).toEqual([[null, null]]);
  });
});

describe('a landscape', () => {
  it('is drawn with every panel, the same bands in all, denser where the loss is steeper', () => {
    const landscape = knownLandscape();
    const panels = landscapePanels(landscape);
    const bands = bandsOf(panels);
    const svg = landscapeSvg(landscape, printTheme);
    for (const text of [
      'Loss landscape of base, random directions',
      'all t',
      '[0, 250)',
      '[250, 1000)',
      '-0.6',
      '0.6',
    ]) {
      expect(svg).toContain(`>${text}</text>`);
    }
    const lines = (i: number) =>
      panelSvg(panels[i]!, landscape.axis, bands, printTheme).split('<g fill="none"')[1]!.split('\n')[0]!.split('d="M')
        .length - 1;
    expect(lines(1)).toBeGreaterThan(2 * lines(2));
  });

  it('is drawn and told as far as it is measured', () => {
    for (const done of [0, 1, 5, 30]) {
      const landscape = knownLandscape({done});
      const panels = landscapePanels(landscape);
      const pictures = [landscapeSvg(landscape, printTheme), legendSvg(bandsOf(panels), printTheme)];
      for (const text of [...pictures, ...panels.map(panelText)])
        expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
    }
  });

  it('is told in words', () => {
    const directions = {kind: 'task-vectors', experts: [0, 2] as [number, number], cosine: 0.1234} as const;
    expect(landscapeSummary(knownLandscape({directions}))).toContain(
      'Around base, task vectors of experts 0 and 2, with a cosine of 0.123, made orthogonal and as long as the first: 7 x 7 points up to 0.6 away',
    );
    expect(landscapePanels(knownLandscape()).map(panelText)[1]).toBe(
      'Contours for [0, 250): loss 0.1000 at the centre, from 0.1000 to 1.198, slope 0.03000, sharpness 3.000.',
    );
  });
});
