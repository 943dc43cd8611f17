import {reportRanges} from '../contract/overview/reportRanges.ts';
import {stageTitle} from '../contract/overview/stageTitle.ts';
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

interface Look {
  colourOf(model: string, place: number): string;
  /** What people call a model. */
  titleOf(model: string): string;
}

/** The charts of a report: precision against recall, and the Fréchet distance against the number of images, by each network that has them. */
export function scoreCharts(report: Report, colourOf: Look['colourOf']): ScoreChart[] {
  const look = {colourOf, titleOf: (model: string) => stageTitle(model, reportRanges(report))};
  return networksOf(report).flatMap((scores) => [
    ...precisionRecallChart(scores, look),
    ...distanceChart(scores, look),
  ]);
}

function precisionRecallChart({network, precisionRecall}: NetworkDistances, {colourOf, titleOf}: Look): ScoreChart[] {
  if (!precisionRecall) return [];
  const models = Object.entries(precisionRecall);
  const texts = models.map(
    ([model, {precision, recall}]) =>
      `${titleOf(model)} precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`,
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
        name: titleOf(model),
        colour: colourOf(model, i),
        points: [[recall, precision] as const],
      })),
    },
  ];
}

function distanceChart({network, frechetBySize}: NetworkDistances, {colourOf, titleOf}: Look): ScoreChart[] {
  if (!frechetBySize) return [];
  const models = Object.entries(frechetBySize);
  const texts = models.map(
    ([model, parts]) =>
      `${titleOf(model)} ${parts.map(({images, distance}) => `${distance.toPrecision(4)} of ${images}`).join(', ')}`,
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
        name: titleOf(model),
        colour: colourOf(model, i),
        points: parts.map(({images, distance}) => [images, distance] as const),
      })),
    },
  ];
}
