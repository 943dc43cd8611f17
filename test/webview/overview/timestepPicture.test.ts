import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {Report} from '../../../trainer/contract/run/report.ts';
import {heatRow} from '../../../trainer/store/metrics/heatLayout.ts';
import {heldOutPicture, trainingPicture} from '../../../webview/overview/timestepPicture.ts';
import {printTheme} from '../../../webview/theme.ts';
import {pictureMargin, timestepSvg} from '../../../webview/overview/timestepSvg.ts';

const report = Report.parse(
  JSON.parse(readFileSync(new URL('../../../media/digits/full-report/report.json', import.meta.url), 'utf8')),
);

/** A column of a heat map with four buckets: the draws of each, and their mean losses. */
function column(from: number, to: number, count: number[], means: number[]): Float64Array {
  const denoise = means.map((mean, i) => mean * (count[i] ?? 0));
  const losses = {denoise, consistency: denoise};
  return Float64Array.from(heatRow({type: 'buckets', time: 0, stage: 'expert-0', from, to, count, losses}));
}

describe('the losses over the axis of timesteps', () => {
  it('are differences to the base in percent where these were measured, each expert in its own range', () => {
    const picture = heldOutPicture(report, 1000);
    expect(picture?.lines.map(({label, values}) => [label, values.length])).toEqual([
      ['merged', 4],
      ['expert 0, t 0 to 249', 1],
      ['expert 1, t 250 to 499', 1],
      ['expert 2, t 500 to 749', 1],
      ['expert 3, t 750 to 999', 1],
      ['ordinary finetune', 4],
    ]);
    // By hand from report.json: -2.901e-4 of 0.07280 and -3.373e-5 of 6.763e-4.
    const [, first, , , last] = picture?.lines ?? [];
    expect(first?.values[0]?.value).toBeCloseTo(-0.3986, 4);
    expect(last?.values[0]).toMatchObject({from: 750, to: 1000});
    expect(last?.values[0]?.value).toBeCloseTo(-4.9877, 4);
  });

  it('are the means of the newest third of the updates while it trains, with the first ones behind', () => {
    const bins = [
      column(0, 10, [2, 2, 2, 2], [8, 4, 9, 9]),
      column(10, 60, [1, 1, 1, 1], [5, 5, 9, 9]),
      column(60, 80, [1, 3, 1, 1], [2, 1, 9, 9]),
      column(80, 100, [3, 1, 1, 1], [4, 5, 9, 9]),
    ];
    const [line] =
      trainingPicture(
        [{name: 'expert-0', bins}],
        [
          [0, 500],
          [500, 1000],
        ],
        1000,
      )?.lines ?? [];
    // (1 x 2 + 3 x 4) / 4 and (3 x 1 + 1 x 5) / 4; the buckets of the other range are left out.
    expect(line?.values).toEqual([
      {from: 0, to: 250, value: 3.5, error: null},
      {from: 250, to: 500, value: 2, error: null},
    ]);
    expect(line?.start.map(({value}) => value)).toEqual([8, 4]);
    expect(trainingPicture([], [], 1000)).toBeNull();
  });

  it('put the base at zero, and what is better below it', () => {
    const picture = heldOutPicture(report, 1000);
    if (picture === null) throw new Error('the report has no losses');
    const svg = timestepSvg(picture, printTheme, {width: 900, height: 400});
    const base = Number(/M60 ([\d.]+)H888"[^>]*stroke-dasharray="1 3"/.exec(svg)?.[1]);
    const merged = [...svg.matchAll(/d="M([\d.]+) ([\d.]+)H[^"]*"[^>]*stroke-width="3"/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    expect(merged).toHaveLength(1);
    expect(merged[0]?.[0]).toBe(pictureMargin.left);
    expect(merged[0]?.[1]).toBeGreaterThan(base);
    for (const name of ['expert 0', 't 750 to 999', picture.yLabel]) expect(svg).toContain(`>${name}</text>`);
    // Where a name finds no room, there are numbers instead.
    expect(timestepSvg(picture, printTheme, {width: 300, height: 400})).not.toContain('expert 0');
  });
});
