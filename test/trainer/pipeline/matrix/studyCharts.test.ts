import {expect, it} from 'vitest';
import type {MatrixRow} from '../../../../trainer/contract/matrix/matrixResult.ts';
import {studyCharts} from '../../../../trainer/pipeline/matrix/studyCharts.ts';
import {textsOf} from '../../chart/svgText.ts';

const distance = 'Fréchet distance (digits)';

function row(label: string, means: Readonly<Record<string, number>>): MatrixRow {
  const scores = Object.entries(means).flatMap(([model, mean]) =>
    [distance, 'KID (digits)'].map((score) => ({score, model, mean, standardError: 0.5, values: [mean]})),
  );
  return {labels: {merged: label}, runs: [], scores};
}

it('have every model once, best first, and of the merged ones by which search', () => {
  const charts = studyCharts([
    row('by held-out loss', {base: 30, ordinary: 28, merged: 32}),
    row('by Fréchet distance', {base: 30, ordinary: 28, merged: 26}),
  ]);
  expect(charts.map(({score}) => score)).toEqual([distance]);
  const [{alt, svg} = {alt: '', svg: ''}] = charts;
  const order = ['merged by Fréchet distance', 'ordinary finetune', 'base', 'merged by held-out loss'];
  expect(textsOf(svg).filter((text) => order.includes(text))).toEqual(order);
  expect(alt).toBe(
    `${distance}, best first: merged by Fréchet distance 26.00 ± 0.50; ordinary finetune 28.00 ± 0.50; base 30.00 ± 0.50; merged by held-out loss 32.00 ± 0.50`,
  );
});
