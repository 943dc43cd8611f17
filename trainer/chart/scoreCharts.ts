import type {NetworkDistances, Report} from '../contract/run/report.ts';
import {networksOf} from '../contract/scores/scoreTable.ts';
import type {PointChart} from './pointChart.ts';

/** A chart of a report's scores. */
export interface ScoreChart extends PointChart {
  /** For file names. */
  readonly name: string;
  /** What it shows, for those who cannot see it. */
  readonly alt: string;
}

/** The charts of a report: precision against recall, and the Fréchet distance against the number of images, by each network that has them. */
export function scoreCharts(report: Report, colourOf: (model: string, place: number) => string): ScoreChart[] {
  return networksOf(report).flatMap((scores) => [
    ...precisionRecallChart(scores, colourOf),
    ...distanceChart(scores, colourOf),
  ]);
}

function precisionRecallChart(
  {network, precisionRecall}: NetworkDistances,
  colourOf: (model: string, place: number) => string,
): ScoreChart[] {
  if (!precisionRecall) return [];
  const models = Object.entries(precisionRecall);
  const texts = models.map(
    ([model, {precision, recall}]) => `${model} precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`,
  );
  const title = `Precision and recall by ${network}`;
  return [
    {
      name: `precision-recall-${network}`,
      title,
      alt: `${title}: ${texts.join('; ')}`,
      xLabel: 'recall',
      yLabel: 'precision',
      series: models.map(([model, {precision, recall}], i) => ({
        name: model,
        colour: colourOf(model, i),
        points: [[recall, precision] as const],
      })),
    },
  ];
}

function distanceChart(
  {network, frechetBySize}: NetworkDistances,
  colourOf: (model: string, place: number) => string,
): ScoreChart[] {
  if (!frechetBySize) return [];
  const models = Object.entries(frechetBySize);
  const texts = models.map(
    ([model, parts]) =>
      `${model} ${parts.map(({images, distance}) => `${distance.toPrecision(4)} of ${images}`).join(', ')}`,
  );
  const title = `Fréchet distance by ${network}`;
  return [
    {
      name: `frechet-by-images-${network}`,
      title,
      alt: `${title} against the number of images: ${texts.join('; ')}`,
      xLabel: 'images',
      yLabel: 'Fréchet distance',
      series: models.map(([model, parts], i) => ({
        name: model,
        colour: colourOf(model, i),
        points: parts.map(({images, distance}) => [images, distance] as const),
      })),
    },
  ];
}
